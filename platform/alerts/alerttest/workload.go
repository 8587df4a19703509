package alerttest

import (
	"fmt"
	"time"
)

// watched says that what is told of workloads is up to date.
const watched = `up{job="kube-state-metrics",namespace="monitoring"} 1x30`

// deployment is one with some pods that take requests.
func deployment(namespace, name string, available int) string {
	return fmt.Sprintf(`kube_deployment_status_replicas_available{namespace=%q,deployment=%q} %dx30`, namespace, name, available)
}

// down are the cases of a deployment that is down: with no pod, and not there at all.
func down(alert, namespace, name string, at time.Duration, summary, description string) []Case {
	c := Case{
		Alert: alert, At: at, Labels: fmt.Sprintf(`{namespace=%q,deployment=%q}`, namespace, name),
		Fires:  []string{watched, deployment(namespace, name, 0)},
		Silent: []string{watched, deployment(namespace, name, 1), deployment(namespace, "another", 0), deployment("another", name, 0)}, Summary: summary, Description: description,
	}
	gone := c
	gone.Fires = []string{watched}
	// Nobody knows.
	gone.Silent = []string{`up{job="kube-state-metrics",namespace="monitoring"} 0x30`, `up{job="prometheus",namespace="monitoring"} 1x30`}
	return []Case{c, gone}
}

