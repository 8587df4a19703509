package alerts

import (
	"fmt"
	"time"
)

// prometheus is about Prometheus and its operator. What keeps it from telling anybody is found by the missing heartbeat.
func prometheus() Group {
	return Group{Name: "prometheus", Rules: []Rule{
		{
			Alert: "PrometheusRulesFailing", For: 15 * time.Minute, Labels: Labels{Critical, Service, ""},
			Expr: `sum by (namespace, pod, rule_group) (increase(prometheus_rule_evaluation_failures_total[5m])) > 0`,
			Annotations: Annotations{
				Summary:     "Prometheus {{ $labels.namespace }}/{{ $labels.pod }} cannot evaluate its rules",
				Description: "Rules of {{ $labels.rule_group }} fail: alerts among them are silent whatever happens.",
			},
		},
		{
			Alert: "PrometheusRulesLate", For: 15 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `sum by (namespace, pod, rule_group) (increase(prometheus_rule_group_iterations_missed_total[5m])) > 0`,
			Annotations: Annotations{
				Summary:     "Prometheus {{ $labels.namespace }}/{{ $labels.pod }} is too slow for its rules",
				Description: "{{ $labels.rule_group }} left out {{ $value | humanize }} evaluations in 5 minutes.",
			},
		},
		{
			Alert: "PrometheusRulesRejected", For: 10 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `sum by (namespace, resource) (prometheus_operator_managed_resources{state="rejected"}) > 0`,
			Annotations: Annotations{
				Summary:     "The operator of Prometheus rejects {{ $labels.resource }} objects",
				Description: "{{ $value | humanize }} {{ $labels.resource }} objects have an error, and are left out of the configuration.",
			},
		},
		{
			Alert: "PrometheusConfigurationStale", For: 10 * time.Minute, Labels: Labels{Critical, Service, ""},
			Expr: `max by (namespace, pod) (max_over_time(prometheus_config_last_reload_successful[5m])) == 0`,
			Annotations: Annotations{
				Summary:     "Prometheus {{ $labels.namespace }}/{{ $labels.pod }} could not load its configuration",
				Description: "{{ $labels.pod }} goes on with the configuration that it had; new targets and rules are not there, and it does not start anew.",
			},
		},
		{
			Alert: "PrometheusNotNotifying", For: 10 * time.Minute, Labels: Labels{Critical, Service, ""},
			Expr: `sum by (namespace, pod) (rate(prometheus_notifications_errors_total[5m])) > 0 or max by (namespace, pod) (prometheus_notifications_alertmanagers_discovered) < 1`,
			Annotations: Annotations{
				Summary:     "Prometheus {{ $labels.namespace }}/{{ $labels.pod }} does not reach Alertmanager",
				Description: "Alerts of {{ $labels.pod }} do not get to Alertmanager. This one gets through only if some do.",
			},
		},
		{
			Alert: "PrometheusDroppingSamples", For: 15 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `sum by (namespace, pod) (rate(prometheus_target_scrapes_sample_out_of_order_total[5m])` +
				` + rate(prometheus_target_scrapes_sample_duplicate_timestamp_total[5m])` +
				` + rate(prometheus_target_scrapes_exceeded_sample_limit_total[5m])` +
				` + rate(prometheus_target_scrape_pool_exceeded_label_limits_total[5m])) > 0`,
			Annotations: Annotations{
				Summary:     "Prometheus {{ $labels.namespace }}/{{ $labels.pod }} drops what it scrapes",
				Description: `Samples come twice, in the wrong order, or are more than a target may have: {{ printf "%.2f" $value }} cases a second.`,
			},
		},
		{
			// It drops its oldest block, a tenth of what it keeps, whenever all blocks and what is not yet one go over the limit.
			Alert: "PrometheusHistoryShort", For: time.Hour, Labels: Labels{Info, Service, ""},
			Expr: `max by (namespace, pod) ((prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_wal_storage_size_bytes + prometheus_tsdb_head_chunks_storage_size_bytes)` +
				` / (prometheus_tsdb_retention_limit_bytes > 0)) > 0.9`,
			Annotations: Annotations{
				Summary:     "Prometheus {{ $labels.namespace }}/{{ $labels.pod }} is at its size limit",
				Description: "{{ $value | humanizePercentage }} of what {{ $labels.pod }} may keep is there: old series go before their time.",
			},
		},
		{
			Alert: "PrometheusStorageFailing", For: 10 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `sum by (namespace, pod) (increase(prometheus_tsdb_compactions_failed_total[3h]) + increase(prometheus_tsdb_wal_corruptions_total[3h])` +
				` + increase(prometheus_tsdb_reloads_failures_total[3h])) > 0`,
			Annotations: Annotations{
				Summary:     "Prometheus {{ $labels.namespace }}/{{ $labels.pod }} has trouble with its disk",
				Description: "{{ $labels.pod }} failed {{ $value | humanize }} times in 3 hours to compact or to read what it keeps.",
			},
		},
		{
			Alert: "AlertmanagerConfigurationStale", For: 10 * time.Minute, Labels: Labels{Critical, Service, ""},
			Expr: `max by (namespace, pod) (max_over_time(alertmanager_config_last_reload_successful[5m])) == 0`,
			Annotations: Annotations{
				Summary:     "Alertmanager {{ $labels.namespace }}/{{ $labels.pod }} could not load its configuration",
				Description: "{{ $labels.pod }} goes on with the routes that it had, and does not start anew.",
			},
		},
		{
			Alert: "AlertmanagerNotNotifying", For: 5 * time.Minute, Labels: Labels{Critical, Service, ""},
			Expr: `sum by (namespace, integration) (rate(alertmanager_notifications_failed_total[15m])) / sum by (namespace, integration) (rate(alertmanager_notifications_total[15m])) > 0.05`,
			Annotations: Annotations{
				Summary:     "Alertmanager does not get its messages through by {{ $labels.integration }}",
				Description: "{{ $value | humanizePercentage }} of the messages by {{ $labels.integration }} have failed.",
			},
		},
	}}
}

