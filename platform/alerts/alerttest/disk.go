package alerttest

import (
	"fmt"
	"time"
)

// volume are a part of a whole, on the data volume of the node.
func volume(part, values, whole string) []string {
	const labels = `{instance="main",mountpoint="/data",device="/dev/sdb",fstype="xfs"}`
	return []string{part + labels + " " + values, whole + labels + " 100x400"}
}

// elsewhere are the inodes of a disk that is not watched.
func elsewhere(free string) []string {
	return []string{`node_filesystem_files_free{instance="main",mountpoint="/boot"} ` + free, `node_filesystem_files{instance="main",mountpoint="/boot"} 100x400`}
}

func disk() []Case {
	const (
		on            = `{instance="main",mountpoint="/data"}`
		avail, size   = "node_filesystem_avail_bytes", "node_filesystem_size_bytes"
		inodes, files = "node_filesystem_files_free", "node_filesystem_files"
		up            = `up{job="node-exporter",namespace="host-agents"} 1x30`
	)
	return []Case{
		{
			Alert: "DiskFilling", At: 15 * time.Minute, Labels: on,
			Fires: volume(avail, "14x30", size), Silent: volume(avail, "15x30", size),
			Summary:     "Disk /data of node main is filling up",
			Description: "14% of /data on main are free.",
		},
		{
			Alert: "DiskFull", At: 5 * time.Minute, Labels: on,
			Fires: volume(avail, "9x30", size), Silent: volume(avail, "10x30", size),
			Summary:     "Disk /data of node main is nearly full",
			Description: "9% of /data on main are free. At 8 % of the root disk the kubelet ends pods; a full data volume stops etcd.",
		},
		{
			Alert: "DiskFull", At: 5 * time.Minute, Labels: `{instance="main",mountpoint="/"}`,
			Fires: []string{avail + `{instance="main",mountpoint="/"} 9x30`, size + `{instance="main",mountpoint="/"} 100x30`},
			// Something else is full, such as a disk of a pod.
			Silent: []string{
				avail + `{instance="main",mountpoint="/boot/efi"} 9x30`, size + `{instance="main",mountpoint="/boot/efi"} 100x30`,
			},
			Summary:     "Disk / of node main is nearly full",
			Description: "9% of / on main are free. At 8 % of the root disk the kubelet ends pods; a full data volume stops etcd.",
		},
		{
			Alert: "DiskInodesLow", At: 15 * time.Minute, Labels: on,
			Fires: volume(inodes, "9x30", files), Silent: volume(inodes, "10x30", files), Neither: [][]string{elsewhere("1x30")},
			Summary:     "Disk /data of node main runs out of inodes",
			Description: "9% of the inodes of /data on main are free; without one no file can be made.",
		},
		{
			Alert: "DiskInodesExhausted", At: 5 * time.Minute, Labels: on,
			Fires: volume(inodes, "2.9x30", files), Silent: volume(inodes, "3x30", files), Neither: [][]string{elsewhere("1x30")},
			Summary:     "Disk /data of node main has no inodes left",
			Description: "2.9% of the inodes of /data on main are free.",
		},
		{
			Alert: "DiskReadOnly", At: time.Minute, Labels: on,
			Fires:       []string{`node_filesystem_readonly` + on + ` 1x9`},
			Silent:      []string{`node_filesystem_readonly` + on + ` 0x9`, `node_filesystem_readonly{instance="main",mountpoint="/mnt/cd"} 1x9`},
			Summary:     "Disk /data of node main cannot be written",
			Description: "/data on main is mounted read-only, which the kernel does after an error of the disk.",
		},
		{
			Alert: "DiskUnwatched", At: 15 * time.Minute, Labels: `{mountpoint="/data"}`,
			Fires:       []string{up, avail + `{mountpoint="/"} 9x30`},
			Silent:      []string{up, avail + `{mountpoint="/"} 9x30`, avail + `{mountpoint="/data"} 9x30`},
			Summary:     "Disk /data is not watched",
			Description: "The node's exporter answers, and tells nothing of /data: no other alert about that disk can fire.",
		},
		{
			Alert: "DiskUnwatched", At: 15 * time.Minute, Labels: `{mountpoint="/"}`,
			Fires: []string{up, avail + `{mountpoint="/data"} 9x30`},
			// Then another alert says why.
			Silent:      []string{`up{job="node-exporter",namespace="host-agents"} 0x30`, `up{job="kubelet",namespace="kube-system"} 1x30`},
			Summary:     "Disk / is not watched",
			Description: "The node's exporter answers, and tells nothing of /: no other alert about that disk can fire.",
		},
		{
			Alert: "DiskSaturated", At: 35 * time.Minute, Labels: `{instance="main",device="sdb"}`,
			Fires:       []string{`node_disk_io_time_seconds_total{instance="main",device="sdb"} 0+58.8x50`},
			Silent:      []string{`node_disk_io_time_seconds_total{instance="main",device="sdb"} 0+57x50`},
			Summary:     "Disk sdb of node main is busy all the time",
			Description: "sdb on main was at work 98% of the time for half an hour. etcd and PostgreSQL wait for it.",
		},
		{
			Alert: "DiskFullSoon", At: 185 * time.Minute, Labels: on,
			Fires: volume(avail, "39-0.01x200", size), Silent: volume(avail, "39-0.0065x200", size), Neither: [][]string{volume(avail, "46-0.02x200", size)},
			Summary:     "Disk /data of node main will be full within 4 days",
			Description: "By the trend of the last day /data on main is full within 4 days.",
		},
		{
			Alert: "DiskFullTomorrow", At: 65 * time.Minute, Labels: on,
			Fires: volume(avail, "24-0.02x200", size), Silent: volume(avail, "24-0.0155x200", size), Neither: [][]string{volume(avail, "30-0.06x200", size)},
			Summary:     "Disk /data of node main will be full within 24 hours",
			Description: "By the trend of the last 6 hours /data on main is full within 24 hours.",
		},
		{
			Alert: "DiskInodesFullSoon", At: 185 * time.Minute, Labels: on,
			Fires: volume(inodes, "39-0.01x200", files), Silent: volume(inodes, "39-0.0065x200", files), Neither: [][]string{volume(inodes, "46-0.02x200", files), elsewhere("39-0.01x200")},
			Summary:     "Disk /data of node main will have no inodes within 4 days",
			Description: "By the trend of the last day /data on main has no inodes left within 4 days.",
		},
	}
}

