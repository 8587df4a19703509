package home

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	configToken     = "kubernetes:core/v1:ConfigMap"
	deploymentToken = "kubernetes:apps/v1:Deployment"
	serviceToken    = "kubernetes:core/v1:Service"
	namespaceToken  = "kubernetes:core/v1:Namespace"
)

func valid() *Args {
	return &Args{
		Namespace: "home", Image: "docker.io/glanceapp/glance:v0.8.4", PriorityClass: "lvs-observability", Size: SizeFor(footprint.Lean), Title: "Cloud",
		Groups: []Group{
			{"Platform", []Site{
				{"Prometheus", "https://prometheus.example.com", Check{Namespace: "monitoring", Service: "prometheus", Port: 9090, Path: "/-/healthy"}},
				{"Registry", "https://registry.example.com", Check{Namespace: "registry", Service: "registry", Port: 5000, Path: "/v2/", Status: 401}},
				{"Longhorn", "https://longhorn.example.com/#/volume?a=b&c", Check{
					Namespace: "longhorn-system", Service: "webhook", Port: 443, PodPort: 9502, Path: "/v1/healthz", Status: 200, OwnCertificate: true,
				}},
			}},
			{"Nothing", nil},
			{"Applications", []Site{
				{"Lamp", "https://lamp.example.com", Check{Namespace: "monitoring", Service: "lamp", Port: 80, PodPort: 9090, Path: "/healthz"}},
			}},
		},
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "page", args)
		return err
	}
}

const wantConfig = `{"branding":{"app-name":"Cloud"},"pages":[{"columns":[{"size":"full","widgets":[` +
	`{"cache":"60s","sites":[` +
	`{"check-url":"http://prometheus.monitoring.svc.cluster.local:9090/-/healthy","timeout":"3s","title":"Prometheus","url":"https://prometheus.example.com"},` +
	`{"alt-status-codes":[401],"check-url":"http://registry.registry.svc.cluster.local:5000/v2/","timeout":"3s","title":"Registry","url":"https://registry.example.com"},` +
	`{"allow-insecure":true,"check-url":"https://webhook.longhorn-system.svc.cluster.local:443/v1/healthz","timeout":"3s","title":"Longhorn",` +
	`"url":"https://longhorn.example.com/#/volume?a=b\u0026c"}],"title":"Platform","type":"monitor"},` +
	`{"cache":"60s","sites":[{"check-url":"http://lamp.monitoring.svc.cluster.local:80/healthz","timeout":"3s","title":"Lamp","url":"https://lamp.example.com"}],` +
	`"title":"Applications","type":"monitor"}]}],"hide-desktop-navigation":true,"name":"Cloud","width":"slim"}],"server":{"port":8080,"proxied":true}}`

