package certificates

import (
	"fmt"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	canary           = "zone-token-that-nobody-may-see"
	issuerToken      = "kubernetes:cert-manager.io/v1:ClusterIssuer"
	certificateToken = "kubernetes:cert-manager.io/v1:Certificate"
	releaseToken     = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"
	sourceToken      = "kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository"
	namespaceToken   = "kubernetes:core/v1:Namespace"
	secretToken      = "kubernetes:core/v1:Secret"
)

func valid(zone bool) *Args {
	a := &Args{
		Namespace: "cert-manager", Version: "v1.21.2", SolverVersion: "0.9.0", Domain: "cloud.example.com", CertificateNamespace: "kube-system",
		Issuer: Production, Email: "you@example.com", PriorityClass: "lvs-system", Size: SizeFor(footprint.Lean),
	}
	if zone {
		a.ZoneToken = pulumi.String(canary)
	} else {
		a.Hosts = []string{"grafana", "registry"}
	}
	return a
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "certificates", args)
		return err
	}
}

func TestWithZone(t *testing.T) {
	g := graph.CheckComponent(t, program(valid(true)))
	for name, server := range map[string]string{"letsencrypt-production": "acme-v02", "letsencrypt-staging": "acme-staging-v02"} {
		want := `{"acme":{"email":"you@example.com","privateKeySecretRef":{"name":"` + name + `-account"},"server":"https://` + server + `.api.letsencrypt.org/directory",` +
			`"solvers":[{"dns01":{"webhook":{"config":{"tokenSecretKeyRef":{"key":"token","name":"hetzner-zone"}},"groupName":"acme.hetzner.com","solverName":"hetzner"}}}]}}`
		if got := g.Get(t, issuerToken, "certificates-"+name).JSON(t, "spec"); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	certificate := g.Get(t, certificateToken, "certificates-default")
	want := `{"dnsNames":["cloud.example.com","*.cloud.example.com"],"issuerRef":{"group":"cert-manager.io","kind":"ClusterIssuer","name":"letsencrypt-production"},` +
		`"privateKey":{"algorithm":"ECDSA","rotationPolicy":"Always"},"secretName":"default-certificate"}`
	if got := certificate.JSON(t, "spec"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if meta := certificate.JSON(t, "metadata"); !strings.Contains(meta, `"pulumi.com/waitFor":"condition=Ready"`) {
		t.Errorf("got %s, want it waited for", meta)
	}
	want = `"values":{"cainjector":{"resources":{"limits":{"memory":"128Mi"},"requests":{"cpu":"10m","memory":"40Mi"}}},"crds":{"enabled":true,"keep":true},"dns01RecursiveNameserversOnly":true,` +
		`"global":{"priorityClassName":"lvs-system"},"resources":{"limits":{"memory":"128Mi"},"requests":{"cpu":"10m","memory":"40Mi"}},` +
		`"startupapicheck":{"enabled":false},"webhook":{"resources":{"limits":{"memory":"64Mi"},"requests":{"cpu":"5m","memory":"20Mi"}}}}`
	if got := g.Get(t, releaseToken, "certificates-manager").JSON(t, "spec"); !strings.Contains(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	want = `"values":{"certManager":{"namespace":"cert-manager"},"priorityClassName":"lvs-system","resources":{"limits":{"memory":"64Mi"},"requests":{"cpu":"5m","memory":"20Mi"}}}`
	if got := g.Get(t, releaseToken, "certificates-solver").JSON(t, "spec"); !strings.Contains(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestOrder names what must be there before what: a kind before its objects, a token before whoever uses it.
func TestOrder(t *testing.T) {
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		space, err := corev1.NewNamespace(ctx, "cert-manager", &corev1.NamespaceArgs{})
		if err != nil {
			return err
		}
		args := valid(true)
		args.After = []pulumi.Resource{space}
		_, err = New(ctx, "certificates", args)
		return err
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, edge := range [][4]string{
		{sourceToken, "certificates-manager-source", namespaceToken, "cert-manager"},
		{releaseToken, "certificates-manager", namespaceToken, "cert-manager"},
		{secretToken, "certificates-zone", namespaceToken, "cert-manager"},
		{releaseToken, "certificates-solver", releaseToken, "certificates-manager"},
		{issuerToken, "certificates-letsencrypt-production", releaseToken, "certificates-manager"},
		{issuerToken, "certificates-letsencrypt-staging", releaseToken, "certificates-manager"},
		{issuerToken, "certificates-letsencrypt-production", releaseToken, "certificates-solver"},
		{issuerToken, "certificates-letsencrypt-production", secretToken, "certificates-zone"},
		{certificateToken, "certificates-default", issuerToken, "certificates-letsencrypt-production"},
	} {
		if got := strings.Join(g.Get(t, edge[0], edge[1]).Dependencies, "|") + "|"; !strings.Contains(got, edge[2]+" "+edge[3]+"|") {
			t.Errorf("%s: got it after %s, want it after %s %s", edge[1], got, edge[2], edge[3])
		}
	}
}

func TestTokenIsInOneSecretAlone(t *testing.T) {
	g := graph.CheckComponent(t, program(valid(true)))
	data := g.Get(t, secretToken, "certificates-zone").Inputs["stringData"]
	if !data.ContainsSecrets() || !strings.Contains(data.String(), canary) {
		t.Errorf("got %v, want the token as a secret", data)
	}
	for _, r := range g.Resources {
		if r.Type != secretToken && strings.Contains(fmt.Sprint(r.Inputs), canary) {
			t.Errorf("%s %s: got the token in it, want a reference", r.Type, r.Name)
		}
	}
}

func TestWithoutZone(t *testing.T) {
	args := valid(false)
	args.Issuer, args.Email = Staging, ""
	g := graph.CheckComponent(t, program(args))
	want := `{"acme":{"privateKeySecretRef":{"name":"letsencrypt-staging-account"},"server":"https://acme-staging-v02.api.letsencrypt.org/directory","solvers":[{"http01":{"ingress":{"ingressClassName":"traefik"}}}]}}`
	if got := g.Get(t, issuerToken, "certificates-letsencrypt-staging").JSON(t, "spec"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	certificate := g.Get(t, certificateToken, "certificates-default")
	if got, want := certificate.JSON(t, "spec"), `{"dnsNames":["cloud.example.com","grafana.cloud.example.com","registry.cloud.example.com"],"issuerRef":{"group":"cert-manager.io","kind":"ClusterIssuer","name":"letsencrypt-staging"}`; !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	if certificate.Inputs["metadata"].ObjectValue().HasValue("annotations") {
		t.Errorf("got %v, want a certificate that is not waited for", certificate.Inputs["metadata"])
	}
	for _, r := range g.Resources {
		if r.Name == "certificates-solver" || r.Type == secretToken {
			t.Errorf("got %s %s, want none without a zone", r.Type, r.Name)
		}
	}
}

func TestFootprint(t *testing.T) {
	for _, p := range []footprint.Profile{footprint.Lean, footprint.Standard} {
		s := SizeFor(p)
		for zone, pods := range map[bool][]footprint.Resources{false: {s.Controller, s.CAInjector, s.Webhook}, true: {s.Controller, s.CAInjector, s.Webhook, s.Solver}} {
			parts := s.Footprint(zone).Parts
			if len(parts) != len(pods) {
				t.Fatalf("%s: got %+v, want a part for each pod", p, parts)
			}
			for i, part := range parts {
				if part.Resources != pods[i] || part.Replicas != 1 || part.Memory < 1 || part.MemoryLimit < part.Memory {
					t.Errorf("%s: got %+v, want %+v once", p, part, pods[i])
				}
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{
		Domain: "localhost", ZoneToken: pulumi.String("x"), Hosts: []string{"a.b", "c", "c"}, Issuer: "me", Email: "You <you@example.com>",
	}), `namespace: got ""`, `certificateNamespace: got ""`, `priorityClass: got ""`, "version: got none", "solverVersion: got none", `domain: got "localhost"`,
		`hosts: got ["a.b" "c" "c"] besides a zone`, `hosts: got "a.b", want one label`, `hosts: got "c", want one label, once`, `issuer: got "me"`,
		`email: got "You <you@example.com>"`, "size: got none")
}
