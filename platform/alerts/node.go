package alerts

import (
	"fmt"
	"time"

	"github.com/lvs-cloud/lvs-cloud/components/k3s"
)

// memoryFloor is when somebody must act: a little above what the kubelet keeps free by ending pods.
// Unit: MiB.
const memoryFloor = k3s.EvictionMiB + 50

// containerKilled are the containers that were started again because they had gone over their memory.
const containerKilled = `(max by (namespace, pod, container) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled"}) == 1` +
	` and on (namespace, pod, container) sum by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total[15m])) > 0)`

// node is about the node as a whole.
func node() Group {
	return Group{Name: "node", Rules: []Rule{
		{
			Alert: "NodeDown", For: 3 * time.Minute, Labels: Labels{Critical, Machine, ""},
			Expr: `sum by (node) (up{job="kubelet"}) == 0`,
			Annotations: Annotations{
				Summary:     "Node {{ $labels.node }} is down",
				Description: "None of the kubelet's endpoints on {{ $labels.node }} answers.",
			},
		},
		{
			Alert: "NodeNotReady", For: 5 * time.Minute, Labels: Labels{Critical, Machine, ""},
			Expr: `max by (node) (kube_node_status_condition{condition="Ready",status="true"}) == 0`,
			Annotations: Annotations{
				Summary:     "Node {{ $labels.node }} is not ready",
				Description: "Kubernetes has seen {{ $labels.node }} not ready for 5 minutes, and starts nothing on it.",
			},
		},
		{
			Alert: "NodeEvicting", For: 2 * time.Minute, Labels: Labels{Critical, Machine, ""},
			Expr: `max by (node, condition) (kube_node_status_condition{condition=~"MemoryPressure|DiskPressure|PIDPressure",status="true"}) == 1`,
			Annotations: Annotations{
				Summary:     "Node {{ $labels.node }} ends pods: {{ $labels.condition }}",
				Description: "The kubelet of {{ $labels.node }} reports {{ $labels.condition }}. It takes no new pods, and ends those of the lowest priority first.",
			},
		},
		{
			Alert: "NodeRebooted", Labels: Labels{Info, Machine, ""}, KeepFiringFor: 15 * time.Minute,
			Expr: `changes(node_boot_time_seconds[15m]) > 0`,
			Annotations: Annotations{
				Summary:     "Node {{ $labels.instance }} was started anew",
				Description: "The kernel of {{ $labels.instance }} was started {{ $value | humanize }} times in the last 15 minutes.",
			},
		},
		{
			Alert: "CPUSaturated", For: 30 * time.Minute, Labels: Labels{Warning, Machine, ""},
			Expr: `1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > 0.9`,
			Annotations: Annotations{
				Summary:     "Node {{ $labels.instance }} has no processor time left",
				Description: "{{ $value | humanizePercentage }} of the processors of {{ $labels.instance }} have been in use for half an hour.",
			},
		},
		{
			// A shared processor is also somebody else's.
			Alert: "CPUStolen", For: time.Hour, Labels: Labels{Warning, Machine, ""},
			Expr: `avg by (instance) (rate(node_cpu_seconds_total{mode="steal"}[15m])) > 0.1`,
			Annotations: Annotations{
				Summary:     "Node {{ $labels.instance }} does not get its processor time",
				Description: "For an hour Hetzner has given {{ $value | humanizePercentage }} of the time of {{ $labels.instance }} to other servers.",
			},
		},
		{
			Alert: "ClockUnsynchronised", For: 30 * time.Minute, Labels: Labels{Warning, Machine, ""},
			// The kernel gives its clock up at an error of 16 s.
			Expr: `min_over_time(node_timex_sync_status[5m]) == 0 and node_timex_maxerror_seconds >= 16`,
			Annotations: Annotations{
				Summary:     "The clock of node {{ $labels.instance }} follows no time server",
				Description: "Nothing has set the clock of {{ $labels.instance }} for long enough that the kernel calls it unsynchronised.",
			},
		},
		{
			Alert: "ClockSkewed", For: 10 * time.Minute, Labels: Labels{Warning, Machine, ""},
			Expr: `abs(node_timex_offset_seconds) > 0.05`,
			Annotations: Annotations{
				Summary:     "The clock of node {{ $labels.instance }} is off",
				Description: "The clock of {{ $labels.instance }} is off by {{ $value | humanizeDuration }}. One-time codes and certificates depend on it.",
			},
		},
	}}
}

// memory is about the memory of the node.
func memory() Group {
	return Group{Name: "memory", Rules: []Rule{
		{
			Alert: "MemoryLow", For: 15 * time.Minute, Labels: Labels{Warning, Machine, "memory"},
			Expr: `node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.08`,
			Annotations: Annotations{
				Summary:     "Node {{ $labels.instance }} runs out of memory",
				Description: "{{ $value | humanizePercentage }} of the memory of {{ $labels.instance }} has been available for 15 minutes.",
			},
		},
		{
			Alert: "MemoryExhausted", For: 3 * time.Minute, Labels: Labels{Critical, Machine, "memory"},
			Expr: fmt.Sprintf(`node_memory_MemAvailable_bytes < %d * 1024 * 1024`, memoryFloor),
			Annotations: Annotations{
				Summary:     "Node {{ $labels.instance }} is about to end pods for want of memory",
				Description: fmt.Sprintf("{{ $value | humanize1024 }}B of memory are available on {{ $labels.instance }}; at %d MiB the kubelet ends pods.", k3s.EvictionMiB),
			},
		},
		{
			Alert: "MemoryThrashing", For: 15 * time.Minute, Labels: Labels{Warning, Machine, ""},
			Expr: `rate(node_vmstat_pgmajfault[5m]) > 1000`,
			Annotations: Annotations{
				Summary:     "Node {{ $labels.instance }} spends its time on fetching memory back",
				Description: "{{ $value | humanize }} pages a second were fetched back from disk or swap on {{ $labels.instance }}.",
			},
		},
		{
			Alert: "ContainerOutOfMemory", Labels: Labels{Warning, Workload, ""}, KeepFiringFor: 15 * time.Minute,
			Expr: containerKilled,
			Annotations: Annotations{
				Summary:     "Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} went over its memory",
				Description: "The kernel ended {{ $labels.container }} in {{ $labels.namespace }}/{{ $labels.pod }} at its memory limit, and it was started again.",
			},
		},
		{
			// A process within a container, or of the host, that is no container's first.
			Alert: "ProcessOutOfMemory", Labels: Labels{Warning, Machine, ""}, KeepFiringFor: 15 * time.Minute,
			Expr: `increase(node_vmstat_oom_kill[15m]) > 0 unless on () ` + containerKilled,
			Annotations: Annotations{
				Summary:     "The kernel of node {{ $labels.instance }} ended a process for want of memory",
				Description: "{{ $value | humanize }} processes were ended on {{ $labels.instance }} in the last 15 minutes, and none of them was a container's main one.",
			},
		},
	}}
}
