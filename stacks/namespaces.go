package stacks

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/authentication"
	"github.com/lvs-cloud/lvs-cloud/platform/grafana"
	"github.com/lvs-cloud/lvs-cloud/platform/home"
	"github.com/lvs-cloud/lvs-cloud/platform/ingress"
	"github.com/lvs-cloud/lvs-cloud/platform/logs"
	"github.com/lvs-cloud/lvs-cloud/platform/monitoring"
	"github.com/lvs-cloud/lvs-cloud/platform/namespace"
	"github.com/lvs-cloud/lvs-cloud/platform/postgres"
	"github.com/lvs-cloud/lvs-cloud/platform/registry"
	"github.com/lvs-cloud/lvs-cloud/platform/storage"
)

// The namespaces of the platform. Traefik and what k3s brings along stay in kube-system, which has no policies: what it
// holds belongs to k3s.
const (
	fluxNamespace             = "flux-system"
	storageNamespace          = "longhorn-system"
	certificatesNamespace     = "cert-manager"
	postgresOperatorNamespace = "postgres-operator"
	postgresNamespace         = "postgres"
	registryNamespace         = "registry"
	authenticationNamespace   = "authentication"
	monitoringNamespace       = "monitoring"
	agentsNamespace           = "host-agents"
	homeNamespace             = "home"
)

// apiServer is where pods reach the Kubernetes API: policies are judged by the address behind its service.
var apiServer = netip.AddrPortFrom(nodeIP, 6443)

// Ports by which the platform's pods are spoken to, where no component names them.
const (
	webhookReceiverPort     = 9292
	postgresStatusPort      = 8000
	fluxMetricsPort         = 8080
	certificatesMetricsPort = 9402
	postgresMetricsPort     = 9187
	longhornMetricsPort     = 9500
	ingressTLSPort          = 8443
)

// space is a namespace that is wanted, or not, in a configuration.
type space struct {
	namespace.Args
	wanted bool
}

// spaces are the namespaces with their guard rails. The node itself reaches its own pods whatever a policy says, so the
// kubelet's probes and the API server's webhooks need no edge.
func (c *Config) spaces() []space {
	operator := namespace.Pods(postgresOperatorNamespace, nil)
	ground := []space{
		{c.fluxSpace(), true},
		// It mounts disks of the node, and so may do everything.
		{namespace.Args{
			Name: storageNamespace, Level: namespace.Privileged, APIServer: apiServer,
			From: c.reached(storageNamespace, []int{storage.UIOfPod}, longhornMetricsPort),
		}, c.Storage.Kind == storage.Longhorn},
		{namespace.Args{
			Name: certificatesNamespace, Level: namespace.Restricted, APIServer: apiServer,
			From: c.reached(certificatesNamespace, nil, certificatesMetricsPort),
			To:   []namespace.Edge{{Name: "internet", Peer: namespace.Internet(), Ports: []int{80, 443}}},
		}, true},
		{namespace.Args{
			Name: postgresOperatorNamespace, Level: namespace.Restricted, APIServer: apiServer,
			To: []namespace.Edge{{Name: "postgres", Peer: namespace.Pods(postgresNamespace, nil), Ports: []int{postgres.Port, postgresStatusPort}}},
		}, c.has(Postgres)},
		{namespace.Args{
			Name: postgresNamespace, Level: namespace.Restricted, APIServer: apiServer,
			From: append(c.clients(), append(c.reached(postgresNamespace, nil, postgresMetricsPort),
				namespace.Edge{Name: "operator", Peer: operator, Ports: []int{postgres.Port, postgresStatusPort}})...),
		}, c.has(Postgres)},
		{namespace.Args{
			Name: registryNamespace, Level: namespace.Restricted,
			From: append(c.reached(registryNamespace, []int{registry.Port}),
				namespace.Edge{Name: "flux", Peer: namespace.Pods(fluxNamespace, nil), Ports: []int{registry.Port}}),
		}, c.has(Registry)},
	}
	return append(ground, c.watchingSpaces()...)
}

func (c *Config) fluxSpace() namespace.Args {
	a := namespace.Args{
		Name: fluxNamespace, Level: namespace.Restricted, APIServer: apiServer,
		From: c.reached(fluxNamespace, []int{webhookReceiverPort}, fluxMetricsPort),
		// Charts and images by HTTPS, git by SSH.
		To: []namespace.Edge{{Name: "internet", Peer: namespace.Internet(), Ports: []int{22, 443}}},
	}
	if c.has(Registry) {
		a.To = append(a.To, namespace.Edge{Name: "registry", Peer: namespace.Pods(registryNamespace, nil), Ports: []int{registry.Port}})
	}
	return a
}

