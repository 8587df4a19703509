package flux

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/script"
	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	chartToken      = "kubernetes:helm.cattle.io/v1:HelmChart"
	commandToken    = "command:remote:Command"
	instanceToken   = "kubernetes:fluxcd.controlplane.io/v1:FluxInstance"
	sourceToken     = "kubernetes:source.toolkit.fluxcd.io/v1:GitRepository"
	automationToken = "kubernetes:image.toolkit.fluxcd.io/v1:ImageUpdateAutomation"
	receiverToken   = "kubernetes:notification.toolkit.fluxcd.io/v1:Receiver"
	providerToken   = "kubernetes:notification.toolkit.fluxcd.io/v1beta3:Provider"
	alertToken      = "kubernetes:notification.toolkit.fluxcd.io/v1beta3:Alert"
	ingressToken    = "kubernetes:networking.k8s.io/v1:Ingress"
	secretToken     = "kubernetes:core/v1:Secret"
	passwordToken   = "random:index/randomPassword:RandomPassword"
	namespaceToken  = "kubernetes:core/v1:Namespace"
)

func valid() *Args {
	return &Args{
		Namespace: "flux-system", OperatorVersion: "0.61.0", Version: "2.9.6", PriorityClass: "lvs-gitops", Size: SizeFor(footprint.Lean),
		Connection: remote.ConnectionArgs{Host: pulumi.String("192.0.2.1"), HostKey: pulumi.String("ssh-ed25519 AAAA")},
	}
}

func withKey() *Args {
	args := valid()
	args.Git = &Git{URL: "ssh://git@github.com/you/cloud.git", Branch: "main", HookHost: "hooks.cloud.example.com"}
	return args
}

func withApp() *Args {
	args := withKey()
	args.Git.URL, args.Git.App = "https://github.com/you/cloud", &App{ID: 12, PrivateKey: pulumi.String(appCanary)}
	return args
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "flux", args)
		return err
	}
}

// specs checks the whole content of objects.
func specs(t *testing.T, g *graph.Graph, want map[[2]string]string) {
	t.Helper()
	for object, want := range want {
		if got := g.Get(t, object[0], object[1]).JSON(t, "spec"); got != want {
			t.Errorf("%s: got  %s\nwant %s", object[1], got, want)
		}
	}
}

func TestFluxWithoutARepository(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	specs(t, g, map[[2]string]string{
		{chartToken, "flux-operator"}: `{"chart":"oci://ghcr.io/controlplaneio-fluxcd/charts/flux-operator","targetNamespace":"flux-system",` +
			`"values":{"extraEnvs":[{"name":"GOMEMLIMIT","value":"230MiB"}],"priorityClassName":"lvs-gitops",` +
			`"resources":{"limits":{"memory":"256Mi"},"requests":{"cpu":"10m","memory":"40Mi"}},"web":{"enabled":false}},"version":"0.61.0"}`,
	})
	if got, want := g.Get(t, chartToken, "flux-operator").JSON(t, "metadata"), `{"name":"flux-operator","namespace":"kube-system"}`; got != want {
		t.Errorf("chart: got %s, want %s, where k3s looks for it", got, want)
	}
	instance := g.Get(t, instanceToken, "flux-instance")
	want := `{"annotations":{"pulumi.com/waitFor":"condition=Ready"},"name":"flux","namespace":"flux-system"}`
	if got := instance.JSON(t, "metadata"); got != want {
		t.Errorf("instance: got %s, want %s", got, want)
	}
	want = `{"cluster":{"multitenant":false,"networkPolicy":false,"type":"kubernetes"},"components":["source-controller","kustomize-controller",` +
		`"helm-controller","notification-controller","image-reflector-controller","image-automation-controller"],` +
		`"distribution":{"registry":"ghcr.io/fluxcd","version":"2.9.6"},"kustomize":{"patches":[`
	if got := instance.JSON(t, "spec"); !strings.HasPrefix(got, want) {
		t.Errorf("instance: got  %s\nwant %s", got, want)
	}
	for setting, want := range map[string]string{"DEFINITIONS": "fluxinstances.fluxcd.controlplane.io", "CHART": "flux-operator", "VERSION": "0.61.0"} {
		if got, ok := script.Setting(g.Get(t, commandToken, "flux-definitions").Inputs, setting); got != want || !ok {
			t.Errorf("gate: %s: got %q, want %q", setting, got, want)
		}
	}
	for _, r := range g.Resources {
		switch r.Type {
		case typeToken, chartToken, commandToken, instanceToken:
		default:
			t.Errorf("got %s %s, want nothing of git without a repository", r.Type, r.Name)
		}
	}
}

