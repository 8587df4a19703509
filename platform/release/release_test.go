package release

import (
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	releaseToken = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"
	helmToken    = "kubernetes:source.toolkit.fluxcd.io/v1:HelmRepository"
	ociToken     = "kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository"
)

type lampValues struct {
	Replicas int    `json:"replicas"`
	Colour   string `json:"colour,omitempty"`
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "lamp", args)
		return err
	}
}

func TestRelease(t *testing.T) {
	g := graph.CheckComponent(t, program(&Args{
		Namespace: "home", Chart: Chart{"https://charts.example.com", "lamp", "1.2.3"}, Values: lampValues{Replicas: 0},
		SecretValues: []SecretValue{{"lamp-key", "password", "auth.password"}}, Timeout: 90 * time.Second,
	}))
	release, source := g.Get(t, releaseToken, "lamp"), g.Get(t, helmToken, "lamp-source")
	if got, want := source.JSON(t, "spec"), `{"interval":"12h0m0s","timeout":"1m0s","url":"https://charts.example.com"}`; got != want {
		t.Errorf("source: got %s, want %s", got, want)
	}
	want := `{"chart":{"spec":{"chart":"lamp","interval":"12h0m0s","sourceRef":{"kind":"HelmRepository","name":"lamp"},"version":"1.2.3"}},` +
		`"driftDetection":{"mode":"enabled"},"install":{"crds":"CreateReplace","remediation":{"retries":3}},"interval":"30m0s","maxHistory":3,` +
		`"releaseName":"lamp","timeout":"1m30s","upgrade":{"crds":"CreateReplace","remediation":{"remediateLastFailure":true,"retries":3}},` +
		`"values":{"replicas":0},"valuesFrom":[{"kind":"Secret","name":"lamp-key","targetPath":"auth.password","valuesKey":"password"}]}`
	if got := release.JSON(t, "spec"); got != want {
		t.Errorf("release: got  %s\nwant %s", got, want)
	}
	for _, r := range []graph.Resource{release, source} {
		meta := r.JSON(t, "metadata")
		if want := `{"annotations":{"pulumi.com/waitFor":"condition=Ready"},"name":"lamp","namespace":"home"}`; meta != want {
			t.Errorf("%s: got %s, want %s", r.Type, meta, want)
		}
	}
	if got := strings.Join(release.Dependencies, " "); !strings.Contains(got, helmToken+" lamp-source") {
		t.Errorf("got the release after %q, want it after its source", got)
	}
}

func TestStatefulReleaseIsNeverUninstalled(t *testing.T) {
	g := graph.CheckComponent(t, program(&Args{
		Namespace: "home", Chart: Chart{"oci://registry.example.com/charts/", "lamp", "v1.2.3+a.b"}, Stateful: true,
	}))
	want := `{"interval":"12h0m0s","layerSelector":{"mediaType":"application/vnd.cncf.helm.chart.content.v1.tar+gzip","operation":"copy"},` +
		`"ref":{"tag":"v1.2.3_a.b"},"timeout":"1m0s","url":"oci://registry.example.com/charts/lamp"}`
	if got := g.Get(t, ociToken, "lamp-source").JSON(t, "spec"); got != want {
		t.Errorf("source: got %s, want %s", got, want)
	}
	want = `{"chartRef":{"kind":"OCIRepository","name":"lamp"},"driftDetection":{"mode":"enabled"},` +
		`"install":{"crds":"CreateReplace","strategy":{"name":"RetryOnFailure","retryInterval":"1m0s"}},"interval":"30m0s","maxHistory":3,` +
		`"releaseName":"lamp","timeout":"5m0s","upgrade":{"crds":"CreateReplace","strategy":{"name":"RetryOnFailure","retryInterval":"1m0s"}}}`
	if got := g.Get(t, releaseToken, "lamp").JSON(t, "spec"); got != want {
		t.Errorf("release: got  %s\nwant %s", got, want)
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{
		Namespace: "a.b", Chart: Chart{"http://charts.example.com", "Lamp", "1.x"}, Values: map[string]any{"replicas": 1}, Timeout: 1,
		SecretValues: []SecretValue{{"", "password", "a b"}, {"s", "k", "p"}, {"s", "l", "p"}},
	}), `namespace: got "a.b"`, `chart.repository: got "http://charts.example.com"`, `chart.name: got "Lamp"`, `chart.version: got "1.x"`,
		"values: got map[string]interface {}", "secretValues: got {Secret: Key:password Path:a b}", `got the path "p" twice`, "timeout: got 1ns")
	for _, repository := range []string{"", "https://me:word@charts.example.com", "oci://x?y=z", "::"} {
		graph.CheckRefused(t, program(&Args{Namespace: "home", Chart: Chart{repository, "lamp", "1.2.3"}}), "chart.repository: got")
	}
}
