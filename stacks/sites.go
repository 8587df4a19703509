package stacks

import (
	"github.com/lvs-cloud/lvs-cloud/platform/authentication"
	"github.com/lvs-cloud/lvs-cloud/platform/grafana"
	"github.com/lvs-cloud/lvs-cloud/platform/home"
	"github.com/lvs-cloud/lvs-cloud/platform/ingress"
	"github.com/lvs-cloud/lvs-cloud/platform/monitoring"
	"github.com/lvs-cloud/lvs-cloud/platform/registry"
	"github.com/lvs-cloud/lvs-cloud/platform/storage"
)

// notFound is what Traefik says of a name that it does not know, when it is well.
const notFound = 404

// sites are what the start page lists, each with how it is asked whether it is well.
func (c *Config) sites() []home.Group {
	g := home.Group{Name: "Platform"}
	for _, s := range []struct {
		name, title string
		check       home.Check
	}{
		{grafanaName, "Grafana", home.Check{Namespace: monitoringNamespace, Service: grafana.ServiceName, Port: grafana.Port, Path: "/api/health"}},
		{prometheusName, "Prometheus", home.Check{
			Namespace: monitoringNamespace, Service: monitoring.PrometheusService, Port: monitoring.PrometheusPort, Path: "/-/healthy",
		}},
		{alertsName, "Alerts", home.Check{
			Namespace: monitoringNamespace, Service: monitoring.AlertmanagerService, Port: monitoring.AlertmanagerPort, Path: "/-/healthy",
		}},
		{longhornName, "Longhorn", home.Check{
			Namespace: storageNamespace, Service: storage.HealthService, Port: storage.HealthPort, Path: storage.HealthPath, OwnCertificate: true,
		}},
		{traefikName, "Traefik", home.Check{
			Namespace: ingress.Namespace, Service: "traefik", Port: 443, PodPort: ingressTLSPort, Path: "/", Status: notFound, OwnCertificate: true,
		}},
		{signOnName, "Sign-on", home.Check{Namespace: authenticationNamespace, Service: authentication.ServiceName, Port: authentication.Port, Path: "/api/health"}},
		{registryName, "Registry", home.Check{
			Namespace: registryNamespace, Service: registry.ServiceName, Port: registry.Port, Path: "/readyz",
		}},
	} {
		for _, d := range c.open() {
			if d.name == s.name {
				g.Sites = append(g.Sites, home.Site{Title: s.title, URL: c.url(d.name), Check: s.check})
			}
		}
	}
	return []home.Group{g}
}
