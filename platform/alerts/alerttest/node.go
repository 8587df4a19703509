package alerttest

import (
	"strings"
	"time"
)

func node() []Case {
	const exporter = `{instance="main"}`
	return []Case{
		{
			Alert: "NodeDown", At: 3 * time.Minute, Labels: `{node="main"}`,
			Fires:       []string{`up{job="kubelet",node="main",metrics_path="/metrics"} 0x9`, `up{job="kubelet",node="main",metrics_path="/metrics/cadvisor"} 0x9`},
			Silent:      []string{`up{job="kubelet",node="main",metrics_path="/metrics"} 0x9`, `up{job="kubelet",node="main",metrics_path="/metrics/cadvisor"} 1x9`},
			Beside:      []string{`up{job="node-exporter",node="main"} 1x9`},
			Summary:     "Node main is down",
			Description: "None of the kubelet's endpoints on main answers.",
		},
		{
			Alert: "NodeNotReady", At: 5 * time.Minute, Labels: `{node="main"}`,
			Fires:       []string{`kube_node_status_condition{node="main",condition="Ready",status="true"} 0x9`},
			Silent:      []string{`kube_node_status_condition{node="main",condition="Ready",status="true"} 0x4 1x9`},
			Beside:      []string{`kube_node_status_condition{node="main",condition="Ready",status="false"} 1x9`, `kube_node_status_condition{node="main",condition="DiskPressure",status="true"} 1x9`},
			Summary:     "Node main is not ready",
			Description: "Kubernetes has seen main not ready for 5 minutes, and starts nothing on it.",
		},
		{
			Alert: "NodeEvicting", At: 2 * time.Minute, Labels: `{node="main",condition="MemoryPressure"}`,
			Fires:       []string{`kube_node_status_condition{node="main",condition="MemoryPressure",status="true"} 1x9`},
			Silent:      []string{`kube_node_status_condition{node="main",condition="MemoryPressure",status="true"} 0x9`, `kube_node_status_condition{node="main",condition="Ready",status="true"} 1x9`},
			Beside:      []string{`kube_node_status_condition{node="main",condition="MemoryPressure",status="unknown"} 1x9`},
			Summary:     "Node main ends pods: MemoryPressure",
			Description: "The kubelet of main reports MemoryPressure. It takes no new pods, and ends those of the lowest priority first.",
		},
		{
			Alert: "NodeRebooted", At: 6 * time.Minute, Labels: exporter,
			Fires:       []string{`node_boot_time_seconds` + exporter + ` 100x5 400x9`},
			Silent:      []string{`node_boot_time_seconds` + exporter + ` 100x9`},
			Summary:     "Node main was started anew",
			Description: "The kernel of main was started 1 times in the last 15 minutes.",
		},
		{
			Alert: "CPUSaturated", At: 31 * time.Minute, Labels: exporter,
			Fires: []string{
				`node_cpu_seconds_total{instance="main",cpu="0",mode="idle"} 0+3x40`,
				`node_cpu_seconds_total{instance="main",cpu="1",mode="idle"} 0+6x40`,
			},
			Silent: []string{
				`node_cpu_seconds_total{instance="main",cpu="0",mode="idle"} 0+0x40`,
				`node_cpu_seconds_total{instance="main",cpu="1",mode="idle"} 0+13x40`,
			},
			Beside:      []string{`node_cpu_seconds_total{instance="main",cpu="0",mode="user"} 0+57x40`, `node_cpu_seconds_total{instance="main",cpu="1",mode="user"} 0+54x40`},
			Summary:     "Node main has no processor time left",
			Description: "92.5% of the processors of main have been in use for half an hour.",
		},
		{
			Alert: "CPUStolen", At: 75 * time.Minute, Labels: exporter,
			Fires:       []string{`node_cpu_seconds_total{instance="main",cpu="0",mode="steal"} 0+6.3x90`},
			Silent:      []string{`node_cpu_seconds_total{instance="main",cpu="0",mode="steal"} 0+5.9x90`},
			Beside:      []string{`node_cpu_seconds_total{instance="main",cpu="0",mode="idle"} 0+1x90`},
			Summary:     "Node main does not get its processor time",
			Description: "For an hour Hetzner has given 10.5% of the time of main to other servers.",
		},
		{
			Alert: "ClockUnsynchronised", At: 30 * time.Minute, Labels: exporter,
			Fires:       []string{`node_timex_sync_status` + exporter + ` 0x40`, `node_timex_maxerror_seconds` + exporter + ` 16x40`},
			Silent:      []string{`node_timex_sync_status` + exporter + ` 0x40`, `node_timex_maxerror_seconds` + exporter + ` 15.9x40`},
			Summary:     "The clock of node main follows no time server",
			Description: "Nothing has set the clock of main for long enough that the kernel calls it unsynchronised.",
		},
		{
			Alert: "ClockSkewed", At: 10 * time.Minute, Labels: exporter,
			Fires:       []string{`node_timex_offset_seconds` + exporter + ` -0.06x20`},
			Silent:      []string{`node_timex_offset_seconds` + exporter + ` -0.05x20`},
			Summary:     "The clock of node main is off",
			Description: "The clock of main is off by 60ms. One-time codes and certificates depend on it.",
		},
	}
}

