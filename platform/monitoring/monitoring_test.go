package monitoring

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
	"github.com/lvs-cloud/lvs-cloud/platform/metrics"
)

const (
	releaseToken   = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"
	sourceToken    = "kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository"
	targetToken    = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
	secretToken    = "kubernetes:core/v1:Secret"
	claimToken     = "kubernetes:core/v1:PersistentVolumeClaim"
	namespaceToken = "kubernetes:core/v1:Namespace"
)

func valid() *Args {
	return &Args{
		Namespace: "monitoring", AgentNamespace: "host-agents", Version: "92.1.0", NodeExporterVersion: "4.56.1", Domain: "cloud.example.com",
		NodeAddress: netip.MustParseAddr("10.0.1.10"), DataPath: "/data", StorageClass: "standard", PriorityClass: "lvs-observability",
		Size: SizeFor(footprint.Lean),
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "monitoring", args)
		return err
	}
}

// holds checks that the spec of an object has each of some parts.
func holds(t *testing.T, r graph.Resource, want ...string) {
	t.Helper()
	spec := r.JSON(t, "spec")
	for _, w := range want {
		if !strings.Contains(spec, w) {
			t.Errorf("%s: got  %s\nwant %s", r.Name, spec, w)
		}
	}
}

func TestStack(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	holds(t, g.Get(t, releaseToken, "monitoring"),
		`"cleanPrometheusOperatorObjectNames":true`, `"fullnameOverride":"monitoring"`,
		`"defaultRules":{"create":false}`, `"grafana":{"enabled":false}`, `"nodeExporter":{"enabled":false}`, `"kubernetesServiceMonitors":{"enabled":false}`,
		`"prometheus":{"monitor":{"enabled":false}}`,
		`"prometheusOperator":{"admissionWebhooks":{"enabled":false,"patch":{"enabled":false}},"kubeletEndpointsEnabled":false,"kubeletService":{"enabled":false},`+
			`"priorityClassName":"lvs-observability","prometheusConfigReloader":{"resources":{"limits":{"memory":"48Mi"},"requests":{"cpu":"1m","memory":"12Mi"}}},`+
			`"resources":{"limits":{"memory":"128Mi"},"requests":{"cpu":"5m","memory":"40Mi"}},"serviceMonitor":{"selfMonitor":false},"tls":{"enabled":false}}`,
		`"alertmanager":{"alertmanagerSpec":{"automountServiceAccountToken":false,"configSecret":"alertmanager-config","externalUrl":"https://alerts.cloud.example.com",`+
			`"podAntiAffinity":"","priorityClassName":"lvs-observability","resources":{"limits":{"memory":"64Mi"},"requests":{"cpu":"5m","memory":"20Mi"}},"useExistingSecret":true},`+
			`"serviceAccount":{"automountServiceAccountToken":false},"serviceMonitor":{"selfMonitor":false}}`,
		// What was written by a newer one may not be read by an older one.
		`"upgrade":{"crds":"CreateReplace","strategy":{"name":"RetryOnFailure"`,
	)
	source := g.Get(t, sourceToken, "monitoring-source")
	holds(t, source, `"ref":{"tag":"92.1.0"}`, `"url":"oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack"`)
}

