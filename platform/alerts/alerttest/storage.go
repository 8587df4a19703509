package alerttest

import (
	"fmt"
	"strings"
	"time"
)

// claim is how much of a claim is free, in percent.
func claim(namespace, name, free string) []string {
	of := fmt.Sprintf(`{namespace=%q,persistentvolumeclaim=%q,node="main"}`, namespace, name)
	return []string{"kubelet_volume_stats_available_bytes" + of + " " + free, "kubelet_volume_stats_capacity_bytes" + of + " 100x300"}
}

// filling is a case of an alert about how much of a claim is free: it fires below a number, and is silent at it.
func filling(alert, namespace, name string, at time.Duration, below int, summary string) Case {
	return Case{
		Alert: alert, At: at, Labels: fmt.Sprintf(`{namespace=%q,persistentvolumeclaim=%q}`, namespace, name),
		Fires: claim(namespace, name, fmt.Sprintf("%dx30", below-1)), Silent: claim(namespace, name, fmt.Sprintf("%dx30", below)),
		Summary: summary, Description: fmt.Sprintf("%d%% of %s in %s are free.", below-1, name, namespace),
	}
}

func storage() []Case {
	const (
		loki     = `{namespace="monitoring",persistentvolumeclaim="loki-data"}`
		volume   = `namespace="longhorn-system",node="main",volume="pvc-1",pvc="shared-1",pvc_namespace="postgres"`
		labels   = `{namespace="postgres",volume="pvc-1",pvc="shared-1",pvc_namespace="postgres"}`
		health   = `longhorn_volume_robustness{` + volume + `,state=`
		readOnly = `longhorn_volume_file_system_read_only{` + volume + `}`
		node     = `longhorn_node_status{namespace="longhorn-system",node="main",condition="ready"}`
		disk     = `longhorn_disk_status{namespace="longhorn-system",node="main",disk="default",condition="schedulable"}`
	)
	minute := time.Minute
	// others has claims that have alerts of their own, or have none, nearly full.
	others := func(c Case, claims ...string) Case {
		for i := 0; i < len(claims); i += 2 {
			c.Neither = append(c.Neither, claim(claims[i], claims[i+1], "1x30"))
		}
		return c
	}
	return []Case{
		others(filling("ClaimFilling", "monitoring", "loki-data", 15*minute, 10, "Claim monitoring/loki-data is filling up"), "postgres", "shared-1", "registry", "registry-images"),
		others(filling("ClaimFull", "monitoring", "loki-data", 5*minute, 4, "Claim monitoring/loki-data is nearly full"), "postgres", "shared-1", "registry", "registry-images"),
		others(filling("DatabaseDiskFilling", "postgres", "shared-1", 15*minute, 20, "PostgreSQL's claim shared-1 is filling up"), "monitoring", "loki-data"),
		others(filling("DatabaseDiskFull", "postgres", "shared-1", 5*minute, 10, "PostgreSQL's claim shared-1 is nearly full"), "monitoring", "loki-data"),
		others(filling("RegistryFilling", "registry", "registry-images", 15*minute, 15, "The registry's claim registry-images is filling up"), "monitoring", "loki-data"),
		others(filling("RegistryFull", "registry", "registry-images", 5*minute, 5, "The registry's claim registry-images is nearly full"), "monitoring", "loki-data"),
		{
			Alert: "ClaimFullSoon", At: 181 * minute, Labels: loki,
			Fires: claim("monitoring", "loki-data", "39-0.01x200"), Silent: claim("monitoring", "loki-data", "39-0.0065x200"),
			Neither:     [][]string{claim("monitoring", "loki-data", "46-0.02x200")}, // it has room enough for now
			Summary:     "Claim monitoring/loki-data will be full within 4 days",
			Description: "By the trend of the last day loki-data in monitoring is full within 4 days.",
		},
		{
			Alert: "ClaimInodesLow", At: 15 * minute, Labels: loki,
			Fires:       []string{"kubelet_volume_stats_inodes_free" + loki + " 4x20", "kubelet_volume_stats_inodes" + loki + " 100x20"},
			Silent:      []string{"kubelet_volume_stats_inodes_free" + loki + " 5x20", "kubelet_volume_stats_inodes" + loki + " 100x20"},
			Summary:     "Claim monitoring/loki-data runs out of inodes",
			Description: "4% of the inodes of loki-data in monitoring are free.",
		},
		{
			Alert: "VolumeFaulted", At: 2 * minute, Labels: labels,
			Fires: []string{health + `"faulted"} 1x9`}, Silent: []string{health + `"faulted"} 0x9`, health + `"healthy"} 1x9`},
			Summary:     "Volume of postgres/shared-1 has no usable copy",
			Description: "Longhorn reports pvc-1 faulted: whatever uses postgres/shared-1 stands still.",
		},
		{
			Alert: "VolumeDegraded", At: 15 * minute, Labels: labels,
			Fires: []string{health + `"degraded"} 1x20`}, Silent: []string{health + `"degraded"} 1x14 0x9`}, Beside: []string{health + `"unknown"} 1x20`},
			Summary:     "Volume of postgres/shared-1 lacks a copy",
			Description: "Longhorn has had fewer copies of pvc-1 than it is asked for, for 15 minutes.",
		},
		{
			Alert: "VolumeReadOnly", At: 2 * minute, Labels: labels,
			Fires: []string{readOnly + ` 1x9`}, Silent: []string{readOnly + ` 0x9`},
			Summary:     "Volume of postgres/shared-1 cannot be written",
			Description: "The file system on pvc-1 has gone read-only, which the kernel does after an error.",
		},
		{
			Alert: "StorageNotReady", At: 5 * minute, Labels: `{namespace="longhorn-system",node="main"}`,
			Fires: []string{node + ` 0x9`}, Silent: []string{node + ` 1x9`}, Beside: []string{strings.Replace(node, "ready", "mountpropagation", 1) + ` 1x9`},
			Summary:     "Longhorn is not ready on node main",
			Description: "Longhorn has called main not ready for 5 minutes: volumes there cannot be attached.",
		},
		{
			Alert: "StorageUnschedulable", At: 15 * minute, Labels: `{namespace="longhorn-system",node="main",disk="default"}`,
			Fires: []string{disk + ` 0x20`}, Silent: []string{disk + ` 1x20`}, Beside: []string{strings.Replace(disk, "schedulable", "ready", 1) + ` 1x20`},
			Summary:     "Longhorn makes no new volumes on node main",
			Description: "Disk default of main has less free than Longhorn keeps back: claims wait, and none can grow.",
		},
	}
}
