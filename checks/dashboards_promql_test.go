package checks

import (
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/lvs-cloud/lvs-cloud/platform/dashboards"
	"github.com/lvs-cloud/lvs-cloud/platform/metrics"
)

// everyDashboard is each dashboard that there can be.
func everyDashboard(t *testing.T) []*dashboards.Dashboard {
	t.Helper()
	out, err := dashboards.Platform(&dashboards.Args{VolumePath: "/data", Longhorn: true, Postgres: true, Loki: true})
	if err != nil {
		t.Fatal(err)
	}
	app, err := (&dashboards.Application{Name: "shop", Namespace: "prod", Host: "shop.example.com", Database: "shop", Loki: true}).Dashboard()
	if err != nil {
		t.Fatal(err)
	}
	return append(out, app)
}

// TestDashboardsAskForWhatThereIs reads each query of Prometheus by its own parser, and looks whether what it asks for is kept.
func TestDashboardsAskForWhatThereIs(t *testing.T) {
	names, asked := metrics.All(), 0
	for _, d := range everyDashboard(t) {
		for _, v := range d.Variables {
			if v.Source == dashboards.Prometheus && !slices.Contains(names, v.Metric) {
				t.Errorf("%s: variable %s: got %s, which is not kept", d.UID, v.Name, v.Metric)
			}
		}
		for _, q := range d.Queries() {
			if q.Source != dashboards.Prometheus {
				continue
			}
			asked++
			got, err := metricNames(q.Plain)
			if err != nil {
				t.Errorf("%s: %s: %v", d.UID, q.Panel, err)
			}
			for _, name := range got {
				if !slices.Contains(names, name) {
					t.Errorf("%s: %s: got %s, which is not kept", d.UID, q.Panel, name)
				}
			}
		}
	}
	if asked < 150 {
		t.Errorf("got %d queries, want those of all dashboards", asked)
	}
}

// TestDashboardsTakeRatesOfCounters looks at every counter: what it counted since its start says nothing.
func TestDashboardsTakeRatesOfCounters(t *testing.T) {
	seen := 0
	for _, d := range everyDashboard(t) {
		for _, q := range d.Queries() {
			if q.Source != dashboards.Prometheus {
				continue
			}
			wrong, counters := bareCounters(t, q.Plain)
			seen += counters
			for _, name := range wrong {
				t.Errorf("%s: %s: got the counter %s as it is, want its rate", d.UID, q.Panel, name)
			}
		}
	}
	if seen < 50 {
		t.Errorf("got %d counters, want those of all dashboards", seen)
	}
	if wrong, _ := bareCounters(t, `sum(a_total) + rate(b_total[5m]) + count(c_total)`); !slices.Equal(wrong, []string{"a_total"}) {
		t.Errorf("got %q, want a_total alone", wrong)
	}
}

// gauges are what CloudNativePG calls a total, although it goes up and down.
var gauges = []string{"cnpg_backends_total", "cnpg_backends_waiting_total"}

// bareCounters are the counters of an expression that are neither the subject of a rate nor counted, and how many there are.
func bareCounters(t *testing.T, expr string) (bare []string, counters int) {
	t.Helper()
	tree, err := queryParser.ParseExpr(expr)
	if err != nil {
		t.Fatal(err)
	}
	parser.Inspect(tree, func(node parser.Node, path []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok || slices.Contains(gauges, selector.Name) {
			return nil
		}
		if !slices.ContainsFunc([]string{"_total", "_count", "_sum", "_bucket"}, func(end string) bool { return strings.HasSuffix(selector.Name, end) }) {
			return nil
		}
		counters++
		for _, above := range path {
			switch above := above.(type) {
			case *parser.Call:
				if above.Func.Name == "rate" || above.Func.Name == "increase" {
					return nil
				}
			case *parser.AggregateExpr:
				if above.Op == parser.COUNT {
					return nil
				}
			}
		}
		bare = append(bare, selector.Name)
		return nil
	})
	return bare, counters
}
