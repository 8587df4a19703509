package alerts

import (
	"fmt"
	"time"
)

// postgres is about the database server. An exporter that is not reached is taken for a server that is down.
func postgres(namespace string) Group {
	of := fmt.Sprintf(`{namespace=%q}`, namespace)
	return Group{Name: "postgres", Rules: []Rule{
		{
			Alert: "PostgresDown", For: 3 * time.Minute, Labels: Labels{Critical, Service, ""},
			Expr: fmt.Sprintf(`max by (namespace) (cnpg_collector_up%s) == 0 or absent(cnpg_collector_up%s)`, of, of),
			Annotations: Annotations{
				Summary:     "PostgreSQL in {{ $labels.namespace }} is down",
				Description: "The server in {{ $labels.namespace }} takes no connections, or its pod is not there: whatever keeps data in it stands still.",
			},
		},
		{
			Alert: "PostgresUnwatched", For: 30 * time.Minute, Labels: Labels{Warning, Watch, ""},
			Expr: `max by (namespace, pod) (cnpg_collector_last_collection_error) == 1`,
			Annotations: Annotations{
				Summary:     "PostgreSQL {{ $labels.namespace }}/{{ $labels.pod }} cannot be measured",
				Description: "The queries that make the metrics of {{ $labels.pod }} fail; its other alerts see old values, or none.",
			},
		},
		{
			Alert: "PostgresConnectionsLow", For: 10 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `sum by (namespace, pod) (cnpg_backends_total) / max by (namespace, pod) (cnpg_pg_settings_setting{name="max_connections"}) > 0.8`,
			Annotations: Annotations{
				Summary:     "PostgreSQL {{ $labels.namespace }}/{{ $labels.pod }} runs out of connections",
				Description: "{{ $value | humanizePercentage }} of the connections of {{ $labels.pod }} are taken. Beyond the last, clients are refused.",
			},
		},
		{
			// A transaction that waits for its client is ended by the server after ten minutes; these work, or wait for a lock.
			Alert: "PostgresTransactionLong", For: 5 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `max by (namespace, datname, usename) (cnpg_backends_max_tx_duration_seconds) > 1800`,
			Annotations: Annotations{
				Summary:     "A transaction in database {{ $labels.datname }} does not end",
				Description: "{{ $labels.usename }} has had a transaction open in {{ $labels.datname }} for {{ $value | humanizeDuration }}; nothing that it may still see can be cleaned up.",
			},
		},
		{
			Alert: "PostgresLocked", For: 10 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `max by (namespace, pod) (cnpg_backends_waiting_total) > 5`,
			Annotations: Annotations{
				Summary:     "Connections of PostgreSQL {{ $labels.namespace }}/{{ $labels.pod }} wait for each other",
				Description: "{{ $value | humanize }} connections of {{ $labels.pod }} wait for locks that others hold.",
			},
		},
		{
			Alert: "PostgresLogGrowing", For: 30 * time.Minute, Labels: Labels{Warning, Storage, ""},
			Expr: `max by (namespace, pod) (cnpg_collector_pg_wal{value="count"}) / max by (namespace, pod) (cnpg_collector_pg_wal{value="max"}) > 2`,
			Annotations: Annotations{
				Summary:     "The write-ahead log of PostgreSQL {{ $labels.namespace }}/{{ $labels.pod }} grows",
				Description: "The log of {{ $labels.pod }} is {{ $value | humanize }} times as long as it is meant to be between two checkpoints; something keeps it.",
			},
		},
		{
			// At two thousand million transactions the server takes no more writes; it begins to clean up at two hundred.
			Alert: "PostgresFreezeLate", For: time.Hour, Labels: Labels{Warning, Service, ""},
			Expr: `max by (namespace, datname) (cnpg_pg_database_xid_age) > 1e9`,
			Annotations: Annotations{
				Summary:     "Database {{ $labels.datname }} uses up its transaction numbers",
				Description: "The oldest row in {{ $labels.datname }} is {{ $value | humanize }} transactions old. At 2G the server takes no more writes.",
			},
		},
	}}
}

// registry is about the registry, which tells nothing of itself.
func registry(namespace string) Group {
	return Group{Name: "registry", Rules: []Rule{{
		Alert: "RegistryDown", For: 10 * time.Minute, Labels: Labels{Critical, Service, ""},
		Expr: deploymentDown(namespace, "registry"),
		Annotations: Annotations{
			Summary:     "The registry is down",
			Description: "No pod of {{ $labels.namespace }}/{{ $labels.deployment }} takes requests: no image can be pushed, and none that the node does not have can start.",
		},
	}}}
}

// authentication is about who is let in.
func authentication(namespace string) Group {
	return Group{Name: "authentication", Rules: []Rule{
		{
			Alert: "AuthenticationDown", For: 3 * time.Minute, Labels: Labels{Critical, Service, ""},
			Expr: deploymentDown(namespace, "authelia"),
			Annotations: Annotations{
				Summary:     "The sign-on is down",
				Description: "No pod of {{ $labels.namespace }}/{{ $labels.deployment }} takes requests: nobody gets to whatever is behind it.",
			},
		},
		{
			Alert: "AuthenticationErrors", For: 10 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `sum by (namespace) (rate(authelia_request{code=~"5.."}[5m])) / sum by (namespace) (rate(authelia_request[5m])) > 0.05`,
			Annotations: Annotations{
				Summary:     "The sign-on answers with errors",
				Description: "{{ $value | humanizePercentage }} of the requests to the sign-on have failed for 10 minutes.",
			},
		},
		{
			Alert: "LoginsFailing", Labels: Labels{Warning, Service, ""}, KeepFiringFor: 15 * time.Minute,
			Expr: `sum by (namespace) (increase(authelia_authn{success="false"}[15m])) > 20`,
			Annotations: Annotations{
				Summary:     "Many log-ins fail",
				Description: "{{ $value | humanize }} log-ins were refused in 15 minutes. Somebody tries passwords, or a machine has an old one.",
			},
		},
		{
			Alert: "SecondFactorFailing", Labels: Labels{Critical, Service, ""}, KeepFiringFor: 15 * time.Minute,
			Expr: `sum by (namespace) (increase(authelia_authn_second_factor{success="false"}[15m])) > 5`,
			Annotations: Annotations{
				Summary:     "Somebody with a right password fails at the second factor",
				Description: "{{ $value | humanize }} second factors were refused in 15 minutes. Whoever tries knows a password.",
			},
		},
	}}
}