func TestPrometheus(t *testing.T) {
	args := valid()
	args.RetentionDays = 30
	g := graph.CheckComponent(t, program(args))
	holds(t, g.Get(t, releaseToken, "monitoring"),
		`"externalUrl":"https://prometheus.cloud.example.com"`, `"scrapeInterval":"60s","scrapeTimeout":"20s"`, `"evaluationInterval":"60s"`,
		`"retention":"30d","retentionSize":"4608MiB"`, `"walCompression":true`, `"query":{"maxConcurrency":4,"maxSamples":5000000,"timeout":"1m"}`,
		`"ruleSelectorNilUsesHelmValues":false`, `"serviceMonitorSelectorNilUsesHelmValues":false`, `"podMonitorSelectorNilUsesHelmValues":false`,
		`"probeSelectorNilUsesHelmValues":false`, `"scrapeConfigSelectorNilUsesHelmValues":false`,
		`"enforcedBodySizeLimit":"32MB","enforcedLabelLimit":40,"enforcedLabelNameLengthLimit":128,"enforcedLabelValueLengthLimit":1024,"enforcedSampleLimit":10000,"enforcedTargetLimit":100`,
		`"priorityClassName":"lvs-observability","probeSelectorNilUsesHelmValues":false,"prometheusExternalLabelNameClear":true`, `"serviceDiscoveryRole":"EndpointSlice"`,
		`"replicaExternalLabelNameClear":true,"resources":{"limits":{"memory":"450Mi"},"requests":{"cpu":"40m","memory":"300Mi"}}`,
		`"storageSpec":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"6Gi"}},"storageClassName":"standard"}}}`,
	)
	claim := g.Get(t, claimToken, "monitoring-data")
	holds(t, claim, `{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"6Gi"}},"storageClassName":"standard"}`)
	want := `{"annotations":{"pulumi.com/skipAwait":"true"},"name":"prometheus-monitoring-db-prometheus-monitoring-0","namespace":"monitoring"}`
	if got := claim.JSON(t, "metadata"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestJobs names what is asked of the node itself.
func TestJobs(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	home := `{"replacement":"kube-system","target_label":"namespace"}`
	kubelet := `"relabel_configs":[` + home + `,{"replacement":"kubelet","target_label":"job"},{"source_labels":["__metrics_path__"],"target_label":"metrics_path"},` +
		`{"source_labels":["__meta_kubernetes_node_name"],"target_label":"instance"},{"source_labels":["__meta_kubernetes_node_name"],"target_label":"node"}],` +
		`"scheme":"https","tls_config":{"ca_file":"/var/run/secrets/kubernetes.io/serviceaccount/ca.crt","insecure_skip_verify":true}`
	open := `{"authorization":{"credentials_file":"/var/run/secrets/kubernetes.io/serviceaccount/token"},"body_size_limit":"32MB","honor_labels":true,` +
		`"job_name":"%s","kubernetes_sd_configs":[{"role":"node"}],"metric_relabel_configs":[{"action":"keep","regex":"` + "%s" + `","source_labels":["__name__"]},`
	holds(t, g.Get(t, releaseToken, "monitoring"),
		`"additionalScrapeConfigs":[`+fmt.Sprintf(open, "kubelet", metrics.Keep(metrics.Kubelet, metrics.API)), `"metrics_path":"/metrics",`+kubelet+`},`,
		fmt.Sprintf(open, "cadvisor", metrics.Keep(metrics.Cadvisor)), `"metrics_path":"/metrics/cadvisor",`+kubelet+`,"track_timestamps_staleness":true},`,
		`{"body_size_limit":"32MB","job_name":"kube-etcd","metric_relabel_configs":[{"action":"keep","regex":"`+metrics.Keep(metrics.Etcd)+`","source_labels":["__name__"]}],`+
			`"relabel_configs":[`+home+`],"static_configs":[{"targets":["10.0.1.10:2381"]}]}],`,
	)
}

func TestNodeExporter(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	exporter := g.Get(t, releaseToken, "monitoring-node")
	holds(t, exporter,
		`"service":{"enabled":false,"listenOnAllInterfaces":false,"port":9100,"portName":"metrics","targetPort":9100}`,
		`"--web.disable-exporter-metrics","--collector.disable-defaults","--collector.conntrack"`,
		`"--collector.filesystem.mount-points-include=^(/|/boot|/boot/efi|/data)$"`, `"--collector.netdev.device-exclude=^(lo|veth.*|cni0|flannel.*)$"`,
		`"containerSecurityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"readOnlyRootFilesystem":true}`,
		`"securityContext":{"fsGroup":65534,"runAsGroup":65534,"runAsNonRoot":true,"runAsUser":65534,"seccompProfile":{"type":"RuntimeDefault"}}`,
		`"image":{"distroless":true}`, `"priorityClassName":"lvs-observability"`, `"resources":{"limits":{"memory":"48Mi"},"requests":{"cpu":"5m","memory":"15Mi"}}`,
	)
	if got := exporter.JSON(t, "metadata"); !strings.Contains(got, `"namespace":"host-agents"`) {
		t.Errorf("got %s, want it where pods may see the host", got)
	}
}

// TestKinds holds what kube-state-metrics watches against the series that are kept of it.
func TestKinds(t *testing.T) {
	used := map[string]bool{}
	for _, name := range metrics.Of(metrics.KubeState) {
		kind, _, _ := strings.Cut(strings.TrimPrefix(name, "kube_"), "_")
		used[kind+"s"] = true
	}
	for kind := range used {
		if !slices.Contains(kinds, kind) {
			t.Errorf("got no %s watched, want them: a series of theirs is kept", kind)
		}
	}
	for _, kind := range kinds {
		if !used[kind] {
			t.Errorf("got %s watched, want none: no series of theirs is kept", kind)
		}
	}
	if !slices.IsSorted(kinds) {
		t.Errorf("got %q, want them in order", kinds)
	}
}

// TestOrder names what must be there before what.
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
	edges := [][4]string{
		{secretToken, "monitoring-alerting", namespaceToken, "space"},
		{claimToken, "monitoring-data", namespaceToken, "space"},
		{sourceToken, "monitoring-source", namespaceToken, "space"},
		{sourceToken, "monitoring-node-source", namespaceToken, "space"},
		{releaseToken, "monitoring", namespaceToken, "space"},
		{releaseToken, "monitoring-node", namespaceToken, "space"},
		{releaseToken, "monitoring", secretToken, "monitoring-alerting"},
		{releaseToken, "monitoring", claimToken, "monitoring-data"},
	}
	for _, target := range []string{"prometheus", "alertmanager", "prometheus-operator", "kube-state-metrics", "node-exporter"} {
		edges = append(edges, [4]string{targetToken, "monitoring-" + target, releaseToken, "monitoring"})
	}
	for _, edge := range edges {
		if got := strings.Join(g.Get(t, edge[0], edge[1]).Dependencies, "|") + "|"; !strings.Contains(got, edge[2]+" "+edge[3]+"|") {
			t.Errorf("%s %s: got it after %s, want it after %s %s", edge[0], edge[1], got, edge[2], edge[3])
		}
	}
}

func TestFootprint(t *testing.T) {
	for _, p := range []footprint.Profile{footprint.Lean, footprint.Standard} {
		size := SizeFor(p)
		if errs := size.check(); len(errs) > 0 {
			t.Errorf("%s: got %v, want a size that holds", p, errs)
		}
		size.DiskGiB = 9
		if claims := size.Footprint().Claims; len(claims) != 1 || claims[0].GiB != 9 {
			t.Errorf("%s: got %+v, want one claim of 9 GiB", p, claims)
		}
	}
	sum := 0
	for _, part := range SizeFor(footprint.Lean).Footprint().Parts {
		sum += part.Memory * part.Replicas
	}
	if sum > 430 {
		t.Errorf("got %d MiB, want at most the 430 that a node of 4 GB has for it", sum)
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{
		Namespace: "a.b", AgentNamespace: "a.b", Domain: "localhost", NodeAddress: netip.MustParseAddr("::1"), DataPath: "data/", RetentionDays: -1,
		Size:     Size{Prometheus: footprint.Resources{Memory: 2, MemoryLimit: 1}},
		Alerting: Alerting{SMTP: &SMTP{Host: "mail", Port: 70000, From: "me", To: "You <you@example.com>"}},
	}), `namespace: got "a.b"`, `agentNamespace: got "a.b", want a DNS label`, `agentNamespace: got "a.b", want another one`, `storageClass: got ""`, `priorityClass: got ""`,
		"version: got none", "nodeExporterVersion: got none", `domain: got "localhost"`, "nodeAddress: got ::1", `dataPath: got "data/"`, "retentionDays: got -1",
		"size: prometheus: got 2 MiB and a limit of 1", "size: operator: got 0 MiB", "size: got a disk of 0 GiB",
		`alerting.smtp.host: got "mail"`, "alerting.smtp.port: got 70000", "alerting.smtp.username: got none", "alerting.smtp.password: got none",
		`alerting.smtp.from: got "me"`, `alerting.smtp.to: got "You <you@example.com>"`)
	for _, path := range []string{"", "/", "/data/", "/a/../b"} {
		args := valid()
		args.DataPath = path
		graph.CheckRefused(t, program(args), "dataPath: got")
	}
}
