package checks

import (
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/platform/alerts"
	"github.com/lvs-cloud/lvs-cloud/platform/alerts/alerttest"
)

// The configuration of Alertmanager, as far as it is needed to read inhibitions.
// Source: https://prometheus.io/docs/alerting/latest/configuration/
type (
	inhibiting struct {
		Route     inhibitingRoute      `json:"route"`
		Receivers []inhibitingReceiver `json:"receivers"`
		Rules     []inhibitingRule     `json:"inhibit_rules"`
	}
	inhibitingRoute struct {
		Receiver string `json:"receiver"`
	}
	inhibitingReceiver struct {
		Name string `json:"name"`
	}
	inhibitingRule struct {
		Source []string `json:"source_matchers"`
		Target []string `json:"target_matchers"`
		Equal  []string `json:"equal,omitempty"`
	}
)

// TestInhibitionsAreRead has Alertmanager's own reader judge the matchers.
func TestInhibitionsAreRead(t *testing.T) {
	config := inhibiting{Route: inhibitingRoute{"nobody"}, Receivers: []inhibitingReceiver{{"nobody"}}}
	for _, i := range alerts.Inhibitions(alerttest.Features()) {
		config.Rules = append(config.Rules, inhibitingRule(i))
	}
	if len(config.Rules) == 0 {
		t.Fatal("got no inhibitions, want some")
	}
	// What the reader of today cannot read goes to that of yesterday, with a warning.
	if said, err := run(t, "amtool", "check-config", asFile(t, "alertmanager.yaml", config)); err != nil || strings.Contains(said, "WARN") {
		t.Error(said)
	}
	config.Rules[0].Source = []string{`severity`}
	if said, err := run(t, "amtool", "check-config", asFile(t, "alertmanager.yaml", config)); err == nil {
		t.Errorf("got a broken matcher taken: %s", said)
	}
}
