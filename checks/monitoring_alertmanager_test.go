package checks

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
	"github.com/lvs-cloud/lvs-cloud/platform/alerts"
	"github.com/lvs-cloud/lvs-cloud/platform/monitoring"
)

func monitoringArgs() *monitoring.Args {
	return &monitoring.Args{
		Namespace: "monitoring", AgentNamespace: "host-agents", Version: "92.1.0", NodeExporterVersion: "4.56.1", Domain: "cloud.example.com",
		NodeAddress: netip.MustParseAddr("10.0.1.10"), DataPath: "/data", StorageClass: "standard", PriorityClass: "lvs-observability",
		Size: monitoring.SizeFor(footprint.Lean),
	}
}

// monitoringGraph is what a Monitoring registers.
func monitoringGraph(t *testing.T, args *monitoring.Args) *graph.Graph {
	t.Helper()
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		_, err := monitoring.New(ctx, "monitoring", args)
		return err
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// plain takes a value out of what says that it is secret.
func plain(v resource.PropertyValue) resource.PropertyValue {
	for v.IsSecret() || v.IsOutput() {
		if v.IsSecret() {
			v = v.SecretValue().Element
		} else {
			v = v.OutputValue().Element
		}
	}
	return v
}

// alertmanagerConfig writes what Alertmanager is given into a file, and returns its path.
func alertmanagerConfig(t *testing.T, args *monitoring.Args) string {
	t.Helper()
	data := plain(monitoringGraph(t, args).Get(t, "kubernetes:core/v1:Secret", "monitoring-alerting").Inputs["stringData"])
	return write(t, t.TempDir(), "alertmanager.yml", plain(data.ObjectValue()["alertmanager.yaml"]).StringValue())
}

// everyWay is an alerting by every way that there is, with everything in it that must be quoted.
func everyWay() *monitoring.Args {
	args := monitoringArgs()
	args.Alerting = monitoring.Alerting{
		SMTP: &monitoring.SMTP{
			Host: "mail.example.com", Port: 587, Username: "cloud@example.com", Password: pulumi.String(`a"b\c: {{ d }} <&> é`),
			From: "cloud@example.com", To: "you@example.com",
		},
		WebhookURL: pulumi.String("https://hook.example.com/x?a=b&c=d"), DeadMansSwitchURL: pulumi.String("https://alive.example.com/y"),
	}
	for _, i := range alerts.Inhibitions(alertFeatures) {
		args.Inhibitions = append(args.Inhibitions, monitoring.Inhibition(i))
	}
	return args
}

// alertFeatures are the services whose alerts keep others silent.
var alertFeatures = alerts.Features{Monitoring: "monitoring", HostAgents: "host-agents", Postgres: "postgres", Authentication: "authentication"}

func TestAlertmanagerReadsItsConfiguration(t *testing.T) {
	for name, tt := range map[string]struct {
		args *monitoring.Args
		want []string
	}{
		"every way": {everyWay(), []string{"SUCCESS", fmt.Sprintf("%d inhibit rules", len(alerts.Inhibitions(alertFeatures))), "3 receivers"}},
		"no way":    {monitoringArgs(), []string{"SUCCESS", "1 inhibit rules", "3 receivers"}},
	} {
		said, err := run(t, "amtool", "check-config", alertmanagerConfig(t, tt.args))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, want := range tt.want {
			if !strings.Contains(said, want) {
				t.Errorf("%s: got %q, want it to say %q", name, said, want)
			}
		}
	}
}

// TestRoutes asks amtool whom an alert goes to.
func TestRoutes(t *testing.T) {
	for name, args := range map[string]*monitoring.Args{"every way": everyWay(), "no way": monitoringArgs()} {
		file := alertmanagerConfig(t, args)
		for _, tt := range []struct {
			alert    string
			severity alerts.Severity
			want     string
		}{
			{"PostgresDown", alerts.Critical, "operator"}, {"DiskFullSoon", alerts.Warning, "operator"}, {"NodeRebooted", alerts.Info, "nobody"},
			{"Watchdog", alerts.Heartbeat, "dead-mans-switch"}, {"MadeByHand", "", "operator"}, {"MadeByHand", alerts.Heartbeat, "nobody"},
		} {
			for _, receiver := range []string{"operator", "nobody", "dead-mans-switch"} {
				_, err := run(t, "amtool", "config", "routes", "test", "--config.file="+file, "--verify.receivers="+receiver,
					"alertname="+tt.alert, "severity="+string(tt.severity), "namespace=postgres")
				if (err == nil) != (receiver == tt.want) {
					t.Errorf("%s: %s %s at %s: got %v, want it at %s alone", name, tt.severity, tt.alert, receiver, err, tt.want)
				}
			}
		}
	}
}
