package exposure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
	render "github.com/lvs-cloud/lvs-cloud/internal/object"
)

// spec is any content of an object.
type spec struct {
	ForwardAuth *forward          `json:"forwardAuth,omitempty"`
	RateLimit   *struct{}         `json:"rateLimit,omitempty"`
	EntryPoints []string          `json:"entryPoints,omitempty"`
	Routes      []map[string]any  `json:"routes,omitempty"`
	Values      map[string]any    `json:"values,omitempty"`
	Content     string            `json:"valuesContent,omitempty"`
	Nothing     map[string]string `json:"nothing,omitempty"`
}

type forward struct {
	Address string `json:"address"`
}

type program func(ctx *pulumi.Context) error

// recorded is the graph of programs, one after the other.
func recorded(t *testing.T, programs ...program) *graph.Graph {
	t.Helper()
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		for _, p := range programs {
			if err := p(ctx); err != nil {
				return err
			}
		}
		return nil
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func made(kind, namespace, name string, s spec) program {
	version := map[string]string{"HelmRelease": "helm.toolkit.fluxcd.io/v2", "HelmChartConfig": "helm.cattle.io/v1"}[kind]
	if version == "" {
		version = "traefik.io/v1alpha1"
	}
	return func(ctx *pulumi.Context) error {
		_, err := render.New(ctx, namespace+"-"+name, &render.Args{APIVersion: version, Kind: kind, Namespace: namespace, Name: name, Spec: s})
		return err
	}
}

func gated(namespace string) program {
	return made("Middleware", namespace, "sign-on", spec{ForwardAuth: &forward{"http://authelia.authentication:9091/api/authz/forward-auth"}})
}

func door(namespace, host, middlewares string, spoil ...func(*networkingv1.IngressArgs, pulumi.StringMap)) program {
	return func(ctx *pulumi.Context) error {
		annotations := pulumi.StringMap{annotation + "entrypoints": pulumi.String("websecure")}
		if middlewares != "" {
			annotations[annotation+"middlewares"] = pulumi.String(middlewares)
		}
		args := &networkingv1.IngressArgs{
			Metadata: metav1.ObjectMetaArgs{Name: pulumi.String("x"), Namespace: pulumi.String(namespace), Annotations: annotations},
			Spec: networkingv1.IngressSpecArgs{IngressClassName: pulumi.String("traefik"), Rules: networkingv1.IngressRuleArray{networkingv1.IngressRuleArgs{
				Host: pulumi.String(host), Http: networkingv1.HTTPIngressRuleValueArgs{Paths: networkingv1.HTTPIngressPathArray{networkingv1.HTTPIngressPathArgs{
					Path: pulumi.String("/p"), PathType: pulumi.String("Prefix"), Backend: networkingv1.IngressBackendArgs{
						Service: networkingv1.IngressServiceBackendArgs{Name: pulumi.String("s"), Port: networkingv1.ServiceBackendPortArgs{Number: pulumi.Int(80)}},
					},
				}}},
			}}},
		}
		for _, s := range spoil {
			s(args, annotations)
		}
		_, err := networkingv1.NewIngress(ctx, namespace+"-"+host, args)
		return err
	}
}

func rules(text string) program {
	return func(ctx *pulumi.Context) error {
		_, err := corev1.NewConfigMap(ctx, "rules", &corev1.ConfigMapArgs{Data: pulumi.StringMap{
			"other": pulumi.String("{{ no yaml"), "configuration.yml": pulumi.String("theme: dark\naccess_control:\n" + text),
		}})
		return err
	}
}

const someRules = `
  default_policy: deny
  rules:
    - {domain: two.example.com, policy: two_factor, subject: [[group:admins], [user:eve]]}
    - {domain: [both.example.com], policy: two_factor, subject: group:admins}
    - {domain: both.example.com, policy: one_factor}
    - {domain: both.example.com, policy: bypass}
    - {domain: late.example.com, policy: two_factor, subject: group:admins}
    - {domain: late.example.com, policy: two_factor}
    - {domain: open.example.com, policy: bypass}
    - {domain: '*.example.com', policy: deny}
    - {domain: closed.example.com, policy: bypass}
`

const own = "a-sign-on@kubernetescrd"

func TestHosts(t *testing.T) {
	route := func(match string, middlewares ...any) map[string]any {
		return map[string]any{"match": match, "services": []any{map[string]any{"name": "api@internal"}}, "middlewares": middlewares}
	}
	g := recorded(t, rules(someRules), gated("a"), made("Middleware", "a", "limit", spec{RateLimit: &struct{}{}}),
		door("a", "two.example.com", "a-limit@kubernetescrd,"+own), door("a", "both.example.com", own), door("a", "late.example.com", own),
		door("a", "open.example.com", own), door("a", "closed.example.com", own), door("a", "nobody.example.com", "a-limit@kubernetescrd"),
		made("IngressRoute", "a", "page", spec{EntryPoints: []string{"websecure"}, Routes: []map[string]any{
			route("Host(`page.example.com`)", map[string]any{"name": "sign-on"}), route("Host(`two.example.com`) && PathPrefix(`/hole`)"),
		}}),
		made("HelmRelease", "b", "chart", spec{Values: map[string]any{"ingress": map[string]any{
			"enabled": true, "className": "traefik", "annotations": map[string]any{annotation + "entrypoints": "websecure"},
			"hosts": []any{map[string]any{"host": "Chart.example.com", "paths": []any{map[string]any{"path": "/v2/"}}}, "short.example.com", "closed.example.com"},
		}, "service": map[string]any{"type": "ClusterIP"}, "route": map[string]any{"receiver": "none"}}}),
		made("HelmChartConfig", "kube-system", "traefik", spec{Content: `{"service":{"type":"LoadBalancer"},"ingressRoute":{"dashboard":{"enabled":false}}}`}),
	)
	hosts, err := Hosts(g)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, 0, len(hosts))
	for _, h := range hosts {
		line := fmt.Sprintf("%s %s %v", h.Name, h.Policy, h.Subjects)
		for _, d := range h.Doors {
			line += fmt.Sprintf(" | %s%s %s %s %s gated %t", d.Namespace, d.Path, d.Target, d.By[strings.LastIndex(d.By, ":")+1:], d.Middlewares, d.Gated)
		}
		got = append(got, line)
	}
	const by = " s:80 Ingress a-"
	want := []string{
		"both.example.com one_factor [] | a/p" + by + "both.example.com [" + own + "] gated true",
		"chart.example.com none [] | b/v2/ a service of the chart HelmRelease b-chart [] gated false",
		"closed.example.com none [] | b/ a service of the chart HelmRelease b-chart [] gated false | a/p" + by + "closed.example.com [" + own + "] gated true",
		"late.example.com two_factor [] | a/p" + by + "late.example.com [" + own + "] gated true",
		"nobody.example.com none [] | a/p" + by + "nobody.example.com [a-limit@kubernetescrd] gated false",
		"open.example.com bypass [] | a/p" + by + "open.example.com [" + own + "] gated true",
		"page.example.com deny [] | a/ api@internal IngressRoute a-page [" + own + "] gated true",
		"short.example.com none [] | b/ a service of the chart HelmRelease b-chart [] gated false",
		"two.example.com none [] | a/p" + by + "two.example.com [a-limit@kubernetescrd " + own + "] gated true" +
			" | a/hole api@internal IngressRoute a-page [] gated false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestSubjects holds that a weaker rule for a few is told with those few.
func TestSubjects(t *testing.T) {
	hosts, err := Hosts(recorded(t, rules(someRules), gated("a"), door("a", "two.example.com", own)))
	if err != nil || len(hosts) != 1 || hosts[0].Policy != TwoFactor || !slices.Equal(hosts[0].Subjects, []string{"group:admins", "user:eve"}) {
		t.Errorf("got %+v and %v, want two factors of the group and of eve", hosts, err)
	}
}

func TestWhatIsNotUnderstood(t *testing.T) {
	values := func(v map[string]any) program { return made("HelmRelease", "a", "chart", spec{Values: v}) }
	chart := func(key string, v map[string]any) program {
		return values(map[string]any{"deep": map[string]any{key: v}})
	}
	service := func(kind string) program {
		return func(ctx *pulumi.Context) error {
			_, err := corev1.NewService(ctx, "service", &corev1.ServiceArgs{Spec: corev1.ServiceSpecArgs{Type: pulumi.String(kind)}})
			return err
		}
	}
	matched := func(match string) program {
		return made("IngressRoute", "a", "page", spec{EntryPoints: []string{"websecure"}, Routes: []map[string]any{{"match": match}}})
	}
	on := map[string]any{"enabled": true}
	const host = "x.example.com"
	for name, c := range map[string]struct {
		program program
		want    string
	}{
		"no middleware": {door("a", host, own), `got the middleware "a-sign-on@kubernetescrd", which is not there`},
		"of another namespace": {func(ctx *pulumi.Context) error {
			if err := gated("b")(ctx); err != nil {
				return err
			}
			return door("a", host, "b-sign-on@kubernetescrd")(ctx)
		}, "want one of the namespace a"},
		"no rules": {func(ctx *pulumi.Context) error {
			if err := gated("a")(ctx); err != nil {
				return err
			}
			return door("a", host, own)(ctx)
		}, "got a gate and no rules"},
		"another gate":    {made("Middleware", "a", "sign-on", spec{ForwardAuth: &forward{"http://evil"}}), `got a gate that asks "http://evil"`},
		"open by default": {rules("  default_policy: bypass\n"), `got the default policy "bypass", want deny`},
		"a narrow rule":   {rules("  default_policy: deny\n  rules: [{domain: x.y, policy: bypass, networks: [internal]}]\n"), "field networks not found"},
		"a wrong policy":  {rules("  default_policy: deny\n  rules: [{domain: x.y, policy: none}]\n"), `got the policy "none"`},
		"every host":      {door("a", "", ""), `got the host "", want one name`},
		"many hosts":      {door("a", "*.example.com", ""), `got the host "*.example.com", want one name`},
		"another class": {door("a", host, "", func(i *networkingv1.IngressArgs, _ pulumi.StringMap) {
			s := i.Spec.(networkingv1.IngressSpecArgs)
			s.IngressClassName = pulumi.String("nginx")
			i.Spec = s
		}), `got the class "nginx", want traefik`},
		"a default backend": {door("a", host, "", func(i *networkingv1.IngressArgs, _ pulumi.StringMap) {
			s := i.Spec.(networkingv1.IngressSpecArgs)
			s.DefaultBackend = networkingv1.IngressBackendArgs{}
			i.Spec = s
		}), "got a default backend"},
		"by HTTP": {door("a", host, "", func(_ *networkingv1.IngressArgs, m pulumi.StringMap) { delete(m, annotation+"entrypoints") }),
			`got the entry points "", want websecure alone`},
		"a route for all":      {matched("PathPrefix(`/`)"), "got the match \"PathPrefix(`/`)\""},
		"a route with another": {matched("Host(`a.example.com`) && PathPrefix(`/x`) || PathPrefix(`/y`)"), "want one for one name"},
		"TCP":                  {made("IngressRouteTCP", "a", "t", spec{Nothing: map[string]string{"a": "b"}}), "got a kind that is not read here"},
		"a gateway":            {made("HTTPRoute", "a", "t", spec{Nothing: map[string]string{"a": "b"}}), "got a kind that is not read here"},
		"a load balancer":      {service("LoadBalancer"), `got a service of the type "LoadBalancer"`},
		"a port of the node":   {service("NodePort"), `got a service of the type "NodePort"`},
		"a chart's service":    {chart("service", map[string]any{"type": "NodePort"}), `values.deep.service: got a service of the type "NodePort"`},
		"a chart's route":      {chart("route", map[string]any{"main": on}), "values.deep.route: got a way in that is not read here"},
		"a chart's gateway":    {chart("gateway", on), "values.deep.gateway: got a way in that is not read here"},
		"a chart without host": {chart("ingress", map[string]any{"enabled": true, "ingressClassName": "nginx"}), "values.deep.ingress: got no hosts"},
		"a whole object": {values(map[string]any{"extra": []any{map[string]any{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress"}}}),
			"values.extra[0]: got a whole Ingress"},
		"Traefik's own": {made("HelmChartConfig", "kube-system", "traefik", spec{Content: `{"ingressRoute":{"dashboard":{"enabled":true}}}`}),
			"valuesContent.ingressRoute: got a way in that is not read here"},
		"not JSON": {made("HelmChartConfig", "kube-system", "traefik", spec{Content: "a: b"}), "got values that are no JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Hosts(recorded(t, c.program)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
