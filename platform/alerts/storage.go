package alerts

import (
	"fmt"
	"strings"
	"time"
)

// freeClaim is the share of a volume claim that is free, by namespace and claim.
const freeClaim = "persistentvolumeclaim:kubelet_volume_stats_available:ratio"

// moved gives series the namespace of what they are about: the one that they come with is that of the exporter.
func moved(expr, label string) string {
	return fmt.Sprintf(`label_replace(%s, "namespace", "$1", %q, "(.+)")`, expr, label)
}

// claims are about volume claims, which have a size of their own with Longhorn alone: k3s' folders are as large as the disk. The
// claims of PostgreSQL and of the registry have alerts of their own, since there is something else to be done.
func claims(f Features) Group {
	own := func(names ...string) string {
		var found []string
		for _, name := range names {
			if name != "" {
				found = append(found, name)
			}
		}
		return strings.Join(found, "|")
	}(f.Postgres, f.Registry)
	others := ""
	if own != "" {
		others = fmt.Sprintf(`{namespace!~%q}`, own)
	}
	g := Group{Name: "claims", Rules: []Rule{
		{
			Record: freeClaim,
			Expr:   `max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes)`,
		},
		claimRule("ClaimFilling", Warning, 15*time.Minute, others, "0.1", "Claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is filling up"),
		claimRule("ClaimFull", Critical, 5*time.Minute, others, "0.04", "Claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is nearly full"),
		{
			Alert: "ClaimFullSoon", For: 3 * time.Hour, Labels: Labels{Warning, Storage, "claim"},
			Expr: `max by (namespace, persistentvolumeclaim) (predict_linear(kubelet_volume_stats_available_bytes[1d], 4 * 86400)) < 0` +
				` and on (namespace, persistentvolumeclaim) ` + freeClaim + ` < 0.4`,
			Annotations: Annotations{
				Summary:     "Claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} will be full within 4 days",
				Description: "By the trend of the last day {{ $labels.persistentvolumeclaim }} in {{ $labels.namespace }} is full within 4 days.",
			},
		},
		{
			Alert: "ClaimInodesLow", For: 15 * time.Minute, Labels: Labels{Warning, Storage, ""},
			Expr: `max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_inodes_free / kubelet_volume_stats_inodes) < 0.05`,
			Annotations: Annotations{
				Summary:     "Claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} runs out of inodes",
				Description: "{{ $value | humanizePercentage }} of the inodes of {{ $labels.persistentvolumeclaim }} in {{ $labels.namespace }} are free.",
			},
		},
	}}
	if f.Postgres != "" {
		of := fmt.Sprintf(`{namespace=%q}`, f.Postgres)
		g.Rules = append(g.Rules,
			claimRule("DatabaseDiskFilling", Warning, 15*time.Minute, of, "0.2", "PostgreSQL's claim {{ $labels.persistentvolumeclaim }} is filling up"),
			claimRule("DatabaseDiskFull", Critical, 5*time.Minute, of, "0.1", "PostgreSQL's claim {{ $labels.persistentvolumeclaim }} is nearly full"))
	}
	if f.Registry != "" {
		of := fmt.Sprintf(`{namespace=%q}`, f.Registry)
		g.Rules = append(g.Rules,
			claimRule("RegistryFilling", Warning, 15*time.Minute, of, "0.15", "The registry's claim {{ $labels.persistentvolumeclaim }} is filling up"),
			claimRule("RegistryFull", Critical, 5*time.Minute, of, "0.05", "The registry's claim {{ $labels.persistentvolumeclaim }} is nearly full"))
	}
	return g
}

// claimRule is an alert below a share of free space.
func claimRule(name string, severity Severity, after time.Duration, which, below, summary string) Rule {
	return Rule{
		Alert: name, For: after, Labels: Labels{severity, Storage, "claim"},
		Expr: freeClaim + which + " < " + below,
		Annotations: Annotations{
			Summary:     summary,
			Description: "{{ $value | humanizePercentage }} of {{ $labels.persistentvolumeclaim }} in {{ $labels.namespace }} are free.",
		},
	}
}

// longhorn is about the volumes themselves.
func longhorn() Group {
	state := func(state string) string {
		return moved(fmt.Sprintf(`max by (volume, pvc, pvc_namespace) (longhorn_volume_robustness{state=%q})`, state), "pvc_namespace") + ` == 1`
	}
	return Group{Name: "longhorn", Rules: []Rule{
		{
			Alert: "VolumeFaulted", For: 2 * time.Minute, Labels: Labels{Critical, Storage, "volume"},
			Expr: state("faulted"),
			Annotations: Annotations{
				Summary:     "Volume of {{ $labels.pvc_namespace }}/{{ $labels.pvc }} has no usable copy",
				Description: "Longhorn reports {{ $labels.volume }} faulted: whatever uses {{ $labels.pvc_namespace }}/{{ $labels.pvc }} stands still.",
			},
		},
		{
			Alert: "VolumeDegraded", For: 15 * time.Minute, Labels: Labels{Warning, Storage, "volume"},
			Expr: state("degraded"),
			Annotations: Annotations{
				Summary:     "Volume of {{ $labels.pvc_namespace }}/{{ $labels.pvc }} lacks a copy",
				Description: "Longhorn has had fewer copies of {{ $labels.volume }} than it is asked for, for 15 minutes.",
			},
		},
		{
			Alert: "VolumeReadOnly", For: 2 * time.Minute, Labels: Labels{Critical, Storage, ""},
			Expr: moved(`max by (volume, pvc, pvc_namespace) (longhorn_volume_file_system_read_only)`, "pvc_namespace") + ` == 1`,
			Annotations: Annotations{
				Summary:     "Volume of {{ $labels.pvc_namespace }}/{{ $labels.pvc }} cannot be written",
				Description: "The file system on {{ $labels.volume }} has gone read-only, which the kernel does after an error.",
			},
		},
		{
			Alert: "StorageNotReady", For: 5 * time.Minute, Labels: Labels{Critical, Storage, "longhorn-node"},
			Expr: `max by (namespace, node) (longhorn_node_status{condition="ready"}) == 0`,
			Annotations: Annotations{
				Summary:     "Longhorn is not ready on node {{ $labels.node }}",
				Description: "Longhorn has called {{ $labels.node }} not ready for 5 minutes: volumes there cannot be attached.",
			},
		},
		{
			Alert: "StorageUnschedulable", For: 15 * time.Minute, Labels: Labels{Warning, Storage, "longhorn-node"},
			Expr: `max by (namespace, node, disk) (longhorn_disk_status{condition="schedulable"}) == 0`,
			Annotations: Annotations{
				Summary:     "Longhorn makes no new volumes on node {{ $labels.node }}",
				Description: "Disk {{ $labels.disk }} of {{ $labels.node }} has less free than Longhorn keeps back: claims wait, and none can grow.",
			},
		},
	}}
}
