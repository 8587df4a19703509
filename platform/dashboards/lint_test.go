package dashboards

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// everything is each dashboard that there can be.
func everything(t *testing.T) []*Dashboard {
	t.Helper()
	out, err := Platform(&Args{VolumePath: "/data", Longhorn: true, Postgres: true, Loki: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, app := range []Application{
		{Name: "shop", Namespace: "shop-prod", Host: "shop.example.com", Database: "shop", Loki: true},
		{Name: "worker", Namespace: "shop-prod"},
		{Name: strings.Repeat("long", 15), Namespace: strings.Repeat("long", 15)},
	} {
		d, err := app.Dashboard()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	}
	return out
}

func TestLint(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range everything(t) {
		if err := lint(d); err != nil {
			t.Errorf("%s: %v", d.UID, err)
		}
		if seen[d.UID] {
			t.Errorf("%s: got the identifier twice, want it once", d.UID)
		}
		seen[d.UID] = true
	}
}

// rendered is what is looked at of the JSON.
type rendered struct {
	Editable      bool   `json:"editable"`
	Refresh       string `json:"refresh"`
	SchemaVersion int    `json:"schemaVersion"`
	Panels        []struct {
		ID      int    `json:"id"`
		Type    string `json:"type"`
		GridPos struct{ X, Y, W, H int }
	} `json:"panels"`
}

// lint returns everything that is wrong with a dashboard.
func lint(d *Dashboard) error {
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	check(regexp.MustCompile(`^[a-z0-9-]{1,40}$`).MatchString(d.UID), "uid: got %q, want at most 40 characters", d.UID)
	check(d.Title != "" && d.Description != "" && d.From != "" && slices.Contains([]string{TagPlatform, TagApplications}, d.Tag), "got no title, description, time or tag")
	titles := map[string]bool{}
	for _, p := range d.Panels() {
		check(!titles[p.Title], "panel %q: got the title twice", p.Title)
		titles[p.Title] = true
		errs = append(errs, lintPanel(p)...)
	}
	var text strings.Builder
	for _, q := range d.Queries() {
		text.WriteString(q.Expr + "\n")
		check(!strings.Contains(q.Plain, "$"), "panel %q: got an unknown variable in %s", q.Panel, q.Expr)
	}
	for _, v := range d.Variables {
		check(regexp.MustCompile(`\$`+v.Name+`\b`).MatchString(text.String()), "variable %s: got it used by no query", v.Name)
		check(v.Label != "" && (v.Source == "") == (v.Of == "") && (v.Source == Prometheus) == (v.Metric != ""), "variable %+v: got it half described", v)
	}
	return errors.Join(append(errs, lintJSON(d)...)...)
}

// Counters are recognised by their names; CloudNativePG calls two of its gauges a total, and its counters nothing.
var (
	counterForm  = regexp.MustCompile(`\b(\w+_(?:total|count|sum|bucket)|cnpg_pg_stat_\w+)\b`)
	counterInUse = regexp.MustCompile(`(?:rate|increase|count)\(\w+$`)
	gauges       = []string{"cnpg_backends_total", "cnpg_backends_waiting_total"}
)

func lintPanel(p Panel) (errs []error) {
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf("panel %q: "+format, append([]any{p.Title}, got...)...))
		}
	}
	check(p.Title != "" && p.Description != "" && strings.HasSuffix(p.Description, "."), "got the description %q, want a sentence", p.Description)
	check(p.Kind == Logs || p.Unit != "", "got no unit")
	check(p.Source == Prometheus || p.Source == Loki, "got the source %q", p.Source)
	check(len(p.Targets) > 0, "got no query")
	check(p.Limits == nil || p.Limits.Warn != p.Limits.Bad, "got the limits %+v, want two", p.Limits)
	legends := map[string]bool{}
	for _, target := range p.Targets {
		check(p.Kind == Stat || p.Kind == Logs || target.Legend != "", "got no legend for %s", target.Expr)
		check(!legends[target.Legend], "got the legend %q twice", target.Legend)
		legends[target.Legend] = true
		for _, at := range counterForm.FindAllStringIndex(target.Expr, -1) {
			name := target.Expr[at[0]:at[1]]
			right := slices.Contains(gauges, name) || counterInUse.MatchString(target.Expr[:at[1]])
			check(right, "got the counter %s as it is, want its rate or increase", name)
		}
		check(strings.Count(target.Expr, "(") == strings.Count(target.Expr, ")"), "got brackets that do not match in %s", target.Expr)
	}
	check(p.SortBy == "" || legends[p.SortBy], "got it sorted by %q, which is no column", p.SortBy)
	return errs
}

