package logs

const (
	// dataPath is where the chart mounts the volume; all that Loki keeps is below.
	dataPath = "/var/loki"
	// maxLineBytes is how much of a line is kept: a stack trace fits many times.
	maxLineBytes = 64 << 10
	// schemaFrom is the day from which lines are stored as they are. It lies before the first line of any cloud of this kind. A
	// new way of storing them is a further entry with a later day, and this one stays.
	schemaFrom = "2026-01-01"
)

// lokiConfig is Loki's configuration, as far as it is set.
// Source: https://grafana.com/docs/loki/latest/configure/
type lokiConfig struct {
	AuthEnabled      bool           `json:"auth_enabled"`
	Server           lokiServer     `json:"server"`
	Common           lokiCommon     `json:"common"`
	SchemaConfig     lokiSchemas    `json:"schema_config"`
	StorageConfig    lokiStorage    `json:"storage_config"`
	Ingester         lokiIngester   `json:"ingester"`
	Compactor        lokiCompactor  `json:"compactor"`
	LimitsConfig     lokiLimits     `json:"limits_config"`
	Frontend         lokiFrontend   `json:"frontend"`
	Querier          lokiQuerier    `json:"querier"`
	QueryRange       lokiQueryRange `json:"query_range"`
	ChunkStoreConfig lokiChunkStore `json:"chunk_store_config"`
	Analytics        lokiAnalytics  `json:"analytics"`
	Tracing          lokiTracing    `json:"tracing"`
}

type lokiServer struct {
	HTTPListenPort    int    `json:"http_listen_port"`
	GRPCListenAddress string `json:"grpc_listen_address"`
	GRPCListenPort    int    `json:"grpc_listen_port"`
	LogLevel          string `json:"log_level"`
}

type lokiCommon struct {
	InstanceAddr      string   `json:"instance_addr"`
	PathPrefix        string   `json:"path_prefix"`
	ReplicationFactor int      `json:"replication_factor"`
	Ring              lokiRing `json:"ring"`
}

type lokiRing struct {
	KVStore lokiKVStore `json:"kvstore"`
}

type lokiKVStore struct {
	Store string `json:"store"`
}

type lokiSchemas struct {
	Configs []lokiSchema `json:"configs"`
}

type lokiSchema struct {
	From        string    `json:"from"`
	Store       string    `json:"store"`
	ObjectStore string    `json:"object_store"`
	Schema      string    `json:"schema"`
	Index       lokiIndex `json:"index"`
}

type lokiIndex struct {
	Prefix string `json:"prefix"`
	Period string `json:"period"`
}

type lokiStorage struct {
	Filesystem  lokiFilesystem `json:"filesystem"`
	TSDBShipper lokiShipper    `json:"tsdb_shipper"`
}

type lokiFilesystem struct {
	Directory string `json:"directory"`
}

type lokiShipper struct {
	ActiveIndexDirectory string `json:"active_index_directory"`
	CacheLocation        string `json:"cache_location"`
}

type lokiIngester struct {
	Lifecycler        lokiLifecycler `json:"lifecycler"`
	ChunkEncoding     string         `json:"chunk_encoding"`
	ChunkIdlePeriod   string         `json:"chunk_idle_period"`
	MaxChunkAge       string         `json:"max_chunk_age"`
	ConcurrentFlushes int            `json:"concurrent_flushes"`
	WAL               lokiWAL        `json:"wal"`
}

type lokiLifecycler struct {
	MinReadyDuration string `json:"min_ready_duration"`
}

type lokiWAL struct {
	Dir                 string `json:"dir"`
	FlushOnShutdown     bool   `json:"flush_on_shutdown"`
	ReplayMemoryCeiling string `json:"replay_memory_ceiling"`
}

type lokiCompactor struct {
	WorkingDirectory           string `json:"working_directory"`
	CompactionInterval         string `json:"compaction_interval"`
	RetentionEnabled           bool   `json:"retention_enabled"`
	RetentionDeleteDelay       string `json:"retention_delete_delay"`
	RetentionDeleteWorkerCount int    `json:"retention_delete_worker_count"`
	DeleteRequestStore         string `json:"delete_request_store"`
}

type lokiLimits struct {
	RetentionPeriod         string   `json:"retention_period"`
	DeletionMode            string   `json:"deletion_mode"`
	RejectOldSamplesMaxAge  string   `json:"reject_old_samples_max_age"`
	MaxLineSize             int      `json:"max_line_size"`
	MaxLineSizeTruncate     bool     `json:"max_line_size_truncate"`
	IngestionRateMB         float64  `json:"ingestion_rate_mb"`
	IngestionBurstSizeMB    float64  `json:"ingestion_burst_size_mb"`
	PerStreamRateLimit      string   `json:"per_stream_rate_limit"`
	PerStreamRateLimitBurst string   `json:"per_stream_rate_limit_burst"`
	MaxGlobalStreamsPerUser int      `json:"max_global_streams_per_user"`
	DiscoverServiceName     []string `json:"discover_service_name"`
	DiscoverLogLevels       bool     `json:"discover_log_levels"`
	QueryTimeout            string   `json:"query_timeout"`
	MaxQueryLookback        string   `json:"max_query_lookback"`
	MaxQueryBytesRead       string   `json:"max_query_bytes_read"`
	MaxQueryParallelism     int      `json:"max_query_parallelism"`
	TSDBMaxQueryParallelism int      `json:"tsdb_max_query_parallelism"`
}

type lokiFrontend struct {
	SchedulerDNSLookupPeriod string `json:"scheduler_dns_lookup_period"`
}

type lokiQuerier struct {
	MaxConcurrent int `json:"max_concurrent"`
}

type lokiQueryRange struct {
	CacheIndexStatsResults bool `json:"cache_index_stats_results"`
	CacheVolumeResults     bool `json:"cache_volume_results"`
	CacheSeriesResults     bool `json:"cache_series_results"`
	CacheLabelResults      bool `json:"cache_label_results"`
}

type lokiChunkStore struct {
	ChunkCacheConfig lokiCache `json:"chunk_cache_config"`
}

type lokiCache struct {
	EmbeddedCache lokiEmbeddedCache `json:"embedded_cache"`
}

type lokiEmbeddedCache struct {
	Enabled   bool `json:"enabled"`
	MaxSizeMB int  `json:"max_size_mb"`
}

type lokiAnalytics struct {
	ReportingEnabled bool `json:"reporting_enabled"`
}

type lokiTracing struct {
	Enabled bool `json:"enabled"`
}
