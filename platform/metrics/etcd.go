package metrics

// etcd is what k3s' embedded etcd tells, at a port of its own.
// Source: https://etcd.io/docs/v3.6/metrics/
var etcd = []string{
	"etcd_disk_backend_commit_duration_seconds_bucket",
	"etcd_disk_backend_commit_duration_seconds_count",
	"etcd_disk_backend_commit_duration_seconds_sum",
	"etcd_disk_wal_fsync_duration_seconds_bucket",
	"etcd_disk_wal_fsync_duration_seconds_count",
	"etcd_disk_wal_fsync_duration_seconds_sum",
	"etcd_mvcc_db_total_size_in_bytes",
	"etcd_mvcc_db_total_size_in_use_in_bytes",
	"etcd_server_has_leader",
	"etcd_server_heartbeat_send_failures_total",
	"etcd_server_leader_changes_seen_total",
	"etcd_server_proposals_committed_total",
	"etcd_server_proposals_failed_total",
	"etcd_server_proposals_pending",
	"etcd_server_quota_backend_bytes",
	"etcd_server_slow_apply_total",
	"etcd_server_slow_read_indexes_total",
	"etcd_server_version",
}