func memory() []Case {
	const (
		exporter = `{instance="main"}`
		loki     = `{namespace="monitoring",pod="loki-0",container="loki"}`
		killed   = `kube_pod_container_status_last_terminated_reason{namespace="monitoring",pod="loki-0",container="loki",reason="OOMKilled"} 1x30`
	)
	return []Case{
		{
			Alert: "MemoryLow", At: 15 * time.Minute, Labels: exporter,
			Fires:       []string{`node_memory_MemAvailable_bytes` + exporter + ` 310x20`, `node_memory_MemTotal_bytes` + exporter + ` 4000x20`},
			Silent:      []string{`node_memory_MemAvailable_bytes` + exporter + ` 320x20`, `node_memory_MemTotal_bytes` + exporter + ` 4000x20`},
			Summary:     "Node main runs out of memory",
			Description: "7.75% of the memory of main has been available for 15 minutes.",
		},
		{
			Alert: "MemoryExhausted", At: 3 * time.Minute, Labels: exporter,
			Fires:       []string{`node_memory_MemAvailable_bytes` + exporter + ` 188743680x9`},
			Silent:      []string{`node_memory_MemAvailable_bytes` + exporter + ` 209715200x9`},
			Summary:     "Node main is about to end pods for want of memory",
			Description: "180MiB of memory are available on main; at 150 MiB the kubelet ends pods.",
		},
		{
			Alert: "MemoryThrashing", At: 20 * time.Minute, Labels: exporter,
			Fires:       []string{`node_vmstat_pgmajfault` + exporter + ` 0+66000x30`},
			Silent:      []string{`node_vmstat_pgmajfault` + exporter + ` 0+59000x30`},
			Summary:     "Node main spends its time on fetching memory back",
			Description: "1.1k pages a second were fetched back from disk or swap on main.",
		},
		{
			Alert: "ContainerOutOfMemory", At: 5 * time.Minute, Labels: loki,
			Fires:  []string{killed, `kube_pod_container_status_restarts_total` + loki + ` 3x4 4x30`},
			Silent: []string{killed, `kube_pod_container_status_restarts_total` + loki + ` 4x30`},
			// It ended for another reason.
			Neither:     [][]string{{strings.Replace(killed, "OOMKilled", "Error", 1), `kube_pod_container_status_restarts_total` + loki + ` 3x4 4x30`}},
			Summary:     "Container loki of monitoring/loki-0 went over its memory",
			Description: "The kernel ended loki in monitoring/loki-0 at its memory limit, and it was started again.",
		},
		{
			Alert: "ProcessOutOfMemory", At: 5 * time.Minute, Labels: exporter,
			// One container was ended before, and another one ends by itself.
			Fires: []string{
				`node_vmstat_oom_kill` + exporter + ` 0x4 1x30`, killed, `kube_pod_container_status_restarts_total` + loki + ` 4x30`,
				strings.NewReplacer("OOMKilled", "Error", "loki", "web").Replace(killed), strings.ReplaceAll(`kube_pod_container_status_restarts_total`+loki+` 3x4 4x30`, "loki", "web"),
			},
			// That was the container of which there is an alert already.
			Silent:      []string{`node_vmstat_oom_kill` + exporter + ` 0x4 1x30`, killed, `kube_pod_container_status_restarts_total` + loki + ` 3x4 4x30`},
			Summary:     "The kernel of node main ended a process for want of memory",
			Description: "1 processes were ended on main in the last 15 minutes, and none of them was a container's main one.",
		},
	}
}
