package dashboards

import "fmt"

// inNamespace are containers of the namespaces that were chosen; the sum of a pod, which has no container, is left out.
const inNamespace = `{namespace=~"$namespace", container!=""}`

// promised is what pods that run or will run are promised, or limited to, by namespace.
func promised(what, resource, namespaces string) string {
	return fmt.Sprintf(`sum by (namespace) (kube_pod_container_resource_%s{resource=%q%s} * on (namespace, pod) group_left () max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Running"} == 1))`,
		what, resource, namespaces)
}

const chosen = `, namespace=~"$namespace"`

// cluster is what runs in the cluster.
func (*Args) cluster() *Dashboard {
	return &Dashboard{
		UID: "cluster", Title: "Cluster", Tag: TagPlatform, From: "now-6h",
		Description: "What runs in the cluster: pods, their restarts, and what they take beside what they were promised.",
		Variables:   []Variable{{Name: "namespace", Label: "Namespace", Source: Prometheus, Of: "namespace", Metric: "kube_pod_info"}},
		Rows: []Row{
			{"", []Panel{
				stat("Pods running", amount, "Pods that run.", `sum(kube_pod_status_phase{phase="Running", namespace=~"$namespace"})`),
				stat("Pods not running", amount, "Pods that wait, failed, or are unknown.", `sum(kube_pod_status_phase{phase=~"Pending|Failed|Unknown", namespace=~"$namespace"})`).limits(1, 3),
				stat("Containers not ready", amount, "Containers of running pods that take no requests.",
					`count(kube_pod_container_status_ready{namespace=~"$namespace"} == 0 and on (namespace, pod) kube_pod_status_phase{phase="Running"} == 1) or vector(0)`).limits(1, 3),
				stat("Replicas missing", amount, "How many more pods of deployments there should be.",
					`sum(kube_deployment_spec_replicas{namespace=~"$namespace"} - kube_deployment_status_replicas_available{namespace=~"$namespace"})`).limits(1, 2),
				stat("Restarts in an hour", amount, "How often containers were started again within the last hour.", `sum(increase(kube_pod_container_status_restarts_total{namespace=~"$namespace"}[1h]))`).limits(1, 5),
				stat("Failed jobs", amount, "Pods of jobs that failed.", `sum(kube_job_status_failed{namespace=~"$namespace"}) or vector(0)`).limits(1, 3),
			}},
			clusterPods(), clusterUse(), clusterDisk(), clusterControl(),
		},
	}
}

func clusterPods() Row {
	return Row{"Pods", []Panel{
		lines("Pods by state", amount, "How many pods are in which state.",
			Target{Expr: `sum by (phase) (kube_pod_status_phase{namespace=~"$namespace"})`, Legend: "{{phase}}"}).stacked(),
		lines("Restarts", amount, "Containers that were started again.",
			Target{Expr: `sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total{namespace=~"$namespace"}[$__rate_interval])) > 0`, Legend: "{{namespace}}/{{pod}}"}),
		table("Containers that wait", amount, "Containers that do not run, and why.",
			Target{Expr: `sum by (namespace, pod, container, reason) (kube_pod_container_status_waiting_reason{namespace=~"$namespace"})`, Legend: "Containers"}).sized(12, 8),
		table("Last ends of containers", amount, "Why containers ended that run again. OOMKilled means that one needed more memory than its limit.",
			Target{Expr: `sum by (namespace, pod, container, reason) (kube_pod_container_status_last_terminated_reason{namespace=~"$namespace"})`, Legend: "Containers"}).sized(12, 8),
	}}
}

func clusterUse() Row {
	return Row{"Use", []Panel{
		lines("Memory", bytes, "Memory in use, which cannot be given up, by namespace.",
			Target{Expr: `sum by (namespace) (container_memory_working_set_bytes` + inNamespace + `)`, Legend: "{{namespace}}"}).stacked(),
		lines("Processor", amount, "Cores in use, by namespace.",
			Target{Expr: `sum by (namespace) (rate(container_cpu_usage_seconds_total` + inNamespace + `[$__rate_interval]))`, Legend: "{{namespace}}"}).stacked(),
		table("Promised and used", bytes, "What the pods of each namespace were promised, are limited to, and use.",
			Target{Expr: promised("requests", "memory", chosen), Legend: "Memory promised"},
			Target{Expr: `sum by (namespace) (container_memory_working_set_bytes` + inNamespace + `)`, Legend: "Memory used"},
			Target{Expr: promised("limits", "memory", chosen), Legend: "Memory limit"},
			Target{Expr: promised("requests", "cpu", chosen), Legend: "Cores promised", Unit: amount},
			Target{Expr: `sum by (namespace) (rate(container_cpu_usage_seconds_total` + inNamespace + `[$__rate_interval]))`, Legend: "Cores used", Unit: amount}).sized(24, 10).sortedBy("Memory used"),
		lines("Throttled", share, "Share of time slices in which a container was stopped because it had used up its processor time.",
			Target{Expr: `sum by (namespace, pod) (rate(container_cpu_cfs_throttled_periods_total` + inNamespace + `[$__rate_interval])) / (sum by (namespace, pod) (rate(container_cpu_cfs_periods_total` + inNamespace + `[$__rate_interval])) > 0)`, Legend: "{{namespace}}/{{pod}}"}).upTo(1),
		lines("Killed for want of memory", amount, "Containers in which a process was ended because its limit was reached.",
			Target{Expr: `sum by (namespace, pod) (increase(container_oom_events_total` + inNamespace + `[$__rate_interval])) > 0`, Legend: "{{namespace}}/{{pod}}"}),
	}}
}

func clusterDisk() Row {
	return Row{"Claims", []Panel{
		bars("Claims", share, "Share of each volume claim that is used.",
			Target{Expr: `sort_desc(max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_used_bytes{namespace=~"$namespace"} / kubelet_volume_stats_capacity_bytes{namespace=~"$namespace"}))`, Legend: "{{namespace}}/{{persistentvolumeclaim}}"}).
			upTo(1).limits(0.75, 0.9),
		lines("Claims over time", bytes, "What is used of each volume claim.",
			Target{Expr: `max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_used_bytes{namespace=~"$namespace"})`, Legend: "{{namespace}}/{{persistentvolumeclaim}}"}),
	}}
}

func clusterControl() Row {
	return Row{"Control", []Panel{
		lines("Failures of the Kubernetes API", requestsS, "Requests that the API server answered with a failure of its own.",
			Target{Expr: `sum by (resource, verb) (rate(apiserver_request_total{code=~"5.."}[$__rate_interval]))`, Legend: "{{verb}} {{resource}}"}),
		lines("DNS of the cluster", requestsS, "Names that were asked for, by what the answer was.",
			Target{Expr: `sum by (rcode) (rate(coredns_dns_responses_total[$__rate_interval]))`, Legend: "{{rcode}}"}),
	}}
}
