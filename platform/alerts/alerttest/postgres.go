package alerttest

import "time"

func postgres() []Case {
	const (
		server   = `{namespace="postgres",pod="shared-1"}`
		up       = `cnpg_collector_up{namespace="postgres",pod="shared-1",cluster="shared"}`
		limit    = `cnpg_pg_settings_setting{namespace="postgres",pod="shared-1",name="max_connections"} 50x30`
		backends = `cnpg_backends_total{namespace="postgres",pod="shared-1",datname="authelia",state=`
		longest  = `cnpg_backends_max_tx_duration_seconds{namespace="postgres",pod="shared-1",datname="shop",usename="shop",state=`
		segments = `cnpg_collector_pg_wal{namespace="postgres",pod="shared-1",value=`
		age      = `cnpg_pg_database_xid_age{namespace="postgres",pod="shared-1",datname="shop"}`
	)
	return []Case{
		{
			Alert: "PostgresDown", At: 3 * time.Minute, Labels: `{namespace="postgres"}`,
			Fires: []string{up + ` 0x9`}, Silent: []string{up + ` 1x9`, `cnpg_collector_up{namespace="another",cluster="shared"} 0x9`},
			Summary:     "PostgreSQL in postgres is down",
			Description: "The server in postgres takes no connections, or its pod is not there: whatever keeps data in it stands still.",
		},
		{
			Alert: "PostgresDown", At: 3 * time.Minute, Labels: `{namespace="postgres"}`,
			Fires: []string{`cnpg_collector_up{namespace="another",cluster="shared"} 1x9`}, Silent: []string{up + ` 0x2 1x9`},
			Summary:     "PostgreSQL in postgres is down",
			Description: "The server in postgres takes no connections, or its pod is not there: whatever keeps data in it stands still.",
		},
		{
			Alert: "PostgresUnwatched", At: 30 * time.Minute, Labels: server,
			Fires: []string{`cnpg_collector_last_collection_error` + server + ` 1x40`}, Silent: []string{`cnpg_collector_last_collection_error` + server + ` 1x29 0x9`},
			Summary:     "PostgreSQL postgres/shared-1 cannot be measured",
			Description: "The queries that make the metrics of shared-1 fail; its other alerts see old values, or none.",
		},
		{
			Alert: "PostgresConnectionsLow", At: 10 * time.Minute, Labels: server,
			Fires:       []string{limit, backends + `"idle"} 30x20`, backends + `"active"} 11x20`},
			Silent:      []string{limit, backends + `"idle"} 30x20`, backends + `"active"} 10x20`},
			Beside:      []string{`cnpg_pg_settings_setting{namespace="postgres",pod="shared-1",name="max_wal_size"} 512x30`},
			Summary:     "PostgreSQL postgres/shared-1 runs out of connections",
			Description: "82% of the connections of shared-1 are taken. Beyond the last, clients are refused.",
		},
		{
			Alert: "PostgresTransactionLong", At: 5 * time.Minute, Labels: `{namespace="postgres",datname="shop",usename="shop"}`,
			Fires: []string{longest + `"active"} 1801x9`, longest + `"idle"} 0x9`}, Silent: []string{longest + `"active"} 1800x9`},
			Summary:     "A transaction in database shop does not end",
			Description: "shop has had a transaction open in shop for 30m 1s; nothing that it may still see can be cleaned up.",
		},
		{
			Alert: "PostgresLocked", At: 10 * time.Minute, Labels: server,
			Fires: []string{`cnpg_backends_waiting_total` + server + ` 6x20`}, Silent: []string{`cnpg_backends_waiting_total` + server + ` 5x20`},
			Summary:     "Connections of PostgreSQL postgres/shared-1 wait for each other",
			Description: "6 connections of shared-1 wait for locks that others hold.",
		},
		{
			Alert: "PostgresLogGrowing", At: 30 * time.Minute, Labels: server,
			Fires: []string{segments + `"count"} 50x40`, segments + `"max"} 20x40`}, Silent: []string{segments + `"count"} 40x40`, segments + `"max"} 20x40`},
			Beside:      []string{segments + `"size"} 671088640x40`},
			Summary:     "The write-ahead log of PostgreSQL postgres/shared-1 grows",
			Description: "The log of shared-1 is 2.5 times as long as it is meant to be between two checkpoints; something keeps it.",
		},
		{
			Alert: "PostgresFreezeLate", At: time.Hour, Labels: `{namespace="postgres",datname="shop"}`,
			Fires: []string{age + ` 1100000000x70`}, Silent: []string{age + ` 1000000000x70`},
			Summary:     "Database shop uses up its transaction numbers",
			Description: "The oldest row in shop is 1.1G transactions old. At 2G the server takes no more writes.",
		},
	}
}
