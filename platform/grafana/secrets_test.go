package grafana

import (
	"fmt"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
	"github.com/lvs-cloud/lvs-cloud/platform/dashboards"
)

// TestSecretsAreInTheSecretAlone looks for them in everything else.
func TestSecretsAreInTheSecretAlone(t *testing.T) {
	g := graph.CheckComponent(t, program(valid(t)))
	password := strings.Repeat("a-password", 7)
	for _, r := range g.Resources {
		text := fmt.Sprint(r.Inputs)
		if r.Type != secretToken {
			if strings.Contains(text, canary) || strings.Contains(text, password) {
				t.Errorf("%s %s: got a secret in it, want a reference", r.Type, r.Name)
			}
			continue
		}
		data := r.Inputs["stringData"]
		if !data.ContainsSecrets() {
			t.Errorf("got %v, want a secret", data)
		}
		for _, want := range []string{"admin-user:{local-admin}", "admin-password:{" + password, "encryption-key:{" + password, "client-secret:{" + canary} {
			if !strings.Contains(text, want) {
				t.Errorf("got %s, want %s", text, want)
			}
		}
	}
	for _, what := range []string{"admin", "encryption"} {
		if got := g.Get(t, passwordToken, "grafana-"+what).JSON(t, ""); got != `{"length":40,"special":false}` {
			t.Errorf("%s: got %s, want 40 letters and digits", what, got)
		}
	}
}

// TestOutputs hands them on as a program does.
func TestOutputs(t *testing.T) {
	args := valid(t)
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		made, err := New(ctx, "grafana", args)
		if err != nil {
			return err
		}
		_, err = corev1.NewConfigMap(ctx, "reader", &corev1.ConfigMapArgs{Data: pulumi.StringMap{"url": made.URL, "password": made.AdminPassword}})
		return err
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	data := g.Get(t, configMapToken, "reader").Inputs["data"].ObjectValue()
	if got, want := data["url"], "https://grafana.cloud.example.com"; !got.IsString() || got.StringValue() != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if !data["password"].ContainsSecrets() {
		t.Errorf("got %v, want a secret", data["password"])
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	twice := &dashboards.Dashboard{UID: "a", Title: "A", From: "now-1h", Tag: dashboards.TagPlatform}
	wide := &dashboards.Dashboard{UID: "b", Title: "B", From: "now-1h", Rows: []dashboards.Row{{Panels: []dashboards.Panel{{Kind: dashboards.Stat, Title: "C", Width: 25}}}}}
	large := &dashboards.Dashboard{UID: "c", Title: "D", From: "now-1h", Description: strings.Repeat("x", 1<<20)}
	graph.CheckRefused(t, program(&Args{
		Namespace: "a.b", Version: "latest", ChartVersion: "1.x", Host: "localhost", PrometheusURL: "prometheus:9090", AlertmanagerURL: "ftp://a", LokiURL: "http://loki/",
		ScrapeInterval: 1, Size: Size{footprint.Resources{Memory: 2, MemoryLimit: 1}, 0},
		SignOn:  &SignOn{IssuerURL: "http://auth.example.com", ClientID: "a b", AdminGroup: "a' || 'b", EditorGroup: "c d"},
		Folders: []Folder{{"x", "X", []*dashboards.Dashboard{twice, twice}}, {"x", "", []*dashboards.Dashboard{wide}}, {"y", "Y", []*dashboards.Dashboard{large}}},
	}), `namespace: got "a.b"`, `version: got "latest"`, `chartVersion: got "1.x"`, `host: got "localhost"`, `prometheusURL: got "prometheus:9090"`,
		`alertmanagerURL: got "ftp://a"`, `lokiURL: got "http://loki/"`, "scrapeInterval: got 1ns", `storageClass: got ""`, `priorityClass: got ""`,
		"size: got 2 MiB and a limit of 1", "size: got a disk of 0 GiB", `signOn.issuerURL: got "http://auth.example.com"`, `signOn.clientID: got "a b"`,
		"signOn.clientSecret: got none", `signOn.adminGroup: got "a' || 'b"`, `signOn.editorGroup: got "c d"`, `got the dashboard "a" twice`, `got the name "x"`,
		"folders: x: got no title", "gridPos.w", "want at most 1032192")
}

func TestFootprint(t *testing.T) {
	for _, p := range []footprint.Profile{footprint.Lean, footprint.Standard} {
		f := SizeFor(p).Footprint()
		if len(f.Parts) != 1 || f.Parts[0].Resources != SizeFor(p).Grafana || f.Parts[0].Replicas != 1 {
			t.Errorf("%s: got %+v, want the pod once", p, f.Parts)
		}
		if len(f.Claims) != 1 || f.Claims[0].GiB != 1 {
			t.Errorf("%s: got %+v, want a claim of 1 GiB", p, f.Claims)
		}
	}
}
