package dashboards

const (
	allocatableMemory = `sum(kube_node_status_allocatable{resource="memory"})`
	allocatableCores  = `sum(kube_node_status_allocatable{resource="cpu"})`
	usedMemory        = `sum(container_memory_working_set_bytes{container!=""})`
	usedCores         = `sum(rate(container_cpu_usage_seconds_total{container!=""}[$__rate_interval]))`
	claimed           = `sum(kube_persistentvolumeclaim_resource_requests_storage_bytes)`
	usedClaims        = `sum(max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_used_bytes))`
)

// total is what all pods are promised, or limited to.
func total(what, resource string) string { return "sum(" + promised(what, resource, "") + ")" }

// capacity is what is promised, what is used, and what there is.
func (a *Args) capacity() *Dashboard {
	return &Dashboard{
		UID: "capacity", Title: "Capacity", Tag: TagPlatform, From: "now-7d",
		Description: "What is promised, what is used, and what there is: memory, processor and disk, and how long it will do.",
		Rows: []Row{
			{"", []Panel{
				stat("Memory promised", share, "Share of the node's memory for pods that is promised to some. At 1 no further pod starts.", total("requests", "memory")+` / `+allocatableMemory).upTo(1).limits(0.9, 1),
				stat("Memory allowed", share, "All limits together, as a share of the node's memory for pods. Above 1, not all pods can reach theirs at once.", total("limits", "memory")+` / `+allocatableMemory).limits(1.5, 2.5),
				stat("Cores promised", share, "Share of the node's cores that is promised to pods. At 1 no further pod starts.", total("requests", "cpu")+` / `+allocatableCores).upTo(1).limits(0.9, 1),
				stat("Volume claimed", share, "All claims together, as a share of the volume. Above 1, they cannot all become full.", claimed+` / sum(`+a.volumeSpace("node_filesystem_size_bytes")+`)`).limits(0.9, 1),
				stat("Volume used", share, "Share of the volume that is used.", used(a.volumeSpace)).upTo(1).limits(0.85, 0.9),
				stat("Volume full in", seconds, "When the volume is full, if it fills as within the last day. It is a year at the most.", untilFull(a.volumeSpace)).limits(30*86400, 7*86400),
			}},
			a.capacityOfNode(), a.capacityOfDisk(),
		},
	}
}

func (*Args) capacityOfNode() Row {
	return Row{"Memory and processor", []Panel{
		lines("Memory", bytes, "Memory of the pods: promised, allowed, used, and what the node has for them.",
			Target{Expr: total("requests", "memory"), Legend: "promised"}, Target{Expr: total("limits", "memory"), Legend: "allowed"},
			Target{Expr: usedMemory, Legend: "used"}, Target{Expr: allocatableMemory, Legend: "there for pods"}, Target{Expr: `sum(node_memory_MemTotal_bytes)`, Legend: "of the machine"}),
		lines("Cores", amount, "Cores of the pods: promised, used, and what the node has for them.",
			Target{Expr: total("requests", "cpu"), Legend: "promised"}, Target{Expr: usedCores, Legend: "used"}, Target{Expr: allocatableCores, Legend: "there for pods"}),
		table("By namespace", bytes, "What the pods of each namespace were promised, are limited to, and use.",
			Target{Expr: promised("requests", "memory", ""), Legend: "Memory promised"},
			Target{Expr: `sum by (namespace) (container_memory_working_set_bytes{container!=""})`, Legend: "Memory used"},
			Target{Expr: promised("limits", "memory", ""), Legend: "Memory limit"},
			Target{Expr: promised("requests", "cpu", ""), Legend: "Cores promised", Unit: amount},
			Target{Expr: `sum by (namespace) (kube_persistentvolumeclaim_resource_requests_storage_bytes)`, Legend: "Disk claimed"},
			Target{Expr: `sum by (namespace) (max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_used_bytes))`, Legend: "Disk used"}).sized(24, 10).sortedBy("Memory promised"),
		bars("Used of what was promised", share, "Memory of each pod as a share of what it was promised. Far above 1, the promise is too small, and the pod is the first to go.",
			Target{Expr: `topk(20, sum by (namespace, pod) (container_memory_working_set_bytes{container!=""}) / sum by (namespace, pod) (kube_pod_container_resource_requests{resource="memory"}))`, Legend: "{{namespace}}/{{pod}}"}).
			sized(12, 12).limits(1, 1.5),
		bars("Used of the limit", share, "Memory of each pod as a share of its limit. At 1 it is killed.",
			Target{Expr: `topk(20, sum by (namespace, pod) (container_memory_working_set_bytes{container!=""}) / sum by (namespace, pod) (kube_pod_container_resource_limits{resource="memory"}))`, Legend: "{{namespace}}/{{pod}}"}).
			sized(12, 12).upTo(1).limits(0.8, 0.95),
	}}
}

func (a *Args) capacityOfDisk() Row {
	return Row{"Disk", []Panel{
		lines("Volume", bytes, "Claimed, used by claims, used by everything, and the size of the volume.",
			Target{Expr: claimed, Legend: "claimed"}, Target{Expr: usedClaims, Legend: "used by claims"},
			Target{Expr: `sum(` + a.volumeSpace("node_filesystem_size_bytes") + ` - ` + a.volumeSpace("node_filesystem_avail_bytes") + `)`, Legend: "used"},
			Target{Expr: `sum(` + a.volumeSpace("node_filesystem_size_bytes") + `)`, Legend: "size"}),
		lines("Volume and root disk full in", seconds, "When each is full, if it fills as within the last day. It is a year at the most.",
			Target{Expr: untilFull(a.volumeSpace), Legend: "volume"}, Target{Expr: untilFull(rootSpace), Legend: "root disk"}),
		table("Claims", bytes, "Each volume claim: its size, and what is used of it.",
			Target{Expr: `max by (namespace, persistentvolumeclaim) (kube_persistentvolumeclaim_resource_requests_storage_bytes)`, Legend: "Claimed"},
			Target{Expr: `max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_used_bytes)`, Legend: "Used"},
			Target{Expr: `max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_used_bytes / kubelet_volume_stats_capacity_bytes)`, Legend: "Share", Unit: share}).sortedBy("Used"),
	}}
}
