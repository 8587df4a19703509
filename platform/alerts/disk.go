package alerts

import (
	"fmt"
	"time"

	"github.com/lvs-cloud/lvs-cloud/components/volume"
)

const (
	// freeSpace is the share of a disk that is free, by instance and mountpoint.
	freeSpace = "mountpoint:node_filesystem_avail:ratio"
	// freeInodes is the share of its inodes that is free.
	freeInodes = `max by (instance, mountpoint) (node_filesystem_files_free{` + mounts + `} / node_filesystem_files)`
	// mounts are the root disk and the data volume. What is bound from the volume to other places is the same disk.
	mounts = `mountpoint=~"/|` + volume.MountPoint + `"`
)

// disk is about the root disk and the data volume as they are. The kubelet throws images away when its disk, the root disk, is
// three quarters full, and ends pods at 92 %.
func disk() Group {
	return Group{Name: "disk", Rules: []Rule{
		{
			Record: freeSpace,
			Expr:   `max by (instance, mountpoint) (node_filesystem_avail_bytes{` + mounts + `} / node_filesystem_size_bytes)`,
		},
		{
			Alert: "DiskFilling", For: 15 * time.Minute, Labels: Labels{Warning, Machine, "space"},
			Expr: freeSpace + ` < 0.15`,
			Annotations: Annotations{
				Summary:     "Disk {{ $labels.mountpoint }} of node {{ $labels.instance }} is filling up",
				Description: "{{ $value | humanizePercentage }} of {{ $labels.mountpoint }} on {{ $labels.instance }} are free.",
			},
		},
		{
			Alert: "DiskFull", For: 5 * time.Minute, Labels: Labels{Critical, Machine, "space"},
			Expr: freeSpace + ` < 0.1`,
			Annotations: Annotations{
				Summary:     "Disk {{ $labels.mountpoint }} of node {{ $labels.instance }} is nearly full",
				Description: "{{ $value | humanizePercentage }} of {{ $labels.mountpoint }} on {{ $labels.instance }} are free. At 8 % of the root disk the kubelet ends pods; a full data volume stops etcd.",
			},
		},
		{
			Alert: "DiskInodesLow", For: 15 * time.Minute, Labels: Labels{Warning, Machine, "inodes"},
			Expr: freeInodes + ` < 0.1`,
			Annotations: Annotations{
				Summary:     "Disk {{ $labels.mountpoint }} of node {{ $labels.instance }} runs out of inodes",
				Description: "{{ $value | humanizePercentage }} of the inodes of {{ $labels.mountpoint }} on {{ $labels.instance }} are free; without one no file can be made.",
			},
		},
		{
			Alert: "DiskInodesExhausted", For: 5 * time.Minute, Labels: Labels{Critical, Machine, "inodes"},
			Expr: freeInodes + ` < 0.03`,
			Annotations: Annotations{
				Summary:     "Disk {{ $labels.mountpoint }} of node {{ $labels.instance }} has no inodes left",
				Description: "{{ $value | humanizePercentage }} of the inodes of {{ $labels.mountpoint }} on {{ $labels.instance }} are free.",
			},
		},
		{
			Alert: "DiskReadOnly", For: time.Minute, Labels: Labels{Critical, Machine, ""},
			Expr: fmt.Sprintf(`max by (instance, mountpoint) (node_filesystem_readonly{%s}) == 1`, mounts),
			Annotations: Annotations{
				Summary:     "Disk {{ $labels.mountpoint }} of node {{ $labels.instance }} cannot be written",
				Description: "{{ $labels.mountpoint }} on {{ $labels.instance }} is mounted read-only, which the kernel does after an error of the disk.",
			},
		},
		{
			// Without it a disk that is not seen would never be full.
			Alert: "DiskUnwatched", For: 15 * time.Minute, Labels: Labels{Warning, Watch, ""},
			Expr: fmt.Sprintf(`(absent(node_filesystem_avail_bytes{mountpoint="/"}) or absent(node_filesystem_avail_bytes{mountpoint=%q}))`+
				` and on () max(up{job="node-exporter"}) == 1`, volume.MountPoint),
			Annotations: Annotations{
				Summary:     "Disk {{ $labels.mountpoint }} is not watched",
				Description: "The node's exporter answers, and tells nothing of {{ $labels.mountpoint }}: no other alert about that disk can fire.",
			},
		},
		{
			Alert: "DiskSaturated", For: 30 * time.Minute, Labels: Labels{Warning, Machine, ""},
			Expr: `rate(node_disk_io_time_seconds_total[5m]) > 0.95`,
			Annotations: Annotations{
				Summary:     "Disk {{ $labels.device }} of node {{ $labels.instance }} is busy all the time",
				Description: "{{ $labels.device }} on {{ $labels.instance }} was at work {{ $value | humanizePercentage }} of the time for half an hour. etcd and PostgreSQL wait for it.",
			},
		},
	}}
}

// forecast is about when the disks will be full. It looks back far, and so looks seldom.
func forecast() Group {
	const free = `max by (instance, mountpoint) (predict_linear(node_filesystem_avail_bytes[%s], %s))`
	return Group{Name: "forecast", Interval: 5 * time.Minute, Rules: []Rule{
		{
			Alert: "DiskFullSoon", For: 3 * time.Hour, Labels: Labels{Warning, Machine, "space"},
			Expr: fmt.Sprintf(free, "1d", "4 * 86400") + ` < 0 and on (instance, mountpoint) ` + freeSpace + ` < 0.4`,
			Annotations: Annotations{
				Summary:     "Disk {{ $labels.mountpoint }} of node {{ $labels.instance }} will be full within 4 days",
				Description: "By the trend of the last day {{ $labels.mountpoint }} on {{ $labels.instance }} is full within 4 days.",
			},
		},
		{
			Alert: "DiskFullTomorrow", For: time.Hour, Labels: Labels{Critical, Machine, "space"},
			Expr: fmt.Sprintf(free, "6h", "86400") + ` < 0 and on (instance, mountpoint) ` + freeSpace + ` < 0.25`,
			Annotations: Annotations{
				Summary:     "Disk {{ $labels.mountpoint }} of node {{ $labels.instance }} will be full within 24 hours",
				Description: "By the trend of the last 6 hours {{ $labels.mountpoint }} on {{ $labels.instance }} is full within 24 hours.",
			},
		},
		{
			Alert: "DiskInodesFullSoon", For: 3 * time.Hour, Labels: Labels{Warning, Machine, "inodes"},
			Expr: `max by (instance, mountpoint) (predict_linear(node_filesystem_files_free[1d], 4 * 86400)) < 0 and on (instance, mountpoint) ` + freeInodes + ` < 0.4`,
			Annotations: Annotations{
				Summary:     "Disk {{ $labels.mountpoint }} of node {{ $labels.instance }} will have no inodes within 4 days",
				Description: "By the trend of the last day {{ $labels.mountpoint }} on {{ $labels.instance }} has no inodes left within 4 days.",
			},
		},
	}}
}