// logs are about Loki, and about Alloy, which sends to it.
func logs(namespace string) Group {
	return Group{Name: "logs", Rules: []Rule{
		{
			Alert: "LogsNotArriving", For: 15 * time.Minute, Labels: Labels{Warning, Service, ""},
			// A node is never silent for long. Without a pod of Loki there is no series at all.
			Expr: fmt.Sprintf(`sum by (namespace) (rate(loki_distributor_lines_received_total[10m])) == 0 or absent(loki_distributor_lines_received_total{namespace=%q})`, namespace),
			Annotations: Annotations{
				Summary:     "No logs arrive at Loki",
				Description: "Loki has got no line for 15 minutes, or is not there.",
			},
		},
		{
			Alert: "LokiErrors", For: 15 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `sum by (namespace, route) (rate(loki_request_duration_seconds_count{status_code=~"5.."}[5m])) / sum by (namespace, route) (rate(loki_request_duration_seconds_count[5m])) > 0.1`,
			Annotations: Annotations{
				Summary:     "Loki fails at {{ $labels.route }}",
				Description: "{{ $value | humanizePercentage }} of the requests to {{ $labels.route }} have failed for 15 minutes.",
			},
		},
		{
			Alert: "LokiDiskFull", Labels: Labels{Critical, Storage, ""}, KeepFiringFor: 15 * time.Minute,
			Expr: `sum by (namespace, pod) (increase(loki_ingester_wal_disk_full_failures_total[15m])) > 0`,
			Annotations: Annotations{
				Summary:     "The disk of Loki {{ $labels.namespace }}/{{ $labels.pod }} is full",
				Description: "{{ $labels.pod }} failed {{ $value | humanize }} times in 15 minutes to write for want of space; what it has in memory is lost if it ends.",
			},
		},
		{
			Alert: "LokiDiscarding", For: 30 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `sum by (namespace, reason) (rate(loki_discarded_samples_total[5m])) > 0`,
			Annotations: Annotations{
				Summary:     "Loki refuses lines: {{ $labels.reason }}",
				Description: `{{ printf "%.2f" $value }} lines a second have been refused for half an hour: {{ $labels.reason }}.`,
			},
		},
		{
			// The time of the last run is 0 until the first.
			Alert: "LogRetentionStalled", For: time.Hour, Labels: Labels{Warning, Service, ""},
			Expr: `time() - max by (namespace, pod) (loki_compactor_apply_retention_last_successful_run_timestamp_seconds > 0) > 86400`,
			Annotations: Annotations{
				Summary:     "Loki {{ $labels.namespace }}/{{ $labels.pod }} deletes nothing any more",
				Description: "{{ $labels.pod }} last deleted what is too old {{ $value | humanizeDuration }} ago.",
			},
		},
		{
			Alert: "LogsDropped", For: 10 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `sum by (namespace, reason) (rate(loki_write_dropped_entries_total[10m])) > 0`,
			Annotations: Annotations{
				Summary:     "Alloy drops lines: {{ $labels.reason }}",
				Description: `{{ printf "%.2f" $value }} lines a second were given up after every try to send them: {{ $labels.reason }}.`,
			},
		},
		{
			Alert: "AlloyUnhealthy", For: 15 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `sum by (namespace, pod) (alloy_component_controller_running_components{health_type!="healthy"}) > 0`,
			Annotations: Annotations{
				Summary:     "Alloy {{ $labels.namespace }}/{{ $labels.pod }} has components that do not work",
				Description: "{{ $value | humanize }} components of {{ $labels.pod }} have been unhealthy for 15 minutes.",
			},
		},
	}}
}
