// Package grafana shows what is measured and logged: Grafana, with its data sources and dashboards made in code, and with a
// disk of its own for what people make in it.
//
// It exists so that a dashboard is there on the first day, and one that is made by hand is still there after a restart. It
// refuses whoever has not signed on, plug-ins that it would fetch by itself, and changes to what is made in code. It sends no
// alerts: that is Alertmanager's work.
package grafana

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/release"
)

const (
	typeToken = "lvs-cloud:platform:Grafana"

	// chartRepository has been the home of the chart since January 2026.
	chartRepository = "oci://ghcr.io/grafana-community/helm-charts"
	chartName       = "grafana"
)

const (
	// ServiceName and Port are where Traefik reaches it; Prometheus reads at the same port, which its pod calls PortName.
	ServiceName = "grafana"
	Port        = 3000
	PortName    = "grafana"
	// AdminUser is the local user, for the time without a sign-on. It is no name that a person would have: that of one who
	// signs on must not be taken.
	AdminUser = "local-admin"
	// RedirectPath is where people come back to after they have signed on.
	RedirectPath = "/login/generic_oauth"
)

// Labels are those of Grafana's pod.
func Labels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": chartName, "app.kubernetes.io/instance": chartName}
}

// Grafana is the dashboards.
type Grafana struct {
	pulumi.ResourceState

	// URL is its public address.
	URL pulumi.StringOutput `pulumi:"url"`
	// AdminPassword is that of the local user; a secret. With a sign-on it opens nothing.
	AdminPassword pulumi.StringOutput `pulumi:"adminPassword"`
	// Ready is what comes before whatever needs it. The component itself would not do: who depends on one depends on those of its
	// parts that are known at that moment, and they become known on the side.
	Ready []pulumi.Resource
}

// New installs Grafana, and waits until it answers. Invalid args register nothing.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Grafana, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("grafana %q: %w", name, err)
	}
	url := pulumi.String(a.rootURL())
	g := &Grafana{URL: url.ToStringOutput()}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"url": url}, g, opts...); err != nil {
		return nil, fmt.Errorf("grafana %q: %w", name, err)
	}
	needs, err := g.needs(ctx, name, a)
	if err != nil {
		return nil, fmt.Errorf("grafana %q: %w", name, err)
	}
	made, err := release.New(ctx, name, &release.Args{
		Namespace: a.Namespace, Chart: release.Chart{Repository: chartRepository, Name: chartName, Version: a.ChartVersion}, Values: a.values(),
		// What a newer Grafana has made of its database, an older one may not read.
		Stateful: true,
		After:    append(slices.Clone(a.After), needs...),
	}, pulumi.Parent(g))
	if err != nil {
		return nil, fmt.Errorf("grafana %q: %w", name, err)
	}
	g.Ready = made.Ready
	if err := ctx.RegisterResourceOutputs(g, pulumi.Map{"url": g.URL, "adminPassword": g.AdminPassword}); err != nil {
		return nil, fmt.Errorf("grafana %q: outputs: %w", name, err)
	}
	return g, nil
}

func (args *Args) rootURL() string { return "https://" + args.Host }
