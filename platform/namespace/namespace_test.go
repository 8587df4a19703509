package namespace

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const policyToken = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

func valid() *Args {
	return &Args{
		Name: "shop", Level: Restricted, APIServer: netip.MustParseAddrPort("10.0.1.10:6443"),
		From: []Edge{{Name: "ingress", Peer: Pods("kube-system", map[string]string{"app.kubernetes.io/name": "traefik"}), Ports: []int{8080}}},
		To: []Edge{
			{Name: "database", Peer: Pods("postgres", nil), Ports: []int{5432}},
			{Name: "internet", Peer: Internet(), Ports: []int{443}},
		},
		Quota: &Quota{
			Total:     footprint.Resources{CPU: 500, Memory: 256, MemoryLimit: 512},
			Container: footprint.Resources{CPU: 25, Memory: 64, MemoryLimit: 128}, Pods: 10, DiskGiB: 1,
		},
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "shop", args)
		return err
	}
}

func TestNamespace(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	for name, want := range map[string]string{
		"default-deny": `"podSelector":{},"policyTypes":["Ingress","Egress"]}`,
		"within":       `"egress":[{"to":[{"podSelector":{}}]}],"ingress":[{"from":[{"podSelector":{}}]}]`,
		"dns":          `"ports":[{"port":53,"protocol":"UDP"},{"port":53,"protocol":"TCP"}],"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}]`,
		"api-server":   `"egress":[{"ports":[{"port":6443,"protocol":"TCP"}],"to":[{"ipBlock":{"cidr":"10.0.1.10/32"}}]}]`,
		"ingress":      `"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"app.kubernetes.io/name":"traefik"}}}],"ports":[{"port":8080,"protocol":"TCP"}]}]`,
		"database":     `"egress":[{"ports":[{"port":5432,"protocol":"TCP"}],"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"postgres"}}}]}]`,
		"internet":     `"ipBlock":{"cidr":"0.0.0.0/0","except":["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16","169.254.0.0/16"]}`,
	} {
		got := g.Get(t, policyToken, "shop-"+name).JSON(t, "")
		if !strings.Contains(got, want) || !strings.Contains(got, `"podSelector":{},"policyTypes":[`) {
			t.Errorf("%s: got %s, want it to hold %s for all pods", name, got, want)
		}
		if one := strings.Contains(want, `"ingress":`) != strings.Contains(want, `"egress":`); one && strings.Contains(got, `"Ingress","Egress"`) {
			t.Errorf("%s: got %s, want one direction", name, got)
		}
	}
	want := `{"apiVersion":"v1","kind":"Namespace","metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted","pod-security.kubernetes.io/enforce-version":"latest"},"name":"shop"}}`
	if got := g.Get(t, "kubernetes:core/v1:Namespace", "shop").JSON(t, ""); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want = `"hard":{"limits.memory":"512Mi","pods":"10","requests.cpu":"500m","requests.memory":"256Mi","requests.storage":"1Gi","services.loadbalancers":"0","services.nodeports":"0"}`
	if got := g.Get(t, "kubernetes:core/v1:ResourceQuota", "shop-quota").JSON(t, ""); !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	want = `{"default":{"memory":"128Mi"},"defaultRequest":{"cpu":"25m","memory":"64Mi"},"type":"Container"}`
	if got := g.Get(t, "kubernetes:core/v1:LimitRange", "shop-limits").JSON(t, ""); !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, r := range g.Resources {
		if r.Custom && r.Type != "kubernetes:core/v1:Namespace" && !strings.Contains(strings.Join(r.Dependencies, " "), "kubernetes:core/v1:Namespace shop") {
			t.Errorf("%s: got dependencies %q, want the namespace", r.Name, r.Dependencies)
		}
	}
}

func TestPlatformNamespaceHasNoQuota(t *testing.T) {
	g := graph.CheckComponent(t, program(&Args{Name: "shop", Level: Privileged}))
	for _, r := range g.Resources {
		if strings.HasSuffix(r.Type, ":ResourceQuota") || strings.HasSuffix(r.Type, ":LimitRange") || r.Name == "shop-api-server" {
			t.Errorf("got %s %s, want none", r.Type, r.Name)
		}
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{
		Name: "kube-system", Level: "open",
		From: []Edge{{Name: "dns", Peer: Internet()}, {Name: "A"}},
		To: []Edge{
			{Name: "pods", Peer: Pods("a", nil)}, {Name: "pods", Peer: Pods("b", nil), Ports: []int{0}},
		},
		Quota: &Quota{Container: footprint.Resources{Memory: 10, MemoryLimit: 5}, DiskGiB: -1},
	}), `name: got "kube-system", which is Kubernetes' own`, `level: got "open"`, `edge "dns": got a second one`,
		`edge "A": got a name that is no DNS label`, `edge "A": got no peer`, `edge "pods": got no port`, `edge "pods": got a second one`,
		`edge "pods": got port 0`, "container: got 10 MiB and a limit of 5", "total: got 0 MiB", "pods: got 0", "diskGiB: got less")
	graph.CheckRefused(t, program(&Args{Name: "A_b", Level: Baseline}), `name: got "A_b", want a DNS label`)
}
