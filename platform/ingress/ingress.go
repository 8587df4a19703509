// Package ingress configures the Traefik that k3s brings along: the door of the cluster, at ports 80 and 443.
//
// It exists because k3s upgrades Traefik with itself, so that only what differs from its values is ours. It installs
// nothing, and trusts no header that says where a client is, unless a network is named that may set it. What every host
// gets, whoever answers it, is set here once: HTTPS, the certificate, the headers and the limit on requests.
package ingress

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
	"github.com/lvs-cloud/lvs-cloud/internal/object"
)

const typeToken = "lvs-cloud:platform:Ingress"

// Args configures an Ingress.
type Args struct {
	// Size is what Traefik may take. Required.
	Size Size
	// TrustedProxies are networks in front of the cloud whose word is taken for where a client is.
	// Default: none; there is no proxy in front.
	TrustedProxies []netip.Prefix
	// CertificateName is the secret in Namespace with the certificate of every host that names none.
	// Default: none; Traefik shows one that it signed itself.
	CertificateName string
	// After is what must be there before anything of this: the kinds that Traefik brings.
	// Default: nothing.
	After []pulumi.Resource
}

// Namespace is where Traefik runs.
const Namespace = "kube-system"

// Labels are those of Traefik's pods, by which others let it in.
func Labels() map[string]string { return map[string]string{"app.kubernetes.io/name": "traefik"} }

// Class is what an Ingress names to be answered by Traefik.
const Class = "traefik"

// MetricsPort is where Traefik's pods tell what they measure, and MetricsPortName what it is called. It is no port of the
// service, and none of the node.
const (
	MetricsPort     = 9100
	MetricsPortName = "metrics"
)

// Ingress is the configuration of Traefik.
type Ingress struct{ pulumi.ResourceState }

// Size is what Traefik may take.
type Size struct{ Traefik footprint.Resources }

// SizeFor returns what Traefik may take in a profile. It needs some 40 MiB at rest, and more with each open connection.
func SizeFor(p footprint.Profile) Size {
	if p == footprint.Lean {
		return Size{footprint.Resources{CPU: 50, Memory: 64, MemoryLimit: 160}}
	}
	return Size{footprint.Resources{CPU: 100, Memory: 96, MemoryLimit: 256}}
}

// Footprint is what the ingress asks of the node.
func (s Size) Footprint() footprint.Footprint {
	return footprint.Footprint{Component: "ingress", Parts: []footprint.Part{{Name: "traefik", Replicas: 1, Resources: s.Traefik}}}
}

// values are those of Traefik's chart that differ. The chart refuses what it does not know.
// Source: https://github.com/traefik/traefik-helm-chart/blob/master/traefik/VALUES.md
type values struct {
	Resources footprint.Requirements `json:"resources"`
	Service   service                `json:"service"`
	// Arguments are Traefik's own, whose names stay while those of the chart's values move: access logs lie under
	// logs.access up to chart 40 and under accessLog from 41 on, and k3s decides which one comes.
	Arguments []string `json:"additionalArguments"`
}

type service struct {
	Spec serviceSpec `json:"spec"`
}

type serviceSpec struct {
	ExternalTrafficPolicy string `json:"externalTrafficPolicy"`
}

// helmChartConfig is the content of k3s' HelmChartConfig.
// Source: https://docs.k3s.io/add-ons/helm
type helmChartConfig struct {
	ValuesContent string `json:"valuesContent"`
}

// New configures Traefik. Invalid args register nothing. k3s takes the values up by itself, within a minute.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Ingress, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("ingress %q: %w", name, err)
	}
	text, err := json.MarshalIndent(a.values(), "", "  ") // YAML as well
	if err != nil {
		return nil, fmt.Errorf("ingress %q: %w", name, err)
	}
	i := &Ingress{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{}, i, opts...); err != nil {
		return nil, fmt.Errorf("ingress %q: %w", name, err)
	}
	everyHost, err := i.everyHost(ctx, name, a)
	if err != nil {
		return nil, fmt.Errorf("ingress %q: %w", name, err)
	}
	if _, err := object.New(ctx, name+"-traefik", &object.Args{
		APIVersion: "helm.cattle.io/v1", Kind: "HelmChartConfig", Namespace: Namespace, Name: "traefik",
		Spec: helmChartConfig{ValuesContent: string(text)},
	}, pulumi.Parent(i), pulumi.DependsOn(everyHost)); err != nil {
		return nil, fmt.Errorf("ingress %q: %w", name, err)
	}
	if err := ctx.RegisterResourceOutputs(i, pulumi.Map{}); err != nil {
		return nil, fmt.Errorf("ingress %q: outputs: %w", name, err)
	}
	return i, nil
}

func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *ingress.Args")
	}
	a := *args
	var errs []error
	if m := a.Size.Traefik; m.Memory < 1 || m.MemoryLimit < m.Memory {
		errs = append(errs, fmt.Errorf("size: got %d MiB and a limit of %d, want both, and the limit no less", m.Memory, m.MemoryLimit))
	}
	if a.CertificateName != "" && !naming.IsLabel(a.CertificateName) {
		errs = append(errs, fmt.Errorf("certificateName: got %q, want a DNS label", a.CertificateName))
	}
	for _, p := range a.TrustedProxies {
		if !p.IsValid() || p.Masked() != p || p.Bits() == 0 {
			errs = append(errs, fmt.Errorf("trustedProxies: got %v, want a network without host bits, and not everyone", p))
		}
	}
	return &a, errors.Join(errs...)
}

func (args *Args) values() values {
	v := values{
		Resources: args.Size.Traefik.Requirements(),
		// Otherwise the node's own address is all that Traefik sees of a client, and one who is banned bans everybody.
		Service: service{serviceSpec{"Local"}},
		Arguments: []string{
			"--accesslog=true",
			"--accesslog.format=json",
			// A token in a header must not end in a log.
			"--accesslog.fields.headers.defaultmode=drop",
			"--entrypoints.web.http.redirections.entrypoint.to=:443",
			"--entrypoints.web.http.redirections.entrypoint.scheme=https",
			"--entrypoints.web.http.redirections.entrypoint.permanent=true",
			// A layer of an image is uploaded for longer than the minute that Traefik allows.
			"--entrypoints.websecure.transport.respondingtimeouts.readtimeout=0s",
			"--entrypoints.websecure.http.middlewares=" + strings.Join(middlewareNames(), ","),
			// The page about itself. Nobody is led to it by this, and nothing on it comes from elsewhere.
			"--api.dashboard=true",
			"--api.disabledashboardad=true",
			// By service, which is what an application is known by: by router as well, each would be counted twice.
			"--metrics.prometheus.entrypoint=" + MetricsPortName,
			"--metrics.prometheus.addentrypointslabels=true",
			"--metrics.prometheus.addserviceslabels=true",
			"--metrics.prometheus.addrouterslabels=false",
		},
	}
	var trusted []string
	for _, p := range args.TrustedProxies {
		trusted = append(trusted, p.String())
	}
	if trusted != nil {
		list := strings.Join(trusted, ",")
		v.Arguments = append(v.Arguments,
			"--entrypoints.web.forwardedheaders.trustedips="+list, "--entrypoints.websecure.forwardedheaders.trustedips="+list)
	}
	return v
}
