package crds

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Every bundle has the kinds that the program and its rehearsal use, each with a schema and a status of its own.
func TestBundlesHaveTheirKinds(t *testing.T) {
	if err := Check(); err != nil {
		t.Fatal(err)
	}
	for bundle, want := range map[string]string{
		K3s:          "HelmChart HelmChartConfig",
		Traefik:      "IngressRoute Middleware TraefikService ServersTransport TLSOption TLSStore",
		FluxOperator: "FluxInstance FluxReport ResourceSet",
		Flux: "GitRepository OCIRepository HelmRepository HelmChart Kustomization HelmRelease ImageRepository ImagePolicy " +
			"ImageUpdateAutomation Receiver Alert Provider",
		CertManager:   "Certificate CertificateRequest Issuer ClusterIssuer Order Challenge",
		CloudNativePG: "Cluster Database DatabaseRole Pooler ScheduledBackup Backup",
		PrometheusOperator: "Prometheus PrometheusAgent Alertmanager AlertmanagerConfig PrometheusRule ServiceMonitor PodMonitor Probe " +
			"ScrapeConfig ThanosRuler",
	} {
		list, err := Read(bundle)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, d := range list {
			kind, _, _ := unstructured.NestedString(d.Object, "spec", "names", "kind")
			kinds = append(kinds, kind)
			checkVersions(t, kind, d)
		}
		for kind := range strings.FieldsSeq(want) {
			if !slices.Contains(kinds, kind) {
				t.Errorf("%s: got %q, want %s among them", bundle, kinds, kind)
			}
		}
	}
	if _, err := Read("another"); err == nil || !strings.Contains(err.Error(), "run `make tools`") {
		t.Errorf("got %v for a bundle that was not made, want to be told what to do", err)
	}
}

func checkVersions(t *testing.T, kind string, d *unstructured.Unstructured) {
	t.Helper()
	versions, _, err := unstructured.NestedSlice(d.Object, "spec", "versions")
	if err != nil || len(versions) == 0 {
		t.Fatalf("%s: got versions %v (%v), want one at least", kind, versions, err)
	}
	for _, v := range versions {
		spec, has, err := unstructured.NestedMap(v.(map[string]any), "schema", "openAPIV3Schema", "properties", "spec")
		if fields, _, wrong := unstructured.NestedMap(spec, "properties"); err != nil || wrong != nil || has && len(fields) == 0 {
			t.Errorf("%s: got a spec without fields (%v, %v), want them", kind, err, wrong)
		}
		_, status, err := unstructured.NestedMap(v.(map[string]any), "subresources", "status")
		// Nothing writes a status of these.
		plain := []string{"HelmChartConfig", "ImageCatalog", "ClusterImageCatalog", "Alert", "Provider"}
		if (err != nil || !status) && !slices.Contains(plain, kind) && !strings.HasSuffix(d.GetName(), ".traefik.io") {
			t.Errorf("%s: got no status of its own (%v), want one", kind, err)
		}
	}
}