func pods() []Case {
	const shared = `{namespace="postgres",pod="shared-1"}`
	return append(down("DNSDown", "kube-system", "coredns", 3*time.Minute, "The cluster's DNS is down",
		"No pod of kube-system/coredns takes requests: services do not find each other."), []Case{
		{
			Alert: "PodCrashLooping", At: 10 * time.Minute, Labels: `{namespace="postgres",pod="shared-1",container="postgres"}`,
			// In between it runs for a moment.
			Fires:       []string{`kube_pod_container_status_waiting_reason{namespace="postgres",pod="shared-1",container="postgres",reason="CrashLoopBackOff"} 1 _x3 1 _x3 1 _x3 1`},
			Silent:      []string{`kube_pod_container_status_waiting_reason{namespace="postgres",pod="shared-1",container="postgres",reason="ContainerCreating"} 1x20`},
			Summary:     "Container postgres of postgres/shared-1 ends again and again",
			Description: "postgres in postgres/shared-1 has been starting and ending for 10 minutes.",
		},
		{
			Alert: "PodCrashLooping", At: 10 * time.Minute, Labels: `{namespace="postgres",pod="shared-1",container="init"}`,
			Fires:       []string{`kube_pod_init_container_status_waiting_reason{namespace="postgres",pod="shared-1",container="init",reason="CrashLoopBackOff"} 1x20`},
			Silent:      []string{`kube_pod_init_container_status_waiting_reason{namespace="postgres",pod="shared-1",container="init",reason="PodInitializing"} 1x20`},
			Summary:     "Container init of postgres/shared-1 ends again and again",
			Description: "init in postgres/shared-1 has been starting and ending for 10 minutes.",
		},
		{
			Alert: "PodPending", At: 15 * time.Minute, Labels: shared,
			Fires:       []string{`kube_pod_status_phase{namespace="postgres",pod="shared-1",phase="Pending"} 1x20`},
			Silent:      []string{`kube_pod_status_phase{namespace="postgres",pod="shared-1",phase="Pending"} 1x14 0x9`, `kube_pod_status_phase{namespace="postgres",pod="shared-1",phase="Running"} 0x14 1x9`},
			Summary:     "Pod postgres/shared-1 does not start",
			Description: "postgres/shared-1 has waited for a place, an image or a volume for 15 minutes.",
		},
		{
			Alert: "PodNotReady", At: 15 * time.Minute, Labels: shared,
			Fires: []string{
				`kube_pod_status_ready{namespace="postgres",pod="shared-1",condition="true"} 0x20`,
				`kube_pod_status_phase{namespace="postgres",pod="shared-1",phase="Running"} 1x20`,
			},
			// It has done its work.
			Silent: []string{
				`kube_pod_status_ready{namespace="postgres",pod="shared-1",condition="true"} 0x20`,
				`kube_pod_status_phase{namespace="postgres",pod="shared-1",phase="Running"} 0x20`,
				`kube_pod_status_phase{namespace="postgres",pod="shared-1",phase="Succeeded"} 1x20`,
			},
			Beside:      []string{`kube_pod_status_ready{namespace="postgres",pod="shared-1",condition="false"} 1x20`},
			Summary:     "Pod postgres/shared-1 runs and takes no requests",
			Description: "postgres/shared-1 has failed its readiness probe for 15 minutes.",
		},
		{
			Alert: "ContainerNearMemoryLimit", At: time.Hour, Labels: `{namespace="postgres",pod="shared-1",container="postgres"}`,
			Fires: []string{
				`container_memory_working_set_bytes{namespace="postgres",pod="shared-1",container="postgres"} 96x70`,
				`kube_pod_container_resource_limits{namespace="postgres",pod="shared-1",container="postgres",resource="memory"} 100x70`,
			},
			Silent: []string{
				`container_memory_working_set_bytes{namespace="postgres",pod="shared-1",container="postgres"} 95x70`,
				`kube_pod_container_resource_limits{namespace="postgres",pod="shared-1",container="postgres",resource="memory"} 100x70`,
			},
			Beside:      []string{`kube_pod_container_resource_limits{namespace="postgres",pod="shared-1",container="postgres",resource="ephemeral_storage"} 1000x70`},
			Summary:     "Container postgres of postgres/shared-1 is near its memory limit",
			Description: "postgres in postgres/shared-1 has used 96% of its memory limit for an hour.",
		},
		{
			Alert: "DeploymentReplicasMissing", At: 15 * time.Minute, Labels: `{namespace="monitoring",deployment="grafana"}`,
			Fires:       []string{`kube_deployment_spec_replicas{namespace="monitoring",deployment="grafana"} 2x20`, deployment("monitoring", "grafana", 1)},
			Silent:      []string{`kube_deployment_spec_replicas{namespace="monitoring",deployment="grafana"} 1x20`, deployment("monitoring", "grafana", 1)},
			Summary:     "Deployment monitoring/grafana lacks pods",
			Description: "1 pods of monitoring/grafana have been missing for 15 minutes.",
		},
		{
			Alert: "StatefulSetReplicasMissing", At: 15 * time.Minute, Labels: `{namespace="monitoring",statefulset="loki"}`,
			Fires:       []string{`kube_statefulset_replicas{namespace="monitoring",statefulset="loki"} 1x20`, `kube_statefulset_status_replicas_ready{namespace="monitoring",statefulset="loki"} 0x20`},
			Silent:      []string{`kube_statefulset_replicas{namespace="monitoring",statefulset="loki"} 1x20`, `kube_statefulset_status_replicas_ready{namespace="monitoring",statefulset="loki"} 1x20`},
			Summary:     "StatefulSet monitoring/loki lacks pods",
			Description: "1 pods of monitoring/loki have been missing for 15 minutes.",
		},
		{
			Alert: "DaemonSetPodsMissing", At: 15 * time.Minute, Labels: `{namespace="host-agents",daemonset="alloy"}`,
			Fires:       []string{`kube_daemonset_status_desired_number_scheduled{namespace="host-agents",daemonset="alloy"} 1x20`, `kube_daemonset_status_number_available{namespace="host-agents",daemonset="alloy"} 0x20`},
			Silent:      []string{`kube_daemonset_status_desired_number_scheduled{namespace="host-agents",daemonset="alloy"} 1x20`, `kube_daemonset_status_number_available{namespace="host-agents",daemonset="alloy"} 1x20`},
			Summary:     "DaemonSet host-agents/alloy lacks pods",
			Description: "1 pods of host-agents/alloy have been missing for 15 minutes.",
		},
		{
			Alert: "JobFailed", At: 15 * time.Minute, Labels: `{namespace="shop",job_name="migrate"}`,
			Fires:       []string{`kube_job_failed{namespace="shop",job_name="migrate",condition="true"} 1x20`},
			Silent:      []string{`kube_job_failed{namespace="shop",job_name="migrate",condition="false"} 1x20`, `kube_job_failed{namespace="shop",job_name="migrate",condition="true"} 0x20`},
			Summary:     "Job shop/migrate failed",
			Description: "shop/migrate has used up its tries. It is told of until the job is deleted.",
		},
		{
			Alert: "APIServerErrors", At: 20 * time.Minute, Labels: `{instance="main"}`,
			Fires:       []string{`apiserver_request_total{instance="main",code="500",verb="GET"} 0+13.2x30`},
			Silent:      []string{`apiserver_request_total{instance="main",code="500",verb="GET"} 0+12x30`, `apiserver_request_total{instance="main",code="404",verb="GET"} 0+60x30`},
			Summary:     "The Kubernetes API of main answers with errors",
			Description: "0.22 requests a second have failed on the server's side for 15 minutes.",
		},
	}...)
}

