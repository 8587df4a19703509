package logs

import (
	"encoding/json"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	releaseToken    = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"
	sourceToken     = "kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository"
	repositoryToken = "kubernetes:source.toolkit.fluxcd.io/v1:HelmRepository"
	claimToken      = "kubernetes:core/v1:PersistentVolumeClaim"
	namespaceToken  = "kubernetes:core/v1:Namespace"
)

func valid() *Args {
	return &Args{
		Namespace: "monitoring", AgentNamespace: "host-agents", LokiChartVersion: "18.13.8", AlloyChartVersion: "1.11.1",
		StorageClass: "standard", PriorityClass: "lvs-observability", Size: SizeFor(footprint.Lean),
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "logs", args)
		return err
	}
}

// values are what a release hands to its chart.
func values(t *testing.T, g *graph.Graph, name string) map[string]json.RawMessage {
	t.Helper()
	var spec struct{ Values map[string]json.RawMessage }
	if err := json.Unmarshal([]byte(g.Get(t, releaseToken, name).JSON(t, "spec")), &spec); err != nil {
		t.Fatal(err)
	}
	return spec.Values
}

// check compares each value with what is wanted, and allows no other.
func check(t *testing.T, got map[string]json.RawMessage, want map[string]string) {
	t.Helper()
	for key := range got {
		if _, known := want[key]; !known {
			t.Errorf("%s: got %s, want no such value", key, got[key])
		}
	}
	for key, w := range want {
		if string(got[key]) != w {
			t.Errorf("%s:\ngot  %s\nwant %s", key, got[key], w)
		}
	}
}

