package alerts

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	ruleToken      = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
	namespaceToken = "kubernetes:core/v1:Namespace"
	runbook        = "https://example.com/RUNBOOK.md"
)

func everything() Features {
	return Features{
		Monitoring: "monitoring", HostAgents: "host-agents", Flux: "flux-system", Certificates: "cert-manager", Longhorn: "longhorn-system",
		Postgres: "postgres", Registry: "registry", Authentication: "authentication", Logs: true, Targets: []Target{{"loki", "monitoring"}},
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "alerts", args)
		return err
	}
}

func TestObjects(t *testing.T) {
	g := graph.CheckComponent(t, program(&Args{Namespace: "monitoring", RunbookURL: runbook, Features: everything()}))
	want := `{"apiVersion":"monitoring.coreos.com/v1","kind":"PrometheusRule","metadata":{"name":"alerts-watchdog","namespace":"monitoring"},` +
		`"spec":{"groups":[{"name":"watchdog","rules":[{"alert":"Watchdog","annotations":{"description":"This always fires. When it stops arriving, nothing else would arrive either.",` +
		`"runbook_url":"https://example.com/RUNBOOK.md#watchdog","summary":"Alerts get through"},"expr":"vector(1)","labels":{"layer":"watch","severity":"none"}}]}]}}`
	if got := g.Get(t, ruleToken, "alerts-watchdog").JSON(t, ""); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for name, want := range map[string]string{
		"alerts-disk": `{"groups":[{"name":"disk","rules":[{"expr":"max by (instance, mountpoint) (node_filesystem_avail_bytes{mountpoint=~\"/|/data\"}` +
			` / node_filesystem_size_bytes)","record":"mountpoint:node_filesystem_avail:ratio"},`,
		"alerts-forecast": `{"groups":[{"interval":"5m","name":"forecast","rules":[{"alert":"DiskFullSoon",`,
		"alerts-memory":   `"for":"3m","labels":{"about":"memory","layer":"machine","severity":"critical"}}`,
		"alerts-node":     `"expr":"changes(node_boot_time_seconds[15m]) \u003e 0","keep_firing_for":"15m","labels":{"layer":"machine","severity":"info"}}`,
		"alerts-flux":     `"for":"1d",`,
		"alerts-targets":  `absent(up{job=\"prometheus-operator\",namespace=\"monitoring\"}) or absent(up{job=\"loki\",namespace=\"monitoring\"})"`,
	} {
		if got := g.Get(t, ruleToken, name).JSON(t, "spec"); !strings.Contains(got, want) {
			t.Errorf("%s: got  %s\nwant %s", name, got, want)
		}
	}
}

func TestOrder(t *testing.T) {
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		space, err := corev1.NewNamespace(ctx, "monitoring", &corev1.NamespaceArgs{})
		if err != nil {
			return err
		}
		return program(&Args{Namespace: "monitoring", RunbookURL: runbook, Features: everything(), After: []pulumi.Resource{space}})(ctx)
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rules := 0
	for _, r := range g.Resources {
		if r.Type == ruleToken {
			rules++
			if !slices.Contains(r.Dependencies, namespaceToken+" monitoring") {
				t.Errorf("%s: got it after %q, want it after the namespace", r.Name, r.Dependencies)
			}
		}
	}
	if want := len(Groups(everything(), runbook)); rules != want || rules == 0 {
		t.Errorf("got %d objects, want one for each of %d groups", rules, want)
	}
}

// TestNothingOfWhatIsNotThere names, for each service, a word that only its own rules have.
func TestNothingOfWhatIsNotThere(t *testing.T) {
	for word, without := range map[string]func(*Features){
		"flux_":             func(f *Features) { f.Flux = "" },
		"certmanager_":      func(f *Features) { f.Certificates = "" },
		"longhorn_":         func(f *Features) { f.Longhorn = "" },
		"kubelet_volume":    func(f *Features) { f.Longhorn = "" },
		"cnpg_":             func(f *Features) { f.Postgres = "" },
		`"postgres"`:        func(f *Features) { f.Postgres = "" },
		"postgres|registry": func(f *Features) { f.Postgres = "" },
		`"registry"`:        func(f *Features) { f.Registry = "" },
		"authelia":          func(f *Features) { f.Authentication = "" },
		"loki_":             func(f *Features) { f.Logs = false },
		"alloy_":            func(f *Features) { f.Logs = false },
		`job="loki"`:        func(f *Features) { f.Targets = nil },
	} {
		all, fewer := everything(), everything()
		without(&fewer)
		if !strings.Contains(expressions(Groups(all, runbook)), word) {
			t.Errorf("%s: got no rule about it, want one", word)
		}
		if got := expressions(Groups(fewer, runbook)); strings.Contains(got, word) {
			t.Errorf("%s: got a rule about it without the service:\n%s", word, got)
		}
	}
	if got := expressions(Groups(Features{Monitoring: "monitoring", HostAgents: "host-agents", Longhorn: "longhorn-system"}, runbook)); !strings.Contains(got, freeClaim+" < 0.1\n") {
		t.Errorf("got %s, want every claim watched alike", got)
	}
}

func expressions(groups []Group) string {
	var out strings.Builder
	for _, g := range groups {
		for _, r := range g.Rules {
			out.WriteString(r.Expr + "\n")
		}
	}
	return out.String()
}

