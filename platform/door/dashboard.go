package door

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/object"
	"github.com/lvs-cloud/lvs-cloud/platform/ingress"
)

const dashboardToken = "lvs-cloud:platform:Dashboard"

// Definitions are the kinds that Traefik brings and that are used here.
func Definitions() []string { return []string{"ingressroutes.traefik.io"} }

// dashboardName is what the object is called.
const dashboardName = "dashboard"

// ingressRoute leads to what is no service of the cluster.
// Source: https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/ingressroute/
type ingressRoute struct {
	EntryPoints []string `json:"entryPoints"`
	Routes      []route  `json:"routes"`
	TLS         tls      `json:"tls"`
}

type route struct {
	Match       string      `json:"match"`
	Kind        string      `json:"kind"`
	Middlewares []reference `json:"middlewares"`
	Services    []reference `json:"services"`
}

// reference is by name alone: Traefik looks for it beside the route.
type reference struct {
	Name string `json:"name"`
	Kind string `json:"kind,omitempty"`
}

// tls says no more than that there is any; the certificate is that of the cloud.
type tls struct{}

// Dashboard is Traefik's own page, which shows every way into the cloud, behind a gate.
type Dashboard struct {
	pulumi.ResourceState

	// URL is what it is reached by.
	URL pulumi.StringOutput `pulumi:"url"`
}

// NewDashboard opens the dashboard that Traefik has switched on, and shows to nobody by itself. Invalid args register nothing.
// With the page comes the interface that it reads, which cannot change anything.
func NewDashboard(ctx *pulumi.Context, name string, args *DashboardArgs, opts ...pulumi.ResourceOption) (*Dashboard, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("dashboard %q: %w", name, err)
	}
	d := &Dashboard{}
	if err := ctx.RegisterComponentResourceV2(dashboardToken, name, pulumi.Map{"host": pulumi.String(a.Host)}, d, opts...); err != nil {
		return nil, fmt.Errorf("dashboard %q: %w", name, err)
	}
	if _, err := object.New(ctx, name, &object.Args{
		APIVersion: "traefik.io/v1alpha1", Kind: "IngressRoute", Namespace: ingress.Namespace, Name: dashboardName, Spec: a.route(),
	}, pulumi.Parent(d), pulumi.DependsOn(a.After)); err != nil {
		return nil, fmt.Errorf("dashboard %q: %w", name, err)
	}
	d.URL = pulumi.String("https://" + a.Host).ToStringOutput()
	if err := ctx.RegisterResourceOutputs(d, pulumi.Map{"url": d.URL}); err != nil {
		return nil, fmt.Errorf("dashboard %q: outputs: %w", name, err)
	}
	return d, nil
}

func (args *DashboardArgs) route() ingressRoute {
	r := route{
		Match: fmt.Sprintf("Host(`%s`)", args.Host), Kind: "Rule",
		// The page, its interface, and the way from / to the page.
		Services: []reference{{Name: "api@internal", Kind: "TraefikService"}},
	}
	for _, m := range args.Middlewares {
		// An object of Traefik may not name another one by the name that Traefik gives it, unless all may use all.
		r.Middlewares = append(r.Middlewares, reference{Name: called(m, ingress.Namespace)})
	}
	return ingressRoute{EntryPoints: []string{entryPoint}, Routes: []route{r}}
}
