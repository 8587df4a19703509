package metrics

// prometheus is what Prometheus tells of its own work, and the operator of its.
// Source: https://prometheus.io/docs/prometheus/latest/storage/ and https://prometheus-operator.dev/docs/platform/operator/
var prometheus = []string{
	"prometheus_build_info",
	"prometheus_config_last_reload_successful",
	"prometheus_notifications_alertmanagers_discovered",
	"prometheus_notifications_dropped_total",
	"prometheus_notifications_errors_total",
	"prometheus_notifications_sent_total",
	"prometheus_operator_managed_resources",
	"prometheus_operator_reconcile_errors_total",
	"prometheus_operator_reconcile_operations_total",
	"prometheus_rule_evaluation_failures_total",
	"prometheus_rule_group_iterations_missed_total",
	"prometheus_rule_group_last_duration_seconds",
	"prometheus_target_scrape_pool_exceeded_label_limits_total",
	"prometheus_target_scrapes_exceeded_sample_limit_total",
	"prometheus_target_scrapes_sample_duplicate_timestamp_total",
	"prometheus_target_scrapes_sample_out_of_order_total",
	"prometheus_tsdb_compactions_failed_total",
	"prometheus_tsdb_head_chunks_storage_size_bytes",
	"prometheus_tsdb_head_samples_appended_total",
	"prometheus_tsdb_head_series",
	"prometheus_tsdb_lowest_timestamp_seconds",
	"prometheus_tsdb_reloads_failures_total",
	"prometheus_tsdb_retention_limit_bytes",
	"prometheus_tsdb_retention_limit_seconds",
	"prometheus_tsdb_storage_blocks_bytes",
	"prometheus_tsdb_wal_corruptions_total",
	"prometheus_tsdb_wal_storage_size_bytes",
}