// TestSeverities names whom an alert wants: a list that one must change on purpose.
func TestSeverities(t *testing.T) {
	want := map[Severity][]string{
		Heartbeat: {"Watchdog"},
		Info:      {"ContainerNearMemoryLimit", "NodeRebooted", "PrometheusHistoryShort"},
		Critical: {
			"AlertmanagerConfigurationStale", "AlertmanagerNotNotifying", "AuthenticationDown", "CertificateExpiringNow", "ClaimFull", "DNSDown",
			"DatabaseDiskFull", "DiskFull", "DiskFullTomorrow", "DiskInodesExhausted", "DiskReadOnly", "EtcdFsyncTooSlow", "EtcdFull", "EtcdNoLeader",
			"IngressDown", "LokiDiskFull", "MemoryExhausted", "NodeDown", "NodeEvicting", "NodeNotReady", "PostgresDown", "PrometheusConfigurationStale",
			"PrometheusNotNotifying", "PrometheusRulesFailing", "RegistryDown", "RegistryFull", "SecondFactorFailing", "ServiceFailing", "StorageNotReady",
			"VolumeFaulted", "VolumeReadOnly",
		},
	}
	got := map[Severity][]string{}
	for _, r := range alerting(t) {
		got[r.Labels.Severity] = append(got[r.Labels.Severity], r.Alert)
	}
	for severity, names := range want {
		if slices.Sort(got[severity]); !slices.Equal(got[severity], names) {
			t.Errorf("%s: got %q, want %q", severity, got[severity], names)
		}
	}
	if len(got) != len(want)+1 || len(got[Warning]) == 0 {
		t.Errorf("got the severities %v, want warnings besides those", got)
	}
}

// alerting are the rules that raise an alert.
func alerting(t *testing.T) []Rule {
	t.Helper()
	var out []Rule
	for _, g := range Groups(everything(), runbook) {
		for _, r := range g.Rules {
			if (r.Alert == "") == (r.Record == "") {
				t.Errorf("%s: got %+v, want either an alert or a record", g.Name, r)
			}
			if r.Record != "" && (r.For != 0 || r.KeepFiringFor != 0 || r.Labels != Labels{} || r.Annotations != Annotations{}) {
				t.Errorf("%s: got %+v, want nothing that is of an alert", r.Record, r)
			}
			if r.Alert != "" {
				out = append(out, r)
			}
		}
	}
	return out
}

// TestWords holds what a person reads to its form, and finds a word that the rule's labels do not have.
func TestWords(t *testing.T) {
	seen := map[string]bool{}
	layers := []Layer{Machine, Storage, Service, Workload, Watch}
	for _, r := range alerting(t) {
		a := r.Annotations
		if a.Summary == "" || strings.ContainsAny(a.Summary, "\n") || strings.HasSuffix(a.Summary, ".") || len(a.Summary) > 150 {
			t.Errorf("%s: got the summary %q, want a line without a full stop", r.Alert, a.Summary)
		}
		if !strings.HasSuffix(a.Description, ".") || strings.Contains(a.Description, "{{ $value }}") {
			t.Errorf("%s: got the description %q, want sentences with a value that is read by people", r.Alert, a.Description)
		}
		if want := runbook + "#" + strings.ToLower(r.Alert); a.RunbookURL != want {
			t.Errorf("%s: got the runbook %q, want %q", r.Alert, a.RunbookURL, want)
		}
		if !slices.Contains(layers, r.Labels.Layer) || r.For < 0 || r.For%time.Minute != 0 {
			t.Errorf("%s: got %+v for %v, want one of the layers and whole minutes", r.Alert, r.Labels, r.For)
		}
		if seen[r.Alert] {
			t.Errorf("%s: got it twice, want each alert once", r.Alert)
		}
		seen[r.Alert] = true
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "", 90 * time.Second: "90s", 90 * time.Minute: "90m", 36 * time.Hour: "36h", 48 * time.Hour: "2d"} {
		if got := duration(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

func TestRecorded(t *testing.T) {
	want := []string{fsync, freeSpace, freeClaim, errored, requests}
	if got := Recorded(Groups(everything(), runbook)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{
		RunbookURL: "docs/RUNBOOK.md",
		Features:   Features{Flux: "a.b", Certificates: "a.b", Longhorn: "a.b", Postgres: "a.b", Registry: "a.b", Authentication: "a.b", Targets: []Target{{"", "x"}}},
	}), `namespace: got ""`, `runbookURL: got "docs/RUNBOOK.md"`, `features.monitoring: got ""`, `features.hostAgents: got ""`, `features.flux: got "a.b"`,
		`features.certificates: got "a.b"`, `features.longhorn: got "a.b"`, `features.postgres: got "a.b"`, `features.registry: got "a.b"`,
		`features.authentication: got "a.b"`, "features.targets: got {Job: Namespace:x}")
	for _, url := range []string{"", "ftp://example.com/a", "https:///a", "https://example.com/a#b", "https://you:word@example.com/a"} {
		graph.CheckRefused(t, program(&Args{Namespace: "monitoring", RunbookURL: url, Features: everything()}), "runbookURL: got")
	}
}

// TestSpecIsWhatPrometheusReads names the keys of a rule with everything in it.
func TestSpecIsWhatPrometheusReads(t *testing.T) {
	got, err := json.Marshal(Render(Group{Name: "a", Interval: time.Minute, Rules: []Rule{
		{Record: "b", Expr: "c"},
		{Alert: "d", Expr: "e", For: time.Minute, KeepFiringFor: time.Hour, Labels: Labels{Critical, Storage, "f"}, Annotations: Annotations{"g", "h", "i"}},
	}}))
	want := `{"groups":[{"name":"a","interval":"1m","rules":[{"record":"b","expr":"c"},{"alert":"d","expr":"e","for":"1m","keep_firing_for":"1h",` +
		`"labels":{"severity":"critical","layer":"storage","about":"f"},"annotations":{"summary":"g","description":"h","runbook_url":"i"}}]}]}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}
