package metrics

// alloy is what Alloy tells of what it reads and sends.
// Source: https://grafana.com/docs/alloy/latest/reference/components/loki/loki.write/
var alloy = []string{
	"alloy_build_info",
	"alloy_component_controller_running_components",
	"alloy_config_last_load_successful",
	"loki_process_dropped_lines_total",
	"loki_source_file_read_bytes_total",
	"loki_source_file_read_lines_total",
	"loki_source_journal_target_lines_total",
	"loki_write_batch_retries_total",
	"loki_write_dropped_bytes_total",
	"loki_write_dropped_entries_total",
	"loki_write_sent_bytes_total",
	"loki_write_sent_entries_total",
}
