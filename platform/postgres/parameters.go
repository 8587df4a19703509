package postgres

import "fmt"

// What of an instance's memory is not for the taking. PostgreSQL 15 was measured at 12 MiB for its own and 1.3 for a busy
// connection; 18 has more processes of its own.
// Unit: MiB. Source: https://blog.anarazel.de/2020/10/07/measuring-the-memory-overhead-of-a-postgres-connection/
const (
	managerMiB    = 40 // the operator's manager, which runs in the same container
	serverMiB     = 24 // PostgreSQL's own processes, and what they share besides the buffers
	connectionMiB = 2  // a connection at rest, and any other process that works on data
)

const (
	autovacuumWorkers = 2
	// maxConnections is more than a few services with pools of 5 to 10 need; each costs memory that would otherwise sort.
	maxConnections = 50
	// reservedConnections are for the operator alone. PostgreSQL's default.
	reservedConnections = 3
)

// memory is how the memory of an instance is shared out.
type memory struct {
	// Connections is how many there may be at once.
	Connections int
	// SharedBuffers, Maintenance, Autovacuum and CacheSize are amounts.
	// Unit: MiB.
	SharedBuffers, Maintenance, Autovacuum, CacheSize int
	// Work is what each connection may sort or hash in.
	// Unit: KiB.
	Work int
}

// share shares out memory so that it holds when every connection is open and sorts, an index is being made, and all vacuum
// workers run: a container that goes over its limit is killed as a whole, with everybody's connections.
//
// The buffers get a fifth: a quarter is the usual start from 1 GB on, and less below. The rest goes to connections, at least
// 3 MiB for each of as many as there can be, up to maxConnections.
// Source: https://www.postgresql.org/docs/current/runtime-config-resource.html
func share(mib int) memory {
	own := max(0, mib-managerMiB)
	m := memory{SharedBuffers: own / 5, Maintenance: own / 16, Autovacuum: own / 32, CacheSize: mib / 2}
	left := own - serverMiB - m.SharedBuffers - m.Maintenance - autovacuumWorkers*(m.Autovacuum+connectionMiB)
	m.Connections = max(0, min(maxConnections, left/(connectionMiB+1)))
	if m.Connections > 0 {
		m.Work = 1024*left/m.Connections - 1024*connectionMiB
	}
	return m
}

// total is what all of it takes at once.
// Unit: KiB.
func (m memory) total() int {
	workers := autovacuumWorkers * (m.Autovacuum + connectionMiB)
	return 1024*(managerMiB+serverMiB+m.SharedBuffers+m.Maintenance+workers+m.Connections*connectionMiB) + m.Connections*m.Work
}

// Connections is how many connections all clients together may have.
func (s Size) Connections() int {
	return max(0, share(s.Instance.Memory).Connections-reservedConnections)
}

// maxWAL is how much log may lie on the volume between two checkpoints: a sixteenth, at the most PostgreSQL's default of 1 GB.
// Unit: MiB.
func (s Size) maxWAL() int { return min(1024, s.DiskGiB*1024/16) }

// parameters are PostgreSQL's settings for a size. Every name is known to PostgreSQL 15 and later, where a test starts a server
// with them.
func (s Size) parameters() parameters {
	m, wal := share(s.Instance.Memory), s.maxWAL()
	return parameters{
		MaxConnections: fmt.Sprint(m.Connections), SharedBuffers: mb(m.SharedBuffers), EffectiveCacheSize: mb(m.CacheSize),
		WorkMem: fmt.Sprintf("%dkB", m.Work), HashMemMultiplier: "1", TempBuffers: "1MB",
		MaintenanceWorkMem: mb(m.Maintenance), AutovacuumWorkMem: mb(m.Autovacuum), AutovacuumMaxWorkers: fmt.Sprint(autovacuumWorkers),
		MaxWorkerProcesses: "8", MaxParallelWorkersPerGather: "0", MaxParallelMaintenanceWorkers: "0", JIT: "off",
		MaxWALSize: mb(wal), MinWALSize: mb(wal / 4), WALKeepSize: "0", MaxSlotWALKeepSize: mb(2 * wal), WALCompression: "lz4",
		CheckpointTimeout: "15min", RandomPageCost: "1.1",
		LogMinDurationStatement: "1s", LogParameterMaxLength: "0", LogLockWaits: "on", LogTempFiles: "8MB",
		IdleInTransactionSessionTimeout: "10min",
	}
}

func mb(mib int) string { return fmt.Sprintf("%dMB", mib) }