func TestLoki(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	got := values(t, g, "logs-loki")
	off := `{"enabled":false}`
	check(t, got, map[string]string{
		"deploymentMode": `"Monolithic"`,
		"loki":           string(got["loki"]), // see TestLokiConfig
		"singleBinary": `{"extraEnv":[{"name":"GOMEMLIMIT","value":"170MiB"}],` +
			`"persistence":{"dataVolumeParameters":{"persistentVolumeClaim":{"claimName":"loki-data"}},"enabled":false},` +
			`"podDisruptionBudget":{"enabled":false},"podManagementPolicy":"Parallel","priorityClassName":"lvs-observability","replicas":1,` +
			`"resources":{"limits":{"cpu":"1000m","memory":"256Mi"},"requests":{"cpu":"20m","memory":"150Mi"}},"terminationGracePeriodSeconds":120}`,
		"defaults":       `{"automountServiceAccountToken":false,"enableServiceLinks":false}`,
		"read":           `{"replicas":0}`,
		"write":          `{"replicas":0}`,
		"backend":        `{"replicas":0}`,
		"chunksCache":    off,
		"resultsCache":   off,
		"memcached":      off,
		"gateway":        off,
		"lokiCanary":     off,
		"test":           off,
		"sidecar":        `{"rules":{"enabled":false}}`,
		"ruler":          off,
		"rbac":           `{"namespaced":true}`,
		"serviceAccount": `{"automountServiceAccountToken":false}`,
	})
	spec := g.Get(t, releaseToken, "logs-loki").JSON(t, "spec")
	if !strings.Contains(spec, `"upgrade":{"crds":"CreateReplace","strategy":{"name":"RetryOnFailure"`) {
		t.Errorf("got %s, want a release that is never taken back: an older Loki may not read what a newer one wrote", spec)
	}
	want := `"url":"oci://ghcr.io/grafana-community/helm-charts/loki"`
	if got := g.Get(t, sourceToken, "logs-loki-source").JSON(t, "spec"); !strings.Contains(got, want) || !strings.Contains(got, `"tag":"18.13.8"`) {
		t.Errorf("got %s, want %s and its version", got, want)
	}
	want = `{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"5Gi"}},"storageClassName":"standard"}`
	if got := g.Get(t, claimToken, "logs").JSON(t, "spec"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want = `{"annotations":{"pulumi.com/skipAwait":"true"},"name":"loki-data","namespace":"monitoring"}`
	if got := g.Get(t, claimToken, "logs").JSON(t, "metadata"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := g.Get(t, typeToken, "logs").JSON(t, "url"), `"http://loki.monitoring.svc.cluster.local:3100"`; got != want {
		t.Errorf("got the URL %s, want %s", got, want)
	}
}

func TestAlloy(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	got := values(t, g, "logs-alloy")
	text, err := AlloyConfig(valid())
	if err != nil {
		t.Fatal(err)
	}
	content, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	none := `{"create":false}`
	check(t, got, map[string]string{
		"crds": none, "rbac": none,
		"serviceAccount": `{"automountServiceAccountToken":false}`,
		"configReloader": `{"enabled":false}`,
		"service":        `{"enabled":false}`,
		"alloy": `{"configMap":{"content":` + string(content) + `},"enableReporting":false,"extraEnv":[{"name":"GOMEMLIMIT","value":"106MiB"}],"listenPort":12345,` +
			`"mounts":{"extra":[{"mountPath":"/var/log/pods","name":"pod-logs","readOnly":true},{"mountPath":"/var/log/journal","name":"journal","readOnly":true},` +
			`{"mountPath":"/var/lib/alloy","name":"state"}]},` +
			`"resources":{"limits":{"cpu":"500m","memory":"160Mi"},"requests":{"cpu":"20m","memory":"90Mi"}},` +
			`"securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"readOnlyRootFilesystem":true,"runAsGroup":0,"runAsUser":0},` +
			`"storagePath":"/var/lib/alloy"}`,
		"controller": `{"priorityClassName":"lvs-observability","type":"daemonset","volumes":{"extra":[` +
			`{"hostPath":{"path":"/var/log/pods","type":"Directory"},"name":"pod-logs"},` +
			`{"hostPath":{"path":"/var/log/journal","type":"DirectoryOrCreate"},"name":"journal"},` +
			`{"hostPath":{"path":"/var/lib/alloy","type":"DirectoryOrCreate"},"name":"state"}]}}`,
		"global": `{"podSecurityContext":{"seccompProfile":{"type":"RuntimeDefault"}}}`,
	})
	if strings.Contains(text, "{{") {
		t.Error("got two braces in a row in Alloy's configuration, which the chart takes for a template")
	}
	spec := g.Get(t, releaseToken, "logs-alloy").JSON(t, "spec")
	if !strings.Contains(spec, `"remediation":{"remediateLastFailure":true`) {
		t.Errorf("got %s, want a release that is taken back when it fails: it has no data", spec)
	}
	if got, want := g.Get(t, repositoryToken, "logs-alloy-source").JSON(t, "spec"), `"url":"https://grafana.github.io/helm-charts"`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := g.Get(t, releaseToken, "logs-alloy").JSON(t, "metadata"), `"namespace":"host-agents"`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOrder(t *testing.T) {
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		space, err := corev1.NewNamespace(ctx, "space", &corev1.NamespaceArgs{})
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
	for _, edge := range [][4]string{
		{claimToken, "logs", namespaceToken, "space"},
		{sourceToken, "logs-loki-source", namespaceToken, "space"},
		{releaseToken, "logs-loki", namespaceToken, "space"},
		{releaseToken, "logs-loki", claimToken, "logs"},
		{repositoryToken, "logs-alloy-source", namespaceToken, "space"},
		{releaseToken, "logs-alloy", namespaceToken, "space"},
	} {
		if got := strings.Join(g.Get(t, edge[0], edge[1]).Dependencies, "|") + "|"; !strings.Contains(got, edge[2]+" "+edge[3]+"|") {
			t.Errorf("%s %s: got it after %s, want it after %s %s", edge[0], edge[1], got, edge[2], edge[3])
		}
	}
	// An agent waits for Loki by itself, and so the one need not be there for the other to be made.
	if got := strings.Join(g.Get(t, releaseToken, "logs-alloy").Dependencies, "|"); strings.Contains(got, "logs-loki") {
		t.Errorf("got the agents after %s, want them beside Loki", got)
	}
}

func TestFootprint(t *testing.T) {
	for p, memory := range map[footprint.Profile]int{footprint.Lean: 150 + 90, footprint.Standard: 256 + 128} {
		s := SizeFor(p)
		f := s.Footprint()
		if len(f.Parts) != 2 || f.Parts[0].Resources != s.Loki || f.Parts[1].Resources != s.Alloy {
			t.Errorf("%s: got %+v, want both pods", p, f.Parts)
		}
		if got := f.Parts[0].Memory*f.Parts[0].Replicas + f.Parts[1].Memory*f.Parts[1].Replicas; got != memory {
			t.Errorf("%s: got %d MiB, want %d", p, got, memory)
		}
		s.DiskGiB = 9
		if f := s.Footprint(); len(f.Claims) != 1 || f.Claims[0].GiB != 9 {
			t.Errorf("%s: got %+v, want a claim of 9 GiB", p, f.Claims)
		}
	}
	args := valid()
	args.Size.DiskGiB = 9
	g := graph.CheckComponent(t, program(args))
	if got, want := g.Get(t, claimToken, "logs").JSON(t, "spec"), `"storage":"9Gi"`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{
		Namespace: "a.b", AgentNamespace: "c.d", LokiChartVersion: "latest", RetentionDays: 366,
		Size: Size{Loki: footprint.Resources{Memory: 100, MemoryLimit: 150}, Alloy: footprint.Resources{Memory: 2, MemoryLimit: 1}, DiskGiB: -1},
	}), `namespace: got "a.b"`, `agentNamespace: got "c.d"`, `storageClass: got ""`, `priorityClass: got ""`, `lokiChartVersion: got "latest"`,
		`alloyChartVersion: got ""`, "size.alloy: got 2 MiB and a limit of 1", "size.loki: got a limit of 150 MiB, want at least 192",
		"size: got a disk of -1 GiB", "retentionDays: got 366")
	own := valid()
	own.AgentNamespace = own.Namespace
	graph.CheckRefused(t, program(own), `agentNamespace: got "monitoring", want another one`)
}
