package stacks

import (
	"github.com/lvs-cloud/lvs-cloud/platform/authentication"
	"github.com/lvs-cloud/lvs-cloud/platform/grafana"
	"github.com/lvs-cloud/lvs-cloud/platform/ingress"
	"github.com/lvs-cloud/lvs-cloud/platform/logs"
	"github.com/lvs-cloud/lvs-cloud/platform/metrics"
	"github.com/lvs-cloud/lvs-cloud/platform/monitoring"
	"github.com/lvs-cloud/lvs-cloud/platform/storage"
	"github.com/lvs-cloud/lvs-cloud/platform/workload"
)

// target is what Prometheus asks of the services, beside what it brings along.
type target struct {
	monitoring.TargetArgs
	// port is that of the pod, by which policies let Prometheus in.
	port   int
	wanted bool
}

// targets are those that there are.
func (c *Config) targets() (out []target) {
	for _, t := range []target{
		{monitoring.TargetArgs{
			Name: "traefik", Namespace: ingress.Namespace, Labels: ingress.Labels(), Port: ingress.MetricsPortName, Component: metrics.Traefik,
		}, ingress.MetricsPort, true},
		{monitoring.TargetArgs{
			Name: "coredns", Namespace: ingress.Namespace, Labels: map[string]string{"k8s-app": "kube-dns"}, Port: "metrics", Component: metrics.CoreDNS,
		}, 0, true},
		{monitoring.TargetArgs{Name: "flux", Namespace: fluxNamespace, Port: "http-prom", Component: metrics.Flux}, fluxMetricsPort, true},
		{monitoring.TargetArgs{
			Name: "flux-operator", Namespace: fluxNamespace, Labels: map[string]string{"app.kubernetes.io/name": "flux-operator"}, Port: "http-metrics", Component: metrics.Flux,
		}, fluxMetricsPort, true},
		{monitoring.TargetArgs{
			Name: "cert-manager", Namespace: certificatesNamespace, Labels: map[string]string{"app.kubernetes.io/component": "controller"}, Port: "http-metrics",
			Component: metrics.CertManager,
		}, certificatesMetricsPort, true},
		{monitoring.TargetArgs{
			Name: "longhorn", Namespace: storageNamespace, Labels: map[string]string{"app": "longhorn-manager"}, Port: "manager", Component: metrics.Longhorn,
		}, longhornMetricsPort, c.Storage.Kind == storage.Longhorn},
		{monitoring.TargetArgs{
			Name: "postgres", Namespace: postgresNamespace, Labels: map[string]string{"cnpg.io/podRole": "instance"}, Port: "metrics", Component: metrics.Postgres,
		}, postgresMetricsPort, c.has(Postgres)},
		{monitoring.TargetArgs{
			Name: "authelia", Namespace: authenticationNamespace, Port: workload.MetricsPortName, Component: metrics.Authelia,
		}, authentication.MetricsPort, c.has(Authentication)},
		{monitoring.TargetArgs{
			Name: "loki", Namespace: monitoringNamespace, Labels: logs.Labels(), Port: "http-metrics", Component: metrics.Loki,
		}, logs.Port, c.has(Logs)},
		{monitoring.TargetArgs{
			Name: "alloy", Namespace: agentsNamespace, Labels: logs.AgentLabels(), Port: "http-metrics", Component: metrics.Alloy,
		}, logs.AgentPort, c.has(Logs)},
		{monitoring.TargetArgs{
			Name: "grafana", Namespace: monitoringNamespace, Labels: grafana.Labels(), Port: grafana.PortName, Component: metrics.Grafana,
		}, grafana.Port, true},
	} {
		if t.wanted {
			out = append(out, t)
		}
	}
	return out
}
