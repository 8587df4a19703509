package alerttest

import (
	"slices"
	"time"
)

func prometheus() []Case {
	const (
		server   = `{namespace="monitoring",pod="prometheus-main-0"}`
		manager  = `{namespace="monitoring",pod="alertmanager-main-0"}`
		group    = `{namespace="monitoring",pod="prometheus-main-0",rule_group="disk"}`
		objects  = `prometheus_operator_managed_resources{namespace="monitoring",controller="prometheus",resource="PrometheusRule",state=`
		messages = `{namespace="monitoring",pod="alertmanager-main-0",integration="email"}`
	)
	dropped := []string{
		"prometheus_target_scrapes_sample_out_of_order_total", "prometheus_target_scrapes_sample_duplicate_timestamp_total",
		"prometheus_target_scrapes_exceeded_sample_limit_total", "prometheus_target_scrape_pool_exceeded_label_limits_total",
	}
	trouble := []string{"prometheus_tsdb_compactions_failed_total", "prometheus_tsdb_wal_corruptions_total", "prometheus_tsdb_reloads_failures_total"}
	kept := func(blocks, limit string) []string {
		return []string{
			`prometheus_tsdb_storage_blocks_bytes` + server + ` ` + blocks + `x70`, `prometheus_tsdb_retention_limit_bytes` + server + ` ` + limit + `x70`,
			`prometheus_tsdb_wal_storage_size_bytes` + server + ` 8x70`, `prometheus_tsdb_head_chunks_storage_size_bytes` + server + ` 2x70`,
		}
	}
	return slices.Concat(each(dropped, server, "0+60x30", "0 60x30", Case{
		Alert: "PrometheusDroppingSamples", At: 16 * time.Minute,
		Summary:     "Prometheus monitoring/prometheus-main-0 drops what it scrapes",
		Description: "Samples come twice, in the wrong order, or are more than a target may have: 1.00 cases a second.",
	}), each(trouble, server, "0x2 1x30", "1x30", Case{
		Alert: "PrometheusStorageFailing", At: 13 * time.Minute,
		Summary:     "Prometheus monitoring/prometheus-main-0 has trouble with its disk",
		Description: "prometheus-main-0 failed 1 times in 3 hours to compact or to read what it keeps.",
	}), []Case{
		{
			Alert: "PrometheusRulesFailing", At: 16 * time.Minute, Labels: group,
			Fires: []string{`prometheus_rule_evaluation_failures_total` + group + ` 0+1x20`},
			// Once, as when a series comes for the first time.
			Silent:      []string{`prometheus_rule_evaluation_failures_total` + group + ` 0 1x20`},
			Summary:     "Prometheus monitoring/prometheus-main-0 cannot evaluate its rules",
			Description: "Rules of disk fail: alerts among them are silent whatever happens.",
		},
		{
			Alert: "PrometheusRulesLate", At: 16 * time.Minute, Labels: group,
			Fires:       []string{`prometheus_rule_group_iterations_missed_total` + group + ` 0+1x20`},
			Silent:      []string{`prometheus_rule_group_iterations_missed_total` + group + ` 0 1x20`},
			Summary:     "Prometheus monitoring/prometheus-main-0 is too slow for its rules",
			Description: "disk left out 5 evaluations in 5 minutes.",
		},
		{
			Alert: "PrometheusRulesRejected", At: 10 * time.Minute, Labels: `{namespace="monitoring",resource="PrometheusRule"}`,
			Fires: []string{objects + `"rejected"} 1x20`}, Silent: []string{objects + `"rejected"} 0x20`, objects + `"selected"} 9x20`},
			Summary:     "The operator of Prometheus rejects PrometheusRule objects",
			Description: "1 PrometheusRule objects have an error, and are left out of the configuration.",
		},
		{
			Alert: "PrometheusConfigurationStale", At: 10 * time.Minute, Labels: server,
			Fires:       []string{`prometheus_config_last_reload_successful` + server + ` 0x20`},
			Silent:      []string{`prometheus_config_last_reload_successful` + server + ` 0x4 1 0x20`},
			Summary:     "Prometheus monitoring/prometheus-main-0 could not load its configuration",
			Description: "prometheus-main-0 goes on with the configuration that it had; new targets and rules are not there, and it does not start anew.",
		},
		{
			Alert: "PrometheusNotNotifying", At: 10 * time.Minute, Labels: server,
			Fires: []string{`prometheus_notifications_alertmanagers_discovered` + server + ` 0x20`}, Silent: []string{`prometheus_notifications_alertmanagers_discovered` + server + ` 1x20`},
			Summary:     "Prometheus monitoring/prometheus-main-0 does not reach Alertmanager",
			Description: "Alerts of prometheus-main-0 do not get to Alertmanager. This one gets through only if some do.",
		},
		{
			Alert: "PrometheusNotNotifying", At: 11 * time.Minute, Labels: server,
			Fires:       []string{`prometheus_notifications_errors_total{namespace="monitoring",pod="prometheus-main-0",alertmanager="http://a"} 0+1x20`},
			Silent:      []string{`prometheus_notifications_errors_total{namespace="monitoring",pod="prometheus-main-0",alertmanager="http://a"} 0 1x20`},
			Summary:     "Prometheus monitoring/prometheus-main-0 does not reach Alertmanager",
			Description: "Alerts of prometheus-main-0 do not get to Alertmanager. This one gets through only if some do.",
		},
		{
			Alert: "PrometheusHistoryShort", At: time.Hour, Labels: server,
			Fires: kept("81", "100"), Silent: kept("80", "100"),
			Summary:     "Prometheus monitoring/prometheus-main-0 is at its size limit",
			Description: "91% of what prometheus-main-0 may keep is there: old series go before their time.",
		},
		{
			Alert: "PrometheusHistoryShort", At: time.Hour, Labels: server,
			// No limit is a limit of 0.
			Fires: kept("81", "100"), Silent: kept("81", "0"),
			Summary:     "Prometheus monitoring/prometheus-main-0 is at its size limit",
			Description: "91% of what prometheus-main-0 may keep is there: old series go before their time.",
		},
		{
			Alert: "AlertmanagerConfigurationStale", At: 10 * time.Minute, Labels: manager,
			Fires:       []string{`alertmanager_config_last_reload_successful` + manager + ` 0x20`},
			Silent:      []string{`alertmanager_config_last_reload_successful` + manager + ` 0x4 1 0x20`},
			Summary:     "Alertmanager monitoring/alertmanager-main-0 could not load its configuration",
			Description: "alertmanager-main-0 goes on with the routes that it had, and does not start anew.",
		},
		{
			Alert: "AlertmanagerNotNotifying", At: 6 * time.Minute, Labels: `{namespace="monitoring",integration="email"}`,
			Fires:       []string{`alertmanager_notifications_failed_total` + messages + ` 0+0.6x20`, `alertmanager_notifications_total` + messages + ` 0+10x20`},
			Silent:      []string{`alertmanager_notifications_failed_total` + messages + ` 0+0.4x20`, `alertmanager_notifications_total` + messages + ` 0+10x20`},
			Summary:     "Alertmanager does not get its messages through by email",
			Description: "6% of the messages by email have failed.",
		},
	})
}

