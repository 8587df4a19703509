package checks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lvs-cloud/lvs-cloud/platform/alerts"
	"github.com/lvs-cloud/lvs-cloud/platform/alerts/alerttest"
)

// The file in which promtool finds the cases.
// Source: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
type ruleTests struct {
	RuleFiles []string   `json:"rule_files"`
	Tests     []ruleTest `json:"tests"`
}

type ruleTest struct {
	Name     string       `json:"name"`
	Interval string       `json:"interval"`
	Series   []ruleSeries `json:"input_series"`
	Alerts   []alertTest  `json:"alert_rule_test"`
}

type ruleSeries struct {
	Series string `json:"series"`
	Values string `json:"values"`
}

type alertTest struct {
	At       string          `json:"eval_time"`
	Name     string          `json:"alertname"`
	Expected []expectedAlert `json:"exp_alerts"`
}

// expectedAlert is compared as a whole: a label or an annotation more is an error as well.
type expectedAlert struct {
	Labels      map[string]string  `json:"exp_labels"`
	Annotations alerts.Annotations `json:"exp_annotations"`
}

// minute is how far the samples of a case are apart.
const minute = time.Minute

// TestAlerts has every alert fire at its moment and with its words, and stay silent a moment before and just short of it. Each
// group is tested by itself, with the rules that record what it uses.
func TestAlerts(t *testing.T) {
	groups := alerts.Groups(alerttest.Features(), alerttest.RunbookURL)
	said, err := run(t, "promtool", "check", "rules", "--lint=all", "--lint-fatal", asFile(t, "rules.yaml", alerts.Render(groups...)))
	if err != nil {
		t.Error(said)
	}
	tests := map[string]*ruleTests{}
	for _, c := range alerttest.Cases() {
		group, rule := find(t, groups, c.Alert)
		of := tests[group.Name]
		if of == nil {
			of = &ruleTests{RuleFiles: []string{asFile(t, "rules.yaml", alerts.Render(append(recording(groups, group), group)...))}}
			tests[group.Name] = of
		}
		of.Tests = append(of.Tests, fires(t, c, group, rule))
		if rule.Labels.Severity != alerts.Heartbeat {
			of.Tests = append(of.Tests, silent(t, c)...)
		}
	}
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Alert != "" && !slices.ContainsFunc(alerttest.Cases(), func(c alerttest.Case) bool { return c.Alert == r.Alert }) {
				t.Errorf("%s: got no case, want one in which it fires and one in which it is silent", r.Alert)
			}
		}
	}
	for name, of := range tests {
		t.Run(name, func(t *testing.T) {
			if said, err := run(t, "promtool", "test", "rules", asFile(t, "tests.yaml", of)); err != nil {
				t.Error(said, err)
			}
		})
	}
}

// recording are all groups but one, with the rules alone that record something.
func recording(groups []alerts.Group, but alerts.Group) []alerts.Group {
	var out []alerts.Group
	for _, g := range groups {
		rules := slices.DeleteFunc(slices.Clone(g.Rules), func(r alerts.Rule) bool { return r.Record == "" })
		if g.Name != but.Name && len(rules) > 0 {
			out = append(out, alerts.Group{Name: g.Name, Interval: g.Interval, Rules: rules})
		}
	}
	return out
}

// fires is that a case fires when it should, and not one evaluation before.
func fires(t *testing.T, c alerttest.Case, group alerts.Group, rule alerts.Rule) ruleTest {
	t.Helper()
	set, err := queryParser.ParseMetric(c.Labels)
	if err != nil {
		t.Fatalf("%s: labels: %v", c.Alert, err)
	}
	labels := set.Map()
	labels["severity"], labels["layer"] = string(rule.Labels.Severity), string(rule.Labels.Layer)
	if rule.Labels.About != "" {
		labels["about"] = rule.Labels.About
	}
	test := ruleTest{Name: c.Alert + " fires", Interval: "1m", Series: series(t, c.Alert, append(c.Fires, c.Beside...)), Alerts: []alertTest{{
		At: c.At.String(), Name: c.Alert, Expected: []expectedAlert{{labels, alerts.Annotations{
			Summary: c.Summary, Description: c.Description, RunbookURL: alerttest.RunbookURL + alerts.Anchor(c.Alert),
		}}},
	}}}
	step := max(group.Interval, minute)
	if c.At%step != 0 || c.At == 0 && rule.Labels.Severity != alerts.Heartbeat {
		t.Errorf("%s: got it looked at after %s, want a multiple of the group's %s", c.Alert, c.At, step)
	}
	if c.At > 0 {
		test.Alerts = append(test.Alerts, alertTest{At: (c.At - step).String(), Name: c.Alert, Expected: []expectedAlert{}})
	}
	return test
}

// silent is that the other parts of a case do not fire.
func silent(t *testing.T, c alerttest.Case) []ruleTest {
	t.Helper()
	if len(c.Silent) == 0 {
		t.Errorf("%s: got no series with which it is silent, want some", c.Alert)
	}
	var tests []ruleTest
	for i, texts := range append([][]string{c.Silent}, c.Neither...) {
		tests = append(tests, ruleTest{
			Name: fmt.Sprintf("%s is silent (%d)", c.Alert, i), Interval: "1m", Series: series(t, c.Alert, append(texts, c.Beside...)),
			Alerts: []alertTest{{At: c.At.String(), Name: c.Alert, Expected: []expectedAlert{}}},
		})
	}
	return tests
}

// series takes apart what a case has as one text: the values stand behind the labels.
func series(t *testing.T, alert string, texts []string) []ruleSeries {
	t.Helper()
	out := make([]ruleSeries, 0, len(texts))
	for _, text := range texts {
		at := strings.LastIndex(text, "} ")
		if at < 0 {
			t.Fatalf("%s: got %q, want labels, a space and values", alert, text)
		}
		out = append(out, ruleSeries{text[:at+1], text[at+2:]})
	}
	return out
}

// find returns an alert with its group.
func find(t *testing.T, groups []alerts.Group, name string) (alerts.Group, alerts.Rule) {
	t.Helper()
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Alert == name {
				return g, r
			}
		}
	}
	t.Fatalf("got a case of %s, want one of an alert that there is", name)
	return alerts.Group{}, alerts.Rule{}
}

// asFile writes JSON, which is YAML as well.
func asFile(t *testing.T, name string, content any) string {
	t.Helper()
	text, err := json.MarshalIndent(content, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return write(t, t.TempDir(), name, string(text))
}
