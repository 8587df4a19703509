package postgres

// parameters are the settings of PostgreSQL that differ from its own and the operator's.
// Source: https://www.postgresql.org/docs/current/runtime-config.html
type parameters struct {
	MaxConnections     string `json:"max_connections"`
	SharedBuffers      string `json:"shared_buffers"`
	EffectiveCacheSize string `json:"effective_cache_size"`
	WorkMem            string `json:"work_mem"`
	// HashMemMultiplier of 1 makes a hash keep to what a sort may take; TempBuffers are for each connection with temporary tables.
	HashMemMultiplier    string `json:"hash_mem_multiplier"`
	TempBuffers          string `json:"temp_buffers"`
	MaintenanceWorkMem   string `json:"maintenance_work_mem"`
	AutovacuumWorkMem    string `json:"autovacuum_work_mem"`
	AutovacuumMaxWorkers string `json:"autovacuum_max_workers"`
	// MaxWorkerProcesses is PostgreSQL's default again, where the operator reserves memory for 32. A query stays in its own
	// process: workers would multiply its memory, on cores that everything else shares. JIT compiles what is over by then.
	MaxWorkerProcesses            string `json:"max_worker_processes"`
	MaxParallelWorkersPerGather   string `json:"max_parallel_workers_per_gather"`
	MaxParallelMaintenanceWorkers string `json:"max_parallel_maintenance_workers"`
	JIT                           string `json:"jit"`
	// WALKeepSize is nothing, where the operator keeps 512 MB for replicas; MaxSlotWALKeepSize ends a slot that nobody reads
	// before it fills the volume. Compression and rare checkpoints spare a disk on which etcd waits for each write.
	MaxWALSize         string `json:"max_wal_size"`
	MinWALSize         string `json:"min_wal_size"`
	WALKeepSize        string `json:"wal_keep_size"`
	MaxSlotWALKeepSize string `json:"max_slot_wal_keep_size"`
	WALCompression     string `json:"wal_compression"`
	CheckpointTimeout  string `json:"checkpoint_timeout"`
	// RandomPageCost is that of a disk without arms.
	RandomPageCost string `json:"random_page_cost"`
	// What is slow, waits or spills is logged, without the values: they are the clients' data, and logs have more readers.
	LogMinDurationStatement string `json:"log_min_duration_statement"`
	LogParameterMaxLength   string `json:"log_parameter_max_length"`
	LogLockWaits            string `json:"log_lock_waits"`
	LogTempFiles            string `json:"log_temp_files"`
	// IdleInTransactionSessionTimeout ends a transaction that was left open: it would hold up vacuum for everybody.
	IdleInTransactionSessionTimeout string `json:"idle_in_transaction_session_timeout"`
}
