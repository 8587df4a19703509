package dashboards

// databases are those that were chosen. PostgreSQL counts what belongs to none under an empty name.
const databases = `{datname=~"$database", datname!=""}`

// postgresql is the shared database server.
func postgresql() *Dashboard {
	return &Dashboard{
		UID: "postgresql", Title: "PostgreSQL", Tag: TagPlatform, From: "now-6h",
		Description: "The shared database server: connections, transactions, what is read from memory, and how large everything is.",
		Variables:   []Variable{{Name: "database", Label: "Database", Source: Prometheus, Of: "datname", Metric: "cnpg_pg_database_size_bytes"}},
		Rows: []Row{
			{"", []Panel{
				stat("Server", amount, "Whether the server answers.", `min(cnpg_collector_up) or vector(0)`).named(Name{Number: "0", Text: "down", Bad: true}, Name{Number: "1", Text: "up"}),
				stat("Up since", seconds, "Time since the server was started.", `time() - min(cnpg_pg_postmaster_start_time)`),
				stat("Connections", share, "Share of the connections that the server takes which are in use.",
					`sum(cnpg_backends_total) / max(cnpg_pg_settings_setting{name="max_connections"})`).upTo(1).limits(0.7, 0.9),
				stat("Waiting", amount, "Queries that wait for others.", `sum(cnpg_backends_waiting_total)`).limits(1, 5),
				stat("From memory", share, "Share of blocks that were found in the server's own memory.",
					`sum(rate(cnpg_pg_stat_database_blks_hit[$__rate_interval])) / (sum(rate(cnpg_pg_stat_database_blks_hit[$__rate_interval])) + sum(rate(cnpg_pg_stat_database_blks_read[$__rate_interval])) > 0)`).upTo(1).limits(0.95, 0.8),
				stat("Databases", bytes, "The size of all databases.", `sum(cnpg_pg_database_size_bytes)`),
			}},
			{"Connections", []Panel{
				lines("Connections by database", amount, "Connections to each database.", Target{Expr: `sum by (datname) (cnpg_backends_total` + databases + `)`, Legend: "{{datname}}"}).stacked(),
				lines("Connections by state", amount, "What connections do. Idle in a transaction for long, they hold up others.", Target{Expr: `sum by (state) (cnpg_backends_total` + databases + `)`, Legend: "{{state}}"}).stacked(),
				lines("Longest transaction", seconds, "How long the longest transaction of each database has been going on.", Target{Expr: `max by (datname) (cnpg_backends_max_tx_duration_seconds` + databases + `)`, Legend: "{{datname}}"}),
				lines("Deadlocks", amount, "Transactions that were ended because they waited for each other.", Target{Expr: `sum by (datname) (increase(cnpg_pg_stat_database_deadlocks` + databases + `[$__rate_interval]))`, Legend: "{{datname}}"}),
			}},
			{"Work", []Panel{
				lines("Transactions", perSecond, "Transactions in a second.",
					Target{Expr: `sum by (datname) (rate(cnpg_pg_stat_database_xact_commit` + databases + `[$__rate_interval]))`, Legend: "{{datname}} done"},
					Target{Expr: `sum by (datname) (rate(cnpg_pg_stat_database_xact_rollback` + databases + `[$__rate_interval]))`, Legend: "{{datname}} taken back"}),
				lines("Rows", perSecond, "Rows in a second, by what was done with them.",
					Target{Expr: `sum(rate(cnpg_pg_stat_database_tup_fetched` + databases + `[$__rate_interval]))`, Legend: "fetched"},
					Target{Expr: `sum(rate(cnpg_pg_stat_database_tup_inserted` + databases + `[$__rate_interval]))`, Legend: "inserted"},
					Target{Expr: `sum(rate(cnpg_pg_stat_database_tup_updated` + databases + `[$__rate_interval]))`, Legend: "updated"},
					Target{Expr: `sum(rate(cnpg_pg_stat_database_tup_deleted` + databases + `[$__rate_interval]))`, Legend: "deleted"}),
				lines("Blocks", perSecond, "Blocks in a second, from the server's memory and from outside of it.",
					Target{Expr: `sum(rate(cnpg_pg_stat_database_blks_hit` + databases + `[$__rate_interval]))`, Legend: "from memory"},
					Target{Expr: `sum(rate(cnpg_pg_stat_database_blks_read` + databases + `[$__rate_interval]))`, Legend: "read"}),
				lines("Temporary files", bytesPerS, "What did not fit into the memory of a query, and was written to the disk.",
					Target{Expr: `sum by (datname) (rate(cnpg_pg_stat_database_temp_bytes` + databases + `[$__rate_interval]))`, Legend: "{{datname}}"}),
			}},
			{"Disk", []Panel{
				lines("Size by database", bytes, "The size of each database.", Target{Expr: `max by (datname) (cnpg_pg_database_size_bytes` + databases + `)`, Legend: "{{datname}}"}).stacked(),
				lines("Write-ahead log", bytes, "What the log takes on the disk.", Target{Expr: `max(cnpg_collector_pg_wal{value="size"})`, Legend: "log"}),
				lines("Checkpoints", amount, "How often everything changed was written out: by the clock, or since there was too much of it.",
					Target{Expr: `sum(increase(cnpg_pg_stat_checkpointer_checkpoints_timed[$__rate_interval]))`, Legend: "by the clock"},
					Target{Expr: `sum(increase(cnpg_pg_stat_checkpointer_checkpoints_req[$__rate_interval]))`, Legend: "asked for"}),
				lines("Age of transactions", amount, "How many transactions old the oldest row is that was not frozen. At 2 billion the server stops.",
					Target{Expr: `max by (datname) (cnpg_pg_database_xid_age` + databases + `)`, Legend: "{{datname}}"}).limits(5e8, 1.5e9),
			}},
		},
	}
}