func TestPatches(t *testing.T) {
	args := valid()
	spec, err := args.instance()
	if err != nil {
		t.Fatal(err)
	}
	const head = `[{"op":"add","path":"/spec/template/spec/priorityClassName","value":"lvs-gitops"},` +
		`{"op":"replace","path":"/spec/template/spec/containers/0/resources","value":`
	const workers = `},{"op":"add","path":"/spec/template/spec/containers/0/args/-","value":"--concurrent=2"},` +
		`{"op":"add","path":"/spec/template/spec/containers/0/args/-","value":"--requeue-dependency=10s"}]`
	for i, want := range []patch{
		{`{"$patch":"delete","apiVersion":"v1","kind":"Namespace","metadata":{"name":"all"}}`, target{Kind: "Namespace"}},
		{head + `{"requests":{"cpu":"20m","memory":"60Mi"},"limits":{"memory":"256Mi"}}}]`, target{"Deployment", "source-controller"}},
		{head + `{"requests":{"cpu":"20m","memory":"40Mi"},"limits":{"memory":"192Mi"}}` + workers, target{"Deployment", "kustomize-controller"}},
		{head + `{"requests":{"cpu":"20m","memory":"60Mi"},"limits":{"memory":"320Mi"}}` + workers, target{"Deployment", "helm-controller"}},
		{head + `{"requests":{"cpu":"5m","memory":"20Mi"},"limits":{"memory":"96Mi"}}}]`, target{"Deployment", "notification-controller"}},
		{head + `{"requests":{"cpu":"10m","memory":"50Mi"},"limits":{"memory":"160Mi"}}}]`, target{"Deployment", "image-reflector-controller"}},
		{head + `{"requests":{"cpu":"5m","memory":"30Mi"},"limits":{"memory":"160Mi"}}}]`, target{"Deployment", "image-automation-controller"}},
	} {
		if i >= len(spec.Kustomize.Patches) || spec.Kustomize.Patches[i] != want {
			t.Errorf("got  %+v\nwant %+v at %d", spec.Kustomize.Patches, want, i)
		}
	}
	if got := len(spec.Kustomize.Patches); got != 1+len(spec.Components) {
		t.Errorf("got %d patches, want one for each controller and one for the namespace", got)
	}
}

// TestOrder names what must be there before what, from the namespace to the objects of Flux.
func TestOrder(t *testing.T) {
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		space, err := corev1.NewNamespace(ctx, "space", &corev1.NamespaceArgs{})
		if err != nil {
			return err
		}
		args := withKey()
		args.After, args.Git.StatusToken = []pulumi.Resource{space}, pulumi.String("x")
		f, err := New(ctx, "flux", args)
		if err != nil {
			return err
		}
		_, err = corev1.NewConfigMap(ctx, "release", &corev1.ConfigMapArgs{}, pulumi.DependsOn(f.Ready))
		return err
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, edge := range [][4]string{
		{chartToken, "flux-operator", namespaceToken, "space"},
		{commandToken, "flux-definitions", chartToken, "flux-operator"},
		{instanceToken, "flux-instance", commandToken, "flux-definitions"},
		{"kubernetes:core/v1:ConfigMap", "release", instanceToken, "flux-instance"},
		{secretToken, "flux-git", namespaceToken, "space"},
		{secretToken, "flux-hook-token", namespaceToken, "space"},
		{secretToken, "flux-status-token", namespaceToken, "space"},
		{sourceToken, "flux-source", instanceToken, "flux-instance"},
		{sourceToken, "flux-source", secretToken, "flux-git"},
		{automationToken, "flux-automation", sourceToken, "flux-source"},
		{automationToken, "flux-automation", instanceToken, "flux-instance"},
		{providerToken, "flux-status", secretToken, "flux-status-token"},
		{providerToken, "flux-status", instanceToken, "flux-instance"},
		{alertToken, "flux-statuses", providerToken, "flux-status"},
		{receiverToken, "flux-hook", secretToken, "flux-hook-token"},
		{receiverToken, "flux-hook", instanceToken, "flux-instance"},
		{ingressToken, "flux-hook", instanceToken, "flux-instance"},
	} {
		if got := strings.Join(g.Get(t, edge[0], edge[1]).Dependencies, "|") + "|"; !strings.Contains(got, edge[2]+" "+edge[3]+"|") {
			t.Errorf("%s: got it after %s, want it after %s %s", edge[1], got, edge[2], edge[3])
		}
	}
}

// Nothing that stands on git is waited for: the key is added by a person, after all of this.
func TestGitIsNeverWaitedFor(t *testing.T) {
	for _, args := range []*Args{withKey(), withApp()} {
		for _, r := range graph.CheckComponent(t, program(args)).Resources {
			meta := fmt.Sprint(r.Inputs["metadata"])
			if waits := strings.Contains(meta, "pulumi.com/waitFor"); waits != (r.Type == instanceToken) {
				t.Errorf("%s %s: got it waited for: %t, want that of the instance alone", r.Type, r.Name, waits)
			}
			if r.Type == ingressToken && !strings.Contains(meta, "pulumi.com/skipAwait") {
				t.Errorf("ingress: got %s, want it not waited for, which the provider does by itself", meta)
			}
		}
	}
}

func TestFootprint(t *testing.T) {
	for p, most := range map[footprint.Profile]int{footprint.Lean: 300, footprint.Standard: 512} {
		args := valid()
		args.Size = SizeFor(p)
		rendered := fmt.Sprint(graph.CheckComponent(t, program(args)).Get(t, instanceToken, "flux-instance").Inputs)
		memory, cpu := 0, 0
		for _, part := range args.Size.Footprint().Parts {
			if part.Replicas != 1 || part.Memory < 1 || part.MemoryLimit < part.Memory || part.CPU < 1 {
				t.Errorf("%s: got %+v, want it once, with a limit no less than its promise", p, part)
			}
			amounts := fmt.Sprintf(`"memory":"%dMi"},"limits":{"memory":"%dMi"}`, part.Memory, part.MemoryLimit)
			if part.Name != "operator" && !strings.Contains(rendered, amounts) {
				t.Errorf("%s: %s: got no %s in %s", p, part.Name, amounts, rendered)
			}
			memory, cpu = memory+part.Memory, cpu+part.CPU
		}
		if memory > most || p == footprint.Lean && cpu > 100 {
			t.Errorf("%s: got %d MiB and %dm, want at most %d MiB and, lean, 100m", p, memory, cpu, most)
		}
	}
}

func secretData(t *testing.T, g *graph.Graph, name string) resource.PropertyMap {
	t.Helper()
	data := g.Get(t, secretToken, name).Inputs["stringData"]
	if !data.IsSecret() {
		t.Fatalf("%s: got its content readable, want a secret", name)
	}
	return data.SecretValue().Element.ObjectValue()
}
