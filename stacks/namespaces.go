package stacks

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/ingress"
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
)

// apiServer is where pods reach the Kubernetes API: policies are judged by the address behind its service.
var apiServer = netip.AddrPortFrom(nodeIP, 6443)

// Ports by which the platform's pods are spoken to.
const (
	webhookReceiverPort = 9292
	postgresStatusPort  = 8000
)

// space is a namespace that is wanted, or not, in a configuration.
type space struct {
	namespace.Args
	wanted bool
}

// spaces are the namespaces with their guard rails. The node itself reaches its own pods whatever a policy says, so the
// kubelet's probes and the API server's webhooks need no edge.
func (c *Config) spaces() []space {
	door := namespace.Pods(ingress.Namespace, ingress.Labels())
	https := namespace.Edge{Name: "internet", Peer: namespace.Internet(), Ports: []int{80, 443}}
	flux := namespace.Args{
		Name: fluxNamespace, Level: namespace.Restricted, APIServer: apiServer,
		From: []namespace.Edge{{Name: "webhooks", Peer: door, Ports: []int{webhookReceiverPort}}},
		// Charts and images by HTTPS, git by SSH.
		To: []namespace.Edge{{Name: "internet", Peer: namespace.Internet(), Ports: []int{22, 443}}},
	}
	if c.has(Registry) {
		flux.To = append(flux.To, namespace.Edge{Name: "registry", Peer: namespace.Pods(registryNamespace, nil), Ports: []int{registry.Port}})
	}
	return []space{
		{flux, true},
		// It mounts disks of the node, and so may do everything.
		{namespace.Args{Name: storageNamespace, Level: namespace.Privileged, APIServer: apiServer}, c.Storage.Kind == storage.Longhorn},
		{namespace.Args{Name: certificatesNamespace, Level: namespace.Restricted, APIServer: apiServer, To: []namespace.Edge{https}}, true},
		{namespace.Args{
			Name: postgresOperatorNamespace, Level: namespace.Restricted, APIServer: apiServer,
			To: []namespace.Edge{{Name: "postgres", Peer: namespace.Pods(postgresNamespace, nil), Ports: []int{postgres.Port, postgresStatusPort}}},
		}, c.has(Postgres)},
		{namespace.Args{
			Name: postgresNamespace, Level: namespace.Restricted, APIServer: apiServer,
			From: []namespace.Edge{{Name: "operator", Peer: namespace.Pods(postgresOperatorNamespace, nil), Ports: []int{postgres.Port, postgresStatusPort}}},
		}, c.has(Postgres)},
		{namespace.Args{
			Name: registryNamespace, Level: namespace.Restricted,
			From: []namespace.Edge{
				{Name: "door", Peer: door, Ports: []int{registry.Port}},
				{Name: "flux", Peer: namespace.Pods(fluxNamespace, nil), Ports: []int{registry.Port}},
			},
		}, c.has(Registry)},
	}
}

// namespaces makes those that are wanted, and returns them by name.
func namespaces(ctx *pulumi.Context, c *Config, api []pulumi.ResourceOption) (map[string]pulumi.Resource, error) {
	made := map[string]pulumi.Resource{}
	for _, s := range c.spaces() {
		if !s.wanted {
			continue
		}
		n, err := namespace.New(ctx, s.Name, &s.Args, api...)
		if err != nil {
			return nil, fmt.Errorf("namespaces: %w", err)
		}
		made[s.Name] = n
	}
	return made, nil
}
