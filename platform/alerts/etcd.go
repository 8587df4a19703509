package alerts

import "time"

// fsync is the time in which 99 of 100 of etcd's writes are safely on the disk, by instance.
const fsync = "instance:etcd_disk_wal_fsync_duration_seconds:p99"

// etcd is about the datastore of Kubernetes, which shares its disk with Longhorn and PostgreSQL.
// Source: https://etcd.io/docs/v3.6/op-guide/hardware/#disks
func etcd() Group {
	return Group{Name: "etcd", Rules: []Rule{
		{Record: fsync, Expr: `histogram_quantile(0.99, sum by (instance, le) (rate(etcd_disk_wal_fsync_duration_seconds_bucket[10m])))`},
		{
			// The same limit by which the volume is judged when it is mounted.
			Alert: "EtcdFsyncSlow", For: time.Hour, Labels: Labels{Warning, Machine, "etcd-fsync"},
			Expr: fsync + ` > 0.01`,
			Annotations: Annotations{
				Summary:     "The disk of etcd on {{ $labels.instance }} is slow",
				Description: "One in a hundred of etcd's writes takes more than {{ $value | humanizeDuration }}, for an hour now; it should be at most 10ms.",
			},
		},
		{
			Alert: "EtcdFsyncTooSlow", For: 10 * time.Minute, Labels: Labels{Critical, Machine, "etcd-fsync"},
			Expr: fsync + ` > 0.1`,
			Annotations: Annotations{
				Summary:     "The disk of etcd on {{ $labels.instance }} is too slow for Kubernetes",
				Description: "One in a hundred of etcd's writes takes more than {{ $value | humanizeDuration }}. Leases run out, and controllers stop.",
			},
		},
		{
			Alert: "EtcdNoLeader", For: time.Minute, Labels: Labels{Critical, Machine, ""},
			Expr: `max by (instance) (etcd_server_has_leader) == 0`,
			Annotations: Annotations{
				Summary:     "etcd on {{ $labels.instance }} has no leader",
				Description: "etcd on {{ $labels.instance }} takes no writes: nothing in the cluster can be changed.",
			},
		},
		{
			Alert: "EtcdLarge", For: 15 * time.Minute, Labels: Labels{Warning, Machine, "etcd-size"},
			Expr: `max by (instance) (etcd_mvcc_db_total_size_in_bytes / etcd_server_quota_backend_bytes) > 0.7`,
			Annotations: Annotations{
				Summary:     "The database of etcd on {{ $labels.instance }} grows towards its limit",
				Description: "It takes {{ $value | humanizePercentage }} of what it may.",
			},
		},
		{
			Alert: "EtcdFull", For: 5 * time.Minute, Labels: Labels{Critical, Machine, "etcd-size"},
			Expr: `max by (instance) (etcd_mvcc_db_total_size_in_bytes / etcd_server_quota_backend_bytes) > 0.9`,
			Annotations: Annotations{
				Summary:     "The database of etcd on {{ $labels.instance }} is nearly full",
				Description: "It takes {{ $value | humanizePercentage }} of what it may. At its limit it takes no more writes, and does not recover by itself.",
			},
		},
	}}
}
