package alerts

import (
	"fmt"
	"time"
)

// down is true when a workload has no pod that takes requests, or is not there at all. It says nothing while nobody knows.
func down(kind, metric, namespace, name string) string {
	series := fmt.Sprintf(`%s{namespace=%q,%s=%q}`, metric, namespace, kind, name)
	return fmt.Sprintf(`(max by (namespace, %s) (%s) == 0 or absent(%s)) and on () max(up{job="kube-state-metrics"}) == 1`, kind, series, series)
}

func deploymentDown(namespace, name string) string {
	return down("deployment", "kube_deployment_status_replicas_available", namespace, name)
}

// pods are about single pods.
func pods() Group {
	return Group{Name: "pods", Rules: []Rule{
		{
			Alert: "PodCrashLooping", For: 10 * time.Minute, Labels: Labels{Warning, Workload, ""},
			Expr: `max by (namespace, pod, container) (max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m])` +
				` or max_over_time(kube_pod_init_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m])) >= 1`,
			Annotations: Annotations{
				Summary:     "Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} ends again and again",
				Description: "{{ $labels.container }} in {{ $labels.namespace }}/{{ $labels.pod }} has been starting and ending for 10 minutes.",
			},
		},
		{
			Alert: "PodPending", For: 15 * time.Minute, Labels: Labels{Warning, Workload, ""},
			Expr: `max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Unknown"}) == 1`,
			Annotations: Annotations{
				Summary:     "Pod {{ $labels.namespace }}/{{ $labels.pod }} does not start",
				Description: "{{ $labels.namespace }}/{{ $labels.pod }} has waited for a place, an image or a volume for 15 minutes.",
			},
		},
		{
			Alert: "PodNotReady", For: 15 * time.Minute, Labels: Labels{Warning, Workload, ""},
			Expr: `max by (namespace, pod) (kube_pod_status_ready{condition="true"}) == 0` +
				` and on (namespace, pod) max by (namespace, pod) (kube_pod_status_phase{phase="Running"}) == 1`,
			Annotations: Annotations{
				Summary:     "Pod {{ $labels.namespace }}/{{ $labels.pod }} runs and takes no requests",
				Description: "{{ $labels.namespace }}/{{ $labels.pod }} has failed its readiness probe for 15 minutes.",
			},
		},
		{
			Alert: "ContainerNearMemoryLimit", For: time.Hour, Labels: Labels{Info, Workload, ""},
			Expr: `max by (namespace, pod, container) (container_memory_working_set_bytes)` +
				` / on (namespace, pod, container) max by (namespace, pod, container) (kube_pod_container_resource_limits{resource="memory"}) > 0.95`,
			Annotations: Annotations{
				Summary:     "Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} is near its memory limit",
				Description: "{{ $labels.container }} in {{ $labels.namespace }}/{{ $labels.pod }} has used {{ $value | humanizePercentage }} of its memory limit for an hour.",
			},
		},
	}}
}

// workloads are about what makes pods.
func workloads() Group {
	return Group{Name: "workloads", Rules: []Rule{
		{
			Alert: "DeploymentReplicasMissing", For: 15 * time.Minute, Labels: Labels{Warning, Workload, ""},
			Expr: `max by (namespace, deployment) (kube_deployment_spec_replicas) - max by (namespace, deployment) (kube_deployment_status_replicas_available) > 0`,
			Annotations: Annotations{
				Summary:     "Deployment {{ $labels.namespace }}/{{ $labels.deployment }} lacks pods",
				Description: "{{ $value | humanize }} pods of {{ $labels.namespace }}/{{ $labels.deployment }} have been missing for 15 minutes.",
			},
		},
		{
			Alert: "StatefulSetReplicasMissing", For: 15 * time.Minute, Labels: Labels{Warning, Workload, ""},
			Expr: `max by (namespace, statefulset) (kube_statefulset_replicas) - max by (namespace, statefulset) (kube_statefulset_status_replicas_ready) > 0`,
			Annotations: Annotations{
				Summary:     "StatefulSet {{ $labels.namespace }}/{{ $labels.statefulset }} lacks pods",
				Description: "{{ $value | humanize }} pods of {{ $labels.namespace }}/{{ $labels.statefulset }} have been missing for 15 minutes.",
			},
		},
		{
			Alert: "DaemonSetPodsMissing", For: 15 * time.Minute, Labels: Labels{Warning, Workload, ""},
			Expr: `max by (namespace, daemonset) (kube_daemonset_status_desired_number_scheduled) - max by (namespace, daemonset) (kube_daemonset_status_number_available) > 0`,
			Annotations: Annotations{
				Summary:     "DaemonSet {{ $labels.namespace }}/{{ $labels.daemonset }} lacks pods",
				Description: "{{ $value | humanize }} pods of {{ $labels.namespace }}/{{ $labels.daemonset }} have been missing for 15 minutes.",
			},
		},
		{
			Alert: "JobFailed", For: 15 * time.Minute, Labels: Labels{Warning, Workload, ""},
			Expr: `max by (namespace, job_name) (kube_job_failed{condition="true"}) == 1`,
			Annotations: Annotations{
				Summary:     "Job {{ $labels.namespace }}/{{ $labels.job_name }} failed",
				Description: "{{ $labels.namespace }}/{{ $labels.job_name }} has used up its tries. It is told of until the job is deleted.",
			},
		},
		{
			Alert: "DNSDown", For: 3 * time.Minute, Labels: Labels{Critical, Service, ""},
			Expr: deploymentDown("kube-system", "coredns"),
			Annotations: Annotations{
				Summary:     "The cluster's DNS is down",
				Description: "No pod of {{ $labels.namespace }}/{{ $labels.deployment }} takes requests: services do not find each other.",
			},
		},
		{
			// k3s keeps no count of all answers here, so it is a rate and not a share.
			Alert: "APIServerErrors", For: 15 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `sum by (instance) (rate(apiserver_request_total{code=~"5.."}[5m])) > 0.2`,
			Annotations: Annotations{
				Summary:     "The Kubernetes API of {{ $labels.instance }} answers with errors",
				Description: `{{ printf "%.2f" $value }} requests a second have failed on the server's side for 15 minutes.`,
			},
		},
	}}
}
