package door

import (
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	ingressToken   = "kubernetes:networking.k8s.io/v1:Ingress"
	routeToken     = "kubernetes:traefik.io/v1alpha1:IngressRoute"
	namespaceToken = "kubernetes:core/v1:Namespace"
	passwordToken  = "random:index/randomPassword:RandomPassword"
)

func valid() *Args {
	return &Args{
		Host: "alerts.cloud.example.com", Namespace: "monitoring", Service: "alertmanager", Port: 9093,
		Middlewares: []string{"monitoring-slow@kubernetescrd", "monitoring-sign-on@kubernetescrd"},
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		d, err := New(ctx, "alerts", args)
		if err != nil {
			return err
		}
		return show(ctx, d.URL)
	}
}

// show hands an output on as a program does, to where a test can read it.
func show(ctx *pulumi.Context, text pulumi.StringOutput) error {
	_, err := random.NewRandomPassword(ctx, "reader", &random.RandomPasswordArgs{Length: pulumi.Int(1), OverrideSpecial: text})
	return err
}

func run(t *testing.T, program pulumi.RunFunc) *graph.Graph {
	t.Helper()
	g, err := graph.Run(program, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestComponent(t *testing.T) {
	graph.CheckComponent(t, func(ctx *pulumi.Context) error {
		_, err := New(ctx, "alerts", valid())
		return err
	})
	graph.CheckComponent(t, func(ctx *pulumi.Context) error {
		_, err := NewDashboard(ctx, "dashboard", dashboard())
		return err
	})
}

func TestDoor(t *testing.T) {
	g := run(t, program(valid()))
	door := g.Get(t, ingressToken, "alerts")
	want := `{"annotations":{"pulumi.com/skipAwait":"true","traefik.ingress.kubernetes.io/router.entrypoints":"websecure",` +
		`"traefik.ingress.kubernetes.io/router.middlewares":"monitoring-slow@kubernetescrd,monitoring-sign-on@kubernetescrd",` +
		`"traefik.ingress.kubernetes.io/router.tls":"true"},"name":"alerts","namespace":"monitoring"}`
	if got := door.JSON(t, "metadata"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	want = `{"ingressClassName":"traefik","rules":[{"host":"alerts.cloud.example.com","http":{"paths":[{"backend":{"service":{"name":"alertmanager",` +
		`"port":{"number":9093}}},"path":"/","pathType":"Prefix"}]}}],"tls":[{"hosts":["alerts.cloud.example.com"]}]}`
	if got := door.JSON(t, "spec"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := g.Get(t, passwordToken, "reader").JSON(t, "overrideSpecial"); got != `"https://alerts.cloud.example.com"` {
		t.Errorf("got the URL %s, want that of the host", got)
	}
}

func TestDoorWithoutGate(t *testing.T) {
	args := valid()
	args.Middlewares = nil
	if got := run(t, program(args)).Get(t, ingressToken, "alerts").JSON(t, "metadata"); strings.Contains(got, "middlewares") {
		t.Errorf("got %s, want no middleware", got)
	}
}

func dashboard() *DashboardArgs {
	return &DashboardArgs{Host: "traefik.cloud.example.com", Middlewares: []string{"kube-system-sign-on@kubernetescrd"}}
}

func TestDashboard(t *testing.T) {
	g := run(t, func(ctx *pulumi.Context) error {
		d, err := NewDashboard(ctx, "dashboard", dashboard())
		if err != nil {
			return err
		}
		return show(ctx, d.URL)
	})
	route := g.Get(t, routeToken, "dashboard")
	if got := route.JSON(t, "metadata"); got != `{"name":"dashboard","namespace":"kube-system"}` {
		t.Errorf("got %s, want it beside Traefik", got)
	}
	want := "{\"entryPoints\":[\"websecure\"],\"routes\":[{\"kind\":\"Rule\",\"match\":\"Host(`traefik.cloud.example.com`)\"," +
		`"middlewares":[{"name":"sign-on"}],"services":[{"kind":"TraefikService","name":"api@internal"}]}],"tls":{}}`
	if got := route.JSON(t, "spec"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := g.Get(t, passwordToken, "reader").JSON(t, "overrideSpecial"); got != `"https://traefik.cloud.example.com"` {
		t.Errorf("got the URL %s, want that of the host", got)
	}
}

func TestOrder(t *testing.T) {
	g := run(t, func(ctx *pulumi.Context) error {
		space, err := corev1.NewNamespace(ctx, "monitoring", &corev1.NamespaceArgs{})
		if err != nil {
			return err
		}
		door, page := valid(), dashboard()
		door.After, page.After = []pulumi.Resource{space}, []pulumi.Resource{space}
		if _, err := New(ctx, "alerts", door); err != nil {
			return err
		}
		_, err = NewDashboard(ctx, "dashboard", page)
		return err
	})
	for _, r := range []graph.Resource{g.Get(t, ingressToken, "alerts"), g.Get(t, routeToken, "dashboard")} {
		if got := strings.Join(r.Dependencies, "|"); got != namespaceToken+" monitoring" {
			t.Errorf("%s: got it after %q, want it after the namespace", r.Name, got)
		}
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{
		Host: "alerts", Namespace: "a.b", Service: "Alerts", Port: 70000,
		Middlewares: []string{"sign-on", "home-sign-on@kubernetescrd", "a.b-sign-on@file"},
	}), `host: got "alerts"`, `namespace: got "a.b"`, `service: got "Alerts"`, "port: got 70000",
		`middlewares: got "sign-on"`, `middlewares: got "home-sign-on@kubernetescrd"`, `middlewares: got "a.b-sign-on@file"`)
	twice := valid()
	twice.Middlewares[0] = twice.Middlewares[1]
	graph.CheckRefused(t, program(twice), `middlewares: got "monitoring-sign-on@kubernetescrd"`)
	page := func(args *DashboardArgs) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			_, err := NewDashboard(ctx, "dashboard", args)
			return err
		}
	}
	graph.CheckRefused(t, page(nil), "got nil")
	graph.CheckRefused(t, page(&DashboardArgs{Host: "x y"}), `host: got "x y"`, "middlewares: got none")
	graph.CheckRefused(t, page(&DashboardArgs{Host: "traefik.example.com", Middlewares: []string{"home-sign-on@kubernetescrd"}}), `middlewares: got "home-sign-on@kubernetescrd"`)
}
