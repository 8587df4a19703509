package metrics

// postgres is what CloudNativePG tells of each server, by its default queries, and of its operator.
// Source: https://cloudnative-pg.io/documentation/current/monitoring/ and config/manager/default-monitoring.yaml of
// https://github.com/cloudnative-pg/cloudnative-pg
var postgres = []string{
	"cnpg_backends_max_tx_duration_seconds",
	"cnpg_backends_total",
	"cnpg_backends_waiting_total",
	"cnpg_collector_last_collection_error",
	"cnpg_collector_pg_wal",
	"cnpg_collector_postgres_version",
	"cnpg_collector_up",
	"cnpg_pg_database_size_bytes",
	"cnpg_pg_database_xid_age",
	"cnpg_pg_postmaster_start_time",
	"cnpg_pg_settings_setting",
	"cnpg_pg_stat_archiver_failed_count",
	"cnpg_pg_stat_archiver_seconds_since_last_archival",
	"cnpg_pg_stat_checkpointer_buffers_written",
	"cnpg_pg_stat_checkpointer_checkpoints_req",
	"cnpg_pg_stat_checkpointer_checkpoints_timed",
	"cnpg_pg_stat_database_blks_hit",
	"cnpg_pg_stat_database_blks_read",
	"cnpg_pg_stat_database_deadlocks",
	"cnpg_pg_stat_database_temp_bytes",
	"cnpg_pg_stat_database_tup_deleted",
	"cnpg_pg_stat_database_tup_fetched",
	"cnpg_pg_stat_database_tup_inserted",
	"cnpg_pg_stat_database_tup_returned",
	"cnpg_pg_stat_database_tup_updated",
	"cnpg_pg_stat_database_xact_commit",
	"cnpg_pg_stat_database_xact_rollback",
	"controller_runtime_reconcile_errors_total",
	"controller_runtime_reconcile_total",
}