// answers are how a service answers, a minute.
func answers(right, wrong string) []string {
	series := `traefik_service_requests_total{service="home-home-8080@kubernetes",code=%q,method="GET",protocol="http"} 0+%sx30`
	return []string{fmt.Sprintf(series, "200", right), fmt.Sprintf(series, "502", wrong)}
}

// times are how many requests a minute there are, and how many of them take less than 1.2 s; all take less than 5.
func times(service, protocol string, all, quick float64) []string {
	bucket := `traefik_service_request_duration_seconds_bucket{service=%q,code="200",method="GET",protocol=%q,le=%q} 0+%gx30`
	return []string{
		fmt.Sprintf(bucket, service, protocol, "1.2", quick), fmt.Sprintf(bucket, service, protocol, "5", all), fmt.Sprintf(bucket, service, protocol, "+Inf", all),
		fmt.Sprintf(`traefik_service_requests_total{service=%q,code="200",method="GET",protocol=%q} 0+%gx30`, service, protocol, all),
	}
}

func ingress() []Case {
	const home = `{service="home-home-8080@kubernetes"}`
	return append(down("IngressDown", "kube-system", "traefik", 3*time.Minute, "Traefik is down",
		"No pod of kube-system/traefik takes requests: nothing is reachable from outside."), []Case{
		{
			Alert: "ServiceErrors", At: 13 * time.Minute, Labels: home,
			Fires: answers("5.64", "0.36"), Silent: answers("5.72", "0.28"),
			Summary:     "Service home-home-8080@kubernetes answers with errors",
			Description: "6% of the requests to home-home-8080@kubernetes have failed on the server's side.",
		},
		{
			Alert: "ServiceFailing", At: 8 * time.Minute, Labels: home,
			Fires: answers("2.82", "3.18"), Silent: answers("3.1", "2.9"),
			Summary:     "Service home-home-8080@kubernetes fails",
			Description: "53% of the requests to home-home-8080@kubernetes have failed on the server's side.",
		},
		{
			Alert: "ServiceFailing", At: 8 * time.Minute, Labels: home,
			// Hardly anybody asks, and so nothing is said.
			Fires: answers("0", "6"), Silent: answers("0", "2.9"),
			Summary:     "Service home-home-8080@kubernetes fails",
			Description: "100% of the requests to home-home-8080@kubernetes have failed on the server's side.",
		},
		{
			Alert: "ServiceSlow", At: 16 * time.Minute, Labels: home,
			Fires: times("home-home-8080@kubernetes", "http", 100, 93), Silent: times("home-home-8080@kubernetes", "http", 100, 94),
			Neither:     [][]string{times("registry-registry-5000@kubernetes", "http", 100, 90), times("home-home-8080@kubernetes", "websocket", 100, 90)},
			Summary:     "Service home-home-8080@kubernetes is slow",
			Description: "One request in twenty to home-home-8080@kubernetes takes more than 2.286s.",
		},
		{
			// With fewer, one slow request would be one in twenty.
			Alert: "ServiceSlow", At: 20 * time.Minute, Labels: home,
			Fires: times("home-home-8080@kubernetes", "http", 7, 6.51), Silent: times("home-home-8080@kubernetes", "http", 5, 4.65),
			Summary:     "Service home-home-8080@kubernetes is slow",
			Description: "One request in twenty to home-home-8080@kubernetes takes more than 2.286s.",
		},
	}...)
}