// each are the cases of an alert about the sum of several series, each of which is the one that grows.
func each(names []string, labels, fires, silent string, like Case) []Case {
	var cases []Case
	for i := range names {
		c := like
		c.Labels = labels
		for j, name := range names {
			if i == j {
				c.Fires, c.Silent = append(c.Fires, name+labels+" "+fires), append(c.Silent, name+labels+" "+silent)
			} else {
				c.Beside = append(c.Beside, name+labels+" 0x30")
			}
		}
		cases = append(cases, c)
	}
	return cases
}

func logs() []Case {
	const (
		loki    = `{namespace="monitoring",pod="loki-0"}`
		lines   = `loki_distributor_lines_received_total{namespace="monitoring",pod="loki-0"}`
		push    = `loki_request_duration_seconds_count{namespace="monitoring",pod="loki-0",method="POST",route="loki_api_v1_push",status_code=`
		full    = `loki_ingester_wal_disk_full_failures_total` + loki
		refused = `loki_discarded_samples_total{namespace="monitoring",pod="loki-0",reason="rate_limited"}`
		deleted = `loki_compactor_apply_retention_last_successful_run_timestamp_seconds` + loki
		dropped = `loki_write_dropped_entries_total{namespace="host-agents",pod="alloy-x",host="loki",reason="ingester_error"}`
		parts   = `alloy_component_controller_running_components{namespace="host-agents",pod="alloy-x",health_type=`
	)
	return []Case{
		{
			Alert: "LogsNotArriving", At: 16 * time.Minute, Labels: `{namespace="monitoring"}`,
			Fires: []string{lines + ` 9x20`}, Silent: []string{lines + ` 0+0.1x20`},
			Summary:     "No logs arrive at Loki",
			Description: "Loki has got no line for 15 minutes, or is not there.",
		},
		{
			Alert: "LogsNotArriving", At: 15 * time.Minute, Labels: `{namespace="monitoring"}`,
			Fires: []string{full + ` 0x30`}, Silent: []string{lines + ` 0+100x20`},
			Summary:     "No logs arrive at Loki",
			Description: "Loki has got no line for 15 minutes, or is not there.",
		},
		{
			Alert: "LokiErrors", At: 16 * time.Minute, Labels: `{namespace="monitoring",route="loki_api_v1_push"}`,
			Fires: []string{push + `"204"} 0+8.9x20`, push + `"500"} 0+1.1x20`}, Silent: []string{push + `"204"} 0+9.1x20`, push + `"500"} 0+0.9x20`},
			Summary:     "Loki fails at loki_api_v1_push",
			Description: "11% of the requests to loki_api_v1_push have failed for 15 minutes.",
		},
		{
			Alert: "LokiDiskFull", At: 5 * time.Minute, Labels: loki,
			Fires: []string{full + ` 0x4 1x20`}, Silent: []string{full + ` 1x20`},
			Summary:     "The disk of Loki monitoring/loki-0 is full",
			Description: "loki-0 failed 1 times in 15 minutes to write for want of space; what it has in memory is lost if it ends.",
		},
		{
			Alert: "LokiDiscarding", At: 31 * time.Minute, Labels: `{namespace="monitoring",reason="rate_limited"}`,
			Fires: []string{refused + ` 0+60x40`}, Silent: []string{refused + ` 0 60x40`},
			Summary:     "Loki refuses lines: rate_limited",
			Description: "1.00 lines a second have been refused for half an hour: rate_limited.",
		},
		{
			Alert: "LogRetentionStalled", At: 1502 * time.Minute, Labels: loki,
			Fires: []string{deleted + ` 60x1600`}, Silent: []string{deleted + ` 0x1600`},
			Summary:     "Loki monitoring/loki-0 deletes nothing any more",
			Description: "loki-0 last deleted what is too old 1d 1h 1m 0s ago.",
		},
		{
			Alert: "LogsDropped", At: 11 * time.Minute, Labels: `{namespace="host-agents",reason="ingester_error"}`,
			Fires: []string{dropped + ` 0+60x20`}, Silent: []string{dropped + ` 9x20`},
			Summary:     "Alloy drops lines: ingester_error",
			Description: "1.00 lines a second were given up after every try to send them: ingester_error.",
		},
		{
			Alert: "AlloyUnhealthy", At: 15 * time.Minute, Labels: `{namespace="host-agents",pod="alloy-x"}`,
			Fires: []string{parts + `"unhealthy"} 1x20`}, Silent: []string{parts + `"unhealthy"} 0x20`, parts + `"healthy"} 9x20`},
			Summary:     "Alloy host-agents/alloy-x has components that do not work",
			Description: "1 components of alloy-x have been unhealthy for 15 minutes.",
		},
	}
}
