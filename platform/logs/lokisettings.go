package logs

import "encoding/json"

// LokiConfig renders Loki's configuration as the chart hands it on, for whoever checks it by Loki itself. There is no secret in
// it.
//
// Errors: args that New would refuse.
func LokiConfig(args *Args) (string, error) {
	a, err := args.complete()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(a.lokiConfig())
	return string(text), err
}

func (args *Args) lokiConfig() lokiConfig {
	retention := args.retention()
	return lokiConfig{
		// One of many tenants would be named by a header that everybody can send.
		AuthEnabled: false,
		// The parts of the process speak to each other by gRPC, which is nobody else's business.
		Server: lokiServer{HTTPListenPort: Port, GRPCListenAddress: loopback, GRPCListenPort: 9095, LogLevel: "warn"},
		Common: lokiCommon{
			InstanceAddr: loopback, PathPrefix: dataPath, ReplicationFactor: 1,
			// There are no other processes to be found.
			Ring: lokiRing{lokiKVStore{"inmemory"}},
		},
		SchemaConfig: lokiSchemas{[]lokiSchema{{
			From: schemaFrom, Store: "tsdb", ObjectStore: "filesystem", Schema: "v13", Index: lokiIndex{"index_", "24h"},
		}}},
		// The storage is named here and not as the common one, which would start the ruler too: alerts come from Prometheus.
		StorageConfig: lokiStorage{
			Filesystem:  lokiFilesystem{dataPath + "/chunks"},
			TSDBShipper: lokiShipper{ActiveIndexDirectory: dataPath + "/index", CacheLocation: dataPath + "/index-cache"},
		},
		Ingester:     ingester(),
		Compactor:    compactor(),
		LimitsConfig: limits(retention),
		// It is how long a start takes at the least. The part that is looked for takes up to 3 seconds until it lets itself be found.
		Frontend: lokiFrontend{"5s"},
		// Each query at once takes memory of its own.
		Querier: lokiQuerier{MaxConcurrent: 2},
		// Four caches of answers about labels and sizes, of 100 MB each, are there by default; the index is small and at hand.
		QueryRange: lokiQueryRange{},
		// It is 100 MB by default.
		ChunkStoreConfig: lokiChunkStore{lokiCache{lokiEmbeddedCache{true, 16}}},
		Analytics:        lokiAnalytics{false},
		Tracing:          lokiTracing{false},
	}
}

// loopback is where Loki speaks to itself.
const loopback = "127.0.0.1"

func ingester() lokiIngester {
	return lokiIngester{
		// It would wait for others to settle.
		Lifecycler: lokiLifecycler{"0s"},
		// It takes less processor time than the default, and somewhat more disk.
		ChunkEncoding: "snappy",
		// A container that says little would otherwise make a file each half an hour.
		ChunkIdlePeriod: "1h", MaxChunkAge: "2h",
		// Each of the default's 32 holds a chunk in memory while it is written.
		ConcurrentFlushes: 4,
		WAL: lokiWAL{
			Dir: dataPath + "/wal",
			// What is in memory is on the disk before the process ends; after a power cut it is read from the log.
			FlushOnShutdown: true,
			// The default is 4 GB: a start after a power cut would be the end of the pod, again and again.
			ReplayMemoryCeiling: "64MB",
		},
	}
}

func compactor() lokiCompactor {
	return lokiCompactor{
		WorkingDirectory: dataPath + "/compactor", CompactionInterval: "10m",
		RetentionEnabled: true,
		// A query that has begun may still be about to read the chunk.
		RetentionDeleteDelay: "2h",
		// A disk of one's own needs no 150 workers.
		RetentionDeleteWorkerCount: 4,
		DeleteRequestStore:         "filesystem",
	}
}

func limits(retention string) lokiLimits {
	return lokiLimits{
		RetentionPeriod: retention,
		// What goes is up to retention alone, since nobody is asked who he is. A line that somebody asks to be deleted is hidden,
		// until it is asked to be shown again. With `disabled` each query would have an error written down.
		DeletionMode: "filter-only",
		// An agent that was away brings what is left to be kept, and nothing that would go at once.
		RejectOldSamplesMaxAge: retention,
		MaxLineSize:            maxLineBytes, MaxLineSizeTruncate: true,
		// An agent waits when it is told to, and loses nothing. A batch is let through whole; and the limit of a stream, which would
		// hold up every other one behind it, is no other than that of all.
		IngestionRateMB: 4, IngestionBurstSizeMB: 8, PerStreamRateLimit: "4MB", PerStreamRateLimitBurst: "8MB",
		// Some fifty containers have one each. Who adds a label with many values finds out here, and not by the memory.
		MaxGlobalStreamsPerUser: 1000,
		// No label is added to those that the agents set.
		DiscoverServiceName: []string{},
		// The level is read from JSON, key=value or the words of a line, and stored beside it: as a label it would split each stream.
		DiscoverLogLevels: true,
		QueryTimeout:      "1m", MaxQueryLookback: retention,
		// More than a minute of a core.
		MaxQueryBytesRead:   "8GB",
		MaxQueryParallelism: 4, TSDBMaxQueryParallelism: 8,
	}
}