var sourceForm = regexp.MustCompile(`"datasource":\{"type":"([a-z]+)","uid":"([^"]+)"\}`)

// lintJSON looks at what Grafana is given.
func lintJSON(d *Dashboard) (errs []error) {
	text, err := d.JSON()
	if err != nil {
		return []error{err}
	}
	var r rendered
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return []error{err}
	}
	if r.Editable || r.Refresh != "1m" || r.SchemaVersion < 42 {
		errs = append(errs, fmt.Errorf("got editable %t, refresh %q and schema %d", r.Editable, r.Refresh, r.SchemaVersion))
	}
	if got := strings.Count(text, `"datasource":`); got != len(sourceForm.FindAllString(text, -1)) {
		errs = append(errs, errors.New("got a data source of another form"))
	}
	for _, m := range sourceForm.FindAllStringSubmatch(text, -1) {
		if m[1] != m[2] || (m[2] != string(Prometheus) && m[2] != string(Loki)) {
			errs = append(errs, fmt.Errorf("got the data source %s", m[0]))
		}
	}
	taken := map[[2]int]int{}
	for i, p := range r.Panels {
		if p.ID != i+1 {
			errs = append(errs, fmt.Errorf("panel %d: got the number %d", i+1, p.ID))
		}
		if p.GridPos.X+p.GridPos.W > columns || p.GridPos.W < 1 || p.GridPos.H < 1 {
			errs = append(errs, fmt.Errorf("panel %d: got it at %+v, want it within %d columns", p.ID, p.GridPos, columns))
		}
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if taken[[2]int{x, y}] != 0 {
					errs = append(errs, fmt.Errorf("panel %d: got it on panel %d", p.ID, taken[[2]int{x, y}]))
				}
				taken[[2]int{x, y}] = p.ID
			}
		}
	}
	return errs
}

// TestLintFinds gives lint what it must find.
func TestLintFinds(t *testing.T) {
	right := lines("Requests", amount, "Requests in a second.", Target{Expr: `rate(a_total[$__rate_interval])`, Legend: "a"})
	for want, spoil := range map[string]func(*Dashboard){
		"want at most 40":         func(d *Dashboard) { d.UID = strings.Repeat("a", 41) },
		"got no title":            func(d *Dashboard) { d.Description = "" },
		"got the title twice":     func(d *Dashboard) { d.Rows[0].Panels = append(d.Rows[0].Panels, right) },
		"got an unknown variable": func(d *Dashboard) { d.Rows[0].Panels[0].Targets = []Target{{Expr: "a{b=~`$c`}", Legend: "a"}} },
		"got it used by no query": func(d *Dashboard) { d.Variables = []Variable{{Name: "c", Label: "C"}} },
		"got it half described":   func(d *Dashboard) { d.Variables = []Variable{{Name: "c", Label: "C", Source: Prometheus}} },
		"want a sentence":         func(d *Dashboard) { d.Rows[0].Panels[0].Description = "Requests" },
		"got no unit":             func(d *Dashboard) { d.Rows[0].Panels[0].Unit = "" },
		`got the source ""`:       func(d *Dashboard) { d.Rows[0].Panels[0].Source = "" },
		"got no query":            func(d *Dashboard) { d.Rows[0].Panels[0].Targets = nil },
		"got no legend":           func(d *Dashboard) { d.Rows[0].Panels[0].Targets = []Target{{Expr: "a"}} },
		"got the counter a_total": func(d *Dashboard) { d.Rows[0].Panels[0].Targets = []Target{{Expr: "sum(a_total)", Legend: "a"}} },
		"got the counter cnpg_pg": func(d *Dashboard) {
			d.Rows[0].Panels[0].Targets = []Target{{Expr: "cnpg_pg_stat_database_deadlocks", Legend: "a"}}
		},
		"brackets":           func(d *Dashboard) { d.Rows[0].Panels[0].Targets = []Target{{Expr: "sum(a", Legend: "a"}} },
		"got the limits":     func(d *Dashboard) { d.Rows[0].Panels[0].Limits = &Limits{1, 1} },
		"which is no column": func(d *Dashboard) { d.Rows[0].Panels[0].SortBy = "b" },
		"gridPos.w: must be": func(d *Dashboard) { d.Rows[0].Panels[0].Width = 25 },
	} {
		d := &Dashboard{UID: "a", Title: "A", Description: "A.", Tag: TagPlatform, From: "now-1h", Rows: []Row{{"", []Panel{right}}}}
		if err := lint(d); err != nil {
			t.Fatalf("got %v, want nothing wrong", err)
		}
		spoil(d)
		if err := lint(d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
