package metrics

// loki is what Loki tells of what it takes in, and of its retention.
// Source: https://grafana.com/docs/loki/latest/operations/observability/ and pkg/compactor/metrics.go of
// https://github.com/grafana/loki
var loki = []string{
	"loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds",
	"loki_boltdb_shipper_compact_tables_operation_total",
	"loki_build_info",
	"loki_compactor_apply_retention_last_successful_run_timestamp_seconds",
	"loki_compactor_apply_retention_operation_total",
	"loki_discarded_samples_total",
	"loki_distributor_bytes_received_total",
	"loki_distributor_lines_received_total",
	"loki_ingester_memory_chunks",
	"loki_ingester_memory_streams",
	"loki_ingester_wal_disk_full_failures_total",
	"loki_panic_total",
	"loki_request_duration_seconds_count",
	"loki_request_duration_seconds_sum",
}