func TestHome(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	config := g.Get(t, configToken, "page")
	if got, want := config.JSON(t, "metadata"), `{"labels":{"app.kubernetes.io/name":"home"},"name":"home","namespace":"home"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	text := config.Inputs["data"].ObjectValue()["glance.yml"].StringValue()
	var plain any
	if err := json.Unmarshal([]byte(text), &plain); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != wantConfig {
		t.Errorf("got  %s\nwant %s", got, wantConfig)
	}
	if same, err := valid().Config(); err != nil || same != text {
		t.Errorf("got %q and %v, want what the ConfigMap holds", same, err)
	}
	pod := g.Get(t, deploymentToken, "page").JSON(t, "spec")
	for _, want := range []string{
		`"image":"docker.io/glanceapp/glance:v0.8.4"`, `"runAsUser":65532`, `"priorityClassName":"lvs-observability"`, `"httpGet":{"path":"/api/healthz","port":8080,`,
		`"resources":{"limits":{"memory":"64Mi"},"requests":{"cpu":"5m","memory":"22Mi"}}`,
		`"volumeMounts":[{"mountPath":"/app/config","name":"files-0","readOnly":true}]`, `"volumes":[{"configMap":{"defaultMode":288,"name":"home"},"name":"files-0"}]`,
	} {
		if !strings.Contains(pod, want) {
			t.Errorf("got %s, want %s", pod, want)
		}
	}
	if strings.Contains(pod, `"command"`) || strings.Contains(pod, `"args"`) {
		t.Errorf("got %s, want the image's own command", pod)
	}
	if got := g.Get(t, serviceToken, "page").JSON(t, "spec"); !strings.Contains(got, `"port":8080`) {
		t.Errorf("got %s, want it at %d", got, Port)
	}
}

// TestAnotherConfigurationIsAnotherPod also tells that the same one is the same pod.
func TestAnotherConfigurationIsAnotherPod(t *testing.T) {
	revision := func(args *Args) string {
		_, after, _ := strings.Cut(graph.CheckComponent(t, program(args)).Get(t, deploymentToken, "page").JSON(t, "spec"), `"lvs-cloud/revision":"`)
		revision, _, _ := strings.Cut(after, `"`)
		return revision
	}
	other := valid()
	other.Groups[0].Sites[0].Check.Path = "/-/ready"
	if one := revision(valid()); one == "" || one != revision(valid()) || one == revision(other) {
		t.Errorf("got %q, %q and %q, want another one with another configuration alone", one, revision(valid()), revision(other))
	}
}

func TestOrder(t *testing.T) {
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		space, err := corev1.NewNamespace(ctx, "home", &corev1.NamespaceArgs{})
		if err != nil {
			return err
		}
		args := valid()
		args.After = []pulumi.Resource{space}
		return program(args)(ctx)
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, edge := range [][2]string{
		{configToken, namespaceToken + " home"}, {deploymentToken, namespaceToken + " home"}, {serviceToken, namespaceToken + " home"},
		{deploymentToken, configToken + " page"},
	} {
		if got := g.Get(t, edge[0], "page").Dependencies; !slices.Contains(got, edge[1]) {
			t.Errorf("%s: got it after %q, want it after %s", edge[0], got, edge[1])
		}
	}
}

func TestReaches(t *testing.T) {
	want := []Reach{{"monitoring", 9090}, {"registry", 5000}, {"longhorn-system", 9502}}
	if got := Reaches(valid().Groups); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{Namespace: "a.b", Title: " x"}), `namespace: got "a.b"`, `priorityClass: got ""`, "image: got none",
		"size: got", `title: got " x"`, "groups: got none with a site")
	args := valid()
	args.Groups = []Group{
		{"P", []Site{{"A ${HOME}", "http://a.example.com", Check{Namespace: "a.b", Service: "", Port: 0, PodPort: -1, Path: "x", Status: 42}}}},
		{"P", []Site{{"B", "https://b.example.com", Check{}}, {"B", "https://u:p@b.example.com", Check{}}}},
	}
	graph.CheckRefused(t, program(args), `groups: got the name "P"`, `groups: P: got the title "A ${HOME}"`, `groups: P: got the title "B", want one line, once`,
		`groups: P: A ${HOME}: got the URL "http://a.example.com"`, `got the URL "https://u:p@b.example.com"`, `check.namespace: got "a.b"`,
		`check.service: got ""`, "check.port: got 0", "check.podPort: got -1", `check.path: got "x"`, "check.status: got 42")
	if _, err := args.Config(); err == nil || !strings.Contains(err.Error(), "check.port: got 0") {
		t.Errorf("got %v, want the configuration refused as well", err)
	}
}

func TestFootprint(t *testing.T) {
	for _, p := range []footprint.Profile{footprint.Lean, footprint.Standard} {
		if f := SizeFor(p).Footprint(); len(f.Parts) != 1 || f.Parts[0].Replicas != 1 || f.Parts[0].Resources != SizeFor(p).Page {
			t.Errorf("%s: got %+v, want what the pod is given", p, f)
		}
	}
}
