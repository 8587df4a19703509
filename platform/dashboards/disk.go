package dashboards

func (a *Args) disk() Row {
	return Row{"Disks", []Panel{
		lines("Space used", share, "Share of each file system that is used. At 75 % of the root disk the kubelet throws images away, and at 92 % it ends pods.",
			Target{Expr: used(rootSpace), Legend: "root disk"}, Target{Expr: used(a.volumeSpace), Legend: "volume"}).upTo(1).limits(0.85, 0.9),
		lines("Files used", share, "Share of the places for files that is used: a disk can be full without being full.",
			Target{Expr: `1 - ` + rootSpace("node_filesystem_files_free") + ` / ` + rootSpace("node_filesystem_files"), Legend: "root disk"},
			Target{Expr: `1 - ` + a.volumeSpace("node_filesystem_files_free") + ` / ` + a.volumeSpace("node_filesystem_files"), Legend: "volume"}).upTo(1).limits(0.85, 0.9),
		lines("Read and written", bytesPerS, "What was read from each disk and written to it.",
			Target{Expr: `rate(node_disk_read_bytes_total` + disks + `[$__rate_interval])`, Legend: "{{device}} read"},
			Target{Expr: `rate(node_disk_written_bytes_total` + disks + `[$__rate_interval])`, Legend: "{{device}} written"}),
		lines("Disk busy", share, "Share of time in which a disk had something to do.",
			Target{Expr: `rate(node_disk_io_time_seconds_total` + disks + `[$__rate_interval])`, Legend: "{{device}}"}),
		lines("Time for one write", seconds, "How long a disk took for a write, on average.",
			Target{Expr: `rate(node_disk_write_time_seconds_total` + disks + `[$__rate_interval]) / (rate(node_disk_writes_completed_total` + disks + `[$__rate_interval]) > 0)`, Legend: "{{device}}"}),
	}}
}

// volume is what writes to the volume and waits for it.
func (a *Args) volume() Row {
	r := Row{"Volume", []Panel{
		lines("Volume over time", bytes, "What is used of the volume, and its size.",
			Target{Expr: a.volumeSpace("node_filesystem_size_bytes") + ` - ` + a.volumeSpace("node_filesystem_avail_bytes"), Legend: "used"},
			Target{Expr: a.volumeSpace("node_filesystem_size_bytes"), Legend: "size"}),
		lines("Volume full in", seconds, "When the volume is full, if it fills as within the last day. It is a year at the most.",
			Target{Expr: untilFull(a.volumeSpace), Legend: "volume"}),
		lines("Time for etcd to write", seconds, "How long etcd waited until its log was on the disk. Above 10 ms for long, the disk is too slow for it.",
			Target{Expr: `histogram_quantile(0.99, sum by (le) (rate(etcd_disk_wal_fsync_duration_seconds_bucket[$__rate_interval])))`, Legend: "log, 99 of 100"},
			Target{Expr: `histogram_quantile(0.99, sum by (le) (rate(etcd_disk_backend_commit_duration_seconds_bucket[$__rate_interval])))`, Legend: "database, 99 of 100"}).limits(0.01, 0.1),
		lines("Database of the cluster", bytes, "The size of etcd's database, and what of it is in use. At its quota it takes no more writes.",
			Target{Expr: `etcd_mvcc_db_total_size_in_bytes`, Legend: "size"}, Target{Expr: `etcd_mvcc_db_total_size_in_use_in_bytes`, Legend: "in use"},
			Target{Expr: `etcd_server_quota_backend_bytes`, Legend: "quota"}),
	}}
	if a.Longhorn {
		r.Panels = append(r.Panels,
			bars("Longhorn's volumes", bytes, "What each volume takes on the disk, its snapshots included.",
				Target{Expr: `sort_desc(max by (pvc) (longhorn_volume_actual_size_bytes))`, Legend: "{{pvc}}"}),
			lines("Volumes that are not healthy", amount, "Volumes of Longhorn that are degraded or faulted.",
				Target{Expr: `count(longhorn_volume_robustness{state!="healthy"} == 1) or vector(0)`, Legend: "not healthy"}),
		)
	}
	return r
}