// watchingSpaces are those of what watches, and of the sign-on.
func (c *Config) watchingSpaces() []space {
	signOn := namespace.Args{
		Name: authenticationNamespace, Level: namespace.Restricted,
		From: c.reached(authenticationNamespace, []int{authentication.Port}, authentication.MetricsPort),
		To:   []namespace.Edge{{Name: "postgres", Peer: namespace.Pods(postgresNamespace, nil), Ports: []int{postgres.Port}}},
	}
	if c.SMTP != nil {
		signOn.To = append(signOn.To, c.mail())
	}
	agents := namespace.Args{
		Name: agentsNamespace, Level: namespace.Privileged, From: c.reached(agentsNamespace, nil, logs.AgentPort),
		To: []namespace.Edge{{Name: "logs", Peer: namespace.Pods(monitoringNamespace, logs.Labels()), Ports: []int{logs.Port}}},
	}
	page := namespace.Args{Name: homeNamespace, Level: namespace.Restricted, From: c.reached(homeNamespace, []int{home.Port})}
	for _, r := range home.Reaches(c.sites()) {
		page.To = append(page.To, namespace.Edge{Name: fmt.Sprintf("%s-%d", r.Namespace, r.Port), Peer: namespace.Pods(r.Namespace, nil), Ports: []int{r.Port}})
	}
	watched := c.has(Monitoring) || c.has(Logs)
	return []space{
		{signOn, c.has(Authentication)},
		{c.monitoringSpace(), watched},
		// They read the host: its files, its processes, its logs.
		{agents, watched},
		{page, c.has(Home)},
	}
}

// monitoringSpace is where Prometheus asks everything, and Grafana asks Prometheus.
func (c *Config) monitoringSpace() namespace.Args {
	a := namespace.Args{
		Name: monitoringNamespace, Level: namespace.Restricted, APIServer: apiServer,
		From: c.reached(monitoringNamespace, []int{grafana.Port, monitoring.PrometheusPort, monitoring.AlertmanagerPort}),
	}
	if c.has(Logs) {
		a.From = append(a.From, namespace.Edge{Name: "agents", Peer: namespace.Pods(agentsNamespace, logs.AgentLabels()), Ports: []int{logs.Port}})
	}
	if !c.has(Monitoring) {
		return a
	}
	node := namespace.Range(netip.PrefixFrom(nodeIP, nodeIP.BitLen()))
	a.To = []namespace.Edge{
		{Name: "node", Peer: node, Ports: []int{monitoring.NodeExporterPort, monitoring.EtcdPort, monitoring.KubeletPort}},
		// The sign-on is asked by its public name, which leads to Traefik on this same node; alerts go to the internet.
		{Name: "sign-on", Peer: c.door(), Ports: []int{ingressTLSPort, ingress.MetricsPort}},
		{Name: "internet", Peer: namespace.Internet(), Ports: []int{443}},
	}
	for _, t := range c.targets() {
		if t.Namespace != monitoringNamespace && t.Namespace != ingress.Namespace {
			a.To = append(a.To, namespace.Edge{Name: t.Name, Peer: namespace.Pods(t.Namespace, nil), Ports: []int{t.port}})
		}
	}
	if c.SMTP != nil {
		a.To = append(a.To, c.mail())
	}
	return a
}

// door are the pods by which requests come in.
func (c *Config) door() namespace.Peer { return namespace.Pods(ingress.Namespace, ingress.Labels()) }

// mail is the way to the mail server, whose address nobody knows beforehand.
func (c *Config) mail() namespace.Edge {
	return namespace.Edge{Name: "mail", Peer: namespace.Internet(), Ports: []int{c.SMTP.Port}}
}

// clients are those who speak to the database.
func (c *Config) clients() (from []namespace.Edge) {
	if c.has(Authentication) {
		from = append(from, namespace.Edge{Name: authenticationNamespace, Peer: namespace.Pods(authenticationNamespace, nil), Ports: []int{postgres.Port}})
	}
	return from
}

// reached are the edges by which Traefik, the start page and Prometheus come into a namespace.
func (c *Config) reached(name string, doors []int, measured ...int) (from []namespace.Edge) {
	if len(doors) > 0 {
		from = append(from, namespace.Edge{Name: "door", Peer: c.door(), Ports: doors})
	}
	if c.has(Monitoring) && len(measured) > 0 {
		from = append(from, namespace.Edge{Name: "metrics", Peer: namespace.Pods(monitoringNamespace, monitoring.PrometheusLabels()), Ports: measured})
	}
	if !c.has(Home) {
		return from
	}
	var asked []int
	for _, r := range home.Reaches(c.sites()) {
		if r.Namespace == name {
			asked = append(asked, r.Port)
		}
	}
	if len(asked) > 0 {
		from = append(from, namespace.Edge{Name: "state", Peer: namespace.Pods(homeNamespace, nil), Ports: asked})
	}
	return from
}

// namespaces makes those that are wanted, and returns them by name.
func namespaces(ctx *pulumi.Context, c *Config, api []pulumi.ResourceOption) (map[string][]pulumi.Resource, error) {
	made := map[string][]pulumi.Resource{}
	for _, s := range c.spaces() {
		if !s.wanted {
			continue
		}
		n, err := namespace.New(ctx, s.Name, &s.Args, api...)
		if err != nil {
			return nil, fmt.Errorf("namespaces: %w", err)
		}
		made[s.Name] = n.Ready
	}
	return made, nil
}