// writes are what etcd has written within two times, of a hundred a minute.
func writes(within, most, beyond string) []string {
	bucket := `etcd_disk_wal_fsync_duration_seconds_bucket{instance="10.0.1.1:2381",le=%q} 0+%sx90`
	return []string{fmt.Sprintf(bucket, within, most), fmt.Sprintf(bucket, beyond, "100"), fmt.Sprintf(bucket, "+Inf", "100")}
}

func etcd() []Case {
	const member = `{instance="10.0.1.1:2381"}`
	return []Case{
		{
			Alert: "EtcdFsyncSlow", At: 61 * time.Minute, Labels: member,
			Fires: writes("0.008", "98", "0.016"), Silent: writes("0.008", "98.8", "0.016"),
			Summary:     "The disk of etcd on 10.0.1.1:2381 is slow",
			Description: "One in a hundred of etcd's writes takes more than 12ms, for an hour now; it should be at most 10ms.",
		},
		{
			Alert: "EtcdFsyncTooSlow", At: 11 * time.Minute, Labels: member,
			Fires: writes("0.064", "97.5", "0.128"), Silent: writes("0.064", "98", "0.128"),
			Summary:     "The disk of etcd on 10.0.1.1:2381 is too slow for Kubernetes",
			Description: "One in a hundred of etcd's writes takes more than 102.4ms. Leases run out, and controllers stop.",
		},
		{
			Alert: "EtcdNoLeader", At: time.Minute, Labels: member,
			Fires: []string{`etcd_server_has_leader` + member + ` 0x9`}, Silent: []string{`etcd_server_has_leader` + member + ` 1x9`},
			Summary:     "etcd on 10.0.1.1:2381 has no leader",
			Description: "etcd on 10.0.1.1:2381 takes no writes: nothing in the cluster can be changed.",
		},
		{
			Alert: "EtcdLarge", At: 15 * time.Minute, Labels: member,
			Fires:       []string{`etcd_mvcc_db_total_size_in_bytes` + member + ` 71x30`, `etcd_server_quota_backend_bytes` + member + ` 100x30`},
			Silent:      []string{`etcd_mvcc_db_total_size_in_bytes` + member + ` 70x30`, `etcd_server_quota_backend_bytes` + member + ` 100x30`},
			Summary:     "The database of etcd on 10.0.1.1:2381 grows towards its limit",
			Description: "It takes 71% of what it may.",
		},
		{
			Alert: "EtcdFull", At: 5 * time.Minute, Labels: member,
			Fires:       []string{`etcd_mvcc_db_total_size_in_bytes` + member + ` 91x30`, `etcd_server_quota_backend_bytes` + member + ` 100x30`},
			Silent:      []string{`etcd_mvcc_db_total_size_in_bytes` + member + ` 90x30`, `etcd_server_quota_backend_bytes` + member + ` 100x30`},
			Summary:     "The database of etcd on 10.0.1.1:2381 is nearly full",
			Description: "It takes 91% of what it may. At its limit it takes no more writes, and does not recover by itself.",
		},
	}
}
