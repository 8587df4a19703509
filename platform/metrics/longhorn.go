package metrics

// longhorn is what Longhorn's manager tells of the volumes and of the disk that they lie on. States are a label: a series for each,
// of which one is 1.
// Source: https://longhorn.io/docs/latest/monitoring/metrics/
var longhorn = []string{
	"longhorn_disk_capacity_bytes",
	"longhorn_disk_reservation_bytes",
	"longhorn_disk_status",
	"longhorn_disk_usage_bytes",
	"longhorn_node_status",
	"longhorn_node_storage_capacity_bytes",
	"longhorn_node_storage_reservation_bytes",
	"longhorn_node_storage_scheduled_bytes",
	"longhorn_node_storage_usage_bytes",
	"longhorn_volume_actual_size_bytes",
	"longhorn_volume_capacity_bytes",
	"longhorn_volume_file_system_read_only",
	"longhorn_volume_read_latency",
	"longhorn_volume_read_throughput",
	"longhorn_volume_robustness",
	"longhorn_volume_state",
	"longhorn_volume_write_latency",
	"longhorn_volume_write_throughput",
}
