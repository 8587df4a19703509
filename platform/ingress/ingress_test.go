package ingress

import (
	"encoding/json"
	"net/netip"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "ingress", args)
		return err
	}
}

// rendered reads the values back as Helm would, into plain maps.
func rendered(t *testing.T, args *Args) map[string]any {
	t.Helper()
	g := graph.CheckComponent(t, program(args))
	r := g.Get(t, "kubernetes:helm.cattle.io/v1:HelmChartConfig", "ingress-traefik")
	meta := r.Inputs["metadata"].ObjectValue()
	if meta["name"].StringValue() != "traefik" || meta["namespace"].StringValue() != "kube-system" {
		t.Errorf("got %v, want the name and namespace of k3s' own chart", meta)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(r.Inputs["spec"].ObjectValue()["valuesContent"].StringValue()), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestIngress(t *testing.T) {
	v := rendered(t, &Args{Size: SizeFor(footprint.Lean), TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}})
	arguments, _ := v["additionalArguments"].([]any)
	delete(v, "additionalArguments")
	got, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"resources":{"limits":{"memory":"160Mi"},"requests":{"cpu":"50m","memory":"64Mi"}},"service":{"spec":{"externalTrafficPolicy":"Local"}}}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, want := range []string{
		"--entrypoints.web.http.redirections.entrypoint.to=:443", "--entrypoints.web.http.redirections.entrypoint.scheme=https",
		"--entrypoints.websecure.transport.respondingtimeouts.readtimeout=0s", "--accesslog.fields.headers.defaultmode=drop",
		"--entrypoints.websecure.http.middlewares=kube-system-rate-limit@kubernetescrd,kube-system-security-headers@kubernetescrd",
		"--api.dashboard=true", "--api.disabledashboardad=true", "--metrics.prometheus.entrypoint=metrics",
		"--metrics.prometheus.addentrypointslabels=true", "--metrics.prometheus.addserviceslabels=true", "--metrics.prometheus.addrouterslabels=false",
		"--entrypoints.web.forwardedheaders.trustedips=192.0.2.0/24,2001:db8::/32",
		"--entrypoints.websecure.forwardedheaders.trustedips=192.0.2.0/24,2001:db8::/32",
	} {
		if !slices.Contains(arguments, any(want)) {
			t.Errorf("got %q, want %s among them", arguments, want)
		}
	}
	if len(arguments) != 16 {
		t.Errorf("got %d arguments, want 16: %q", len(arguments), arguments)
	}
}

func TestNobodyIsTrustedByDefault(t *testing.T) {
	if got := rendered(t, &Args{Size: SizeFor(footprint.Standard)})["additionalArguments"].([]any); len(got) != 14 {
		t.Errorf("got %q, want none about forwarded headers", got)
	}
}

// TestEveryHost holds what each host gets, and that Traefik is told of it only once it is there.
func TestEveryHost(t *testing.T) {
	const middlewareToken, storeToken = "kubernetes:traefik.io/v1alpha1:Middleware", "kubernetes:traefik.io/v1alpha1:TLSStore"
	g := graph.CheckComponent(t, program(&Args{Size: SizeFor(footprint.Lean), CertificateName: "default-certificate"}))
	config := g.Get(t, "kubernetes:helm.cattle.io/v1:HelmChartConfig", "ingress-traefik")
	for _, want := range []struct{ token, name, called, spec string }{
		{middlewareToken, "ingress-rate-limit", "rate-limit", `{"rateLimit":{"average":100,"burst":200}}`},
		{middlewareToken, "ingress-security-headers", "security-headers", `{"headers":{"contentTypeNosniff":true,"customFrameOptionsValue":"SAMEORIGIN",` +
			`"permissionsPolicy":"camera=(), microphone=(), geolocation=()","referrerPolicy":"strict-origin-when-cross-origin","stsSeconds":31536000}}`},
		{storeToken, "ingress-tls-store", "default", `{"defaultCertificate":{"secretName":"default-certificate"}}`},
	} {
		r := g.Get(t, want.token, want.name)
		if got := r.JSON(t, "spec"); got != want.spec {
			t.Errorf("%s: got %s, want %s", want.name, got, want.spec)
		}
		if got := r.JSON(t, "metadata"); got != `{"name":"`+want.called+`","namespace":"kube-system"}` {
			t.Errorf("%s: got %s, want it called %s, beside Traefik", want.name, got, want.called)
		}
		if !slices.Contains(config.Dependencies, want.token+" "+want.name) {
			t.Errorf("traefik: got it after %q, want it after %s", config.Dependencies, want.name)
		}
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{CertificateName: "a.b", TrustedProxies: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("192.0.2.1/24")}}),
		"size: got 0 MiB", `certificateName: got "a.b"`, "trustedProxies: got 0.0.0.0/0", "trustedProxies: got 192.0.2.1/24")
}

func TestFootprint(t *testing.T) {
	for _, p := range []footprint.Profile{footprint.Lean, footprint.Standard} {
		if f := SizeFor(p).Footprint(); len(f.Parts) != 1 || f.Parts[0].Replicas != 1 || f.Parts[0].Resources != SizeFor(p).Traefik {
			t.Errorf("%s: got %+v, want what the values say", p, f)
		}
	}
}
