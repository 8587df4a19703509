package checks

import (
	"slices"
	"testing"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/lvs-cloud/lvs-cloud/platform/alerts"
	"github.com/lvs-cloud/lvs-cloud/platform/alerts/alerttest"
	"github.com/lvs-cloud/lvs-cloud/platform/metrics"
)

// TestAlertsAskForWhatIsKept finds a rule about a series that Prometheus does not keep: it would be silent for ever. A series that
// is recorded is used by a rule, or is recorded for nothing.
func TestAlertsAskForWhatIsKept(t *testing.T) {
	groups := alerts.Groups(alerttest.Features(), alerttest.RunbookURL)
	recorded := alerts.Recorded(groups)
	known, used := append(metrics.All(), recorded...), map[string]bool{}
	for _, g := range groups {
		for _, r := range g.Rules {
			names, err := metricNames(r.Expr)
			if err != nil {
				t.Errorf("%s%s: %v", r.Alert, r.Record, err)
			}
			for _, name := range names {
				used[name] = true
				if !slices.Contains(known, name) {
					t.Errorf("%s%s: got %s, want a series that is kept or recorded", r.Alert, r.Record, name)
				}
			}
		}
	}
	for _, name := range recorded {
		if !used[name] {
			t.Errorf("got %s recorded, want it used", name)
		}
	}
}

// kept are the values of a label with which alone a series is kept, where there are fewer than all of them.
var kept = []struct{ series, label, value string }{
	{"apiserver_request_total", "code", "5.."},
	{"cnpg_pg_settings_setting", "name", "max_connections"},
}

// TestAlertsAskForTheLabelsThatAreKept finds a rule that takes a part of a series for all of it.
func TestAlertsAskForTheLabelsThatAreKept(t *testing.T) {
	for _, g := range alerts.Groups(alerttest.Features(), alerttest.RunbookURL) {
		for _, r := range g.Rules {
			tree, err := queryParser.ParseExpr(r.Expr)
			if err != nil {
				t.Fatal(err)
			}
			for _, selector := range selectors(tree) {
				for _, k := range kept {
					has := func(m *labels.Matcher) bool { return m.Name == k.label && m.Value == k.value }
					if selector.Name == k.series && !slices.ContainsFunc(selector.LabelMatchers, has) {
						t.Errorf("%s: got %s, want it with %s %q, since no other is kept", r.Alert, selector, k.label, k.value)
					}
				}
			}
		}
	}
}
