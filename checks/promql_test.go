package checks

import (
	"fmt"
	"slices"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// queryParser reads expressions as Prometheus does by default.
var queryParser = parser.NewParser(parser.Options{})

// metricNames are the metrics that an expression asks for, by Prometheus's own parser: sorted, each once.
//
// Errors: what the parser says, or a selector that names no metric, or names it by a pattern.
func metricNames(expr string) ([]string, error) {
	tree, err := queryParser.ParseExpr(expr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", expr, err)
	}
	var names []string
	for _, selector := range selectors(tree) {
		i := slices.IndexFunc(selector.LabelMatchers, func(m *labels.Matcher) bool {
			return m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual && m.Value != ""
		})
		if i < 0 {
			return nil, fmt.Errorf("%s: got the selector %s without a metric's name, want one", expr, selector)
		}
		names = append(names, selector.LabelMatchers[i].Value)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// selectors are all places of an expression where series are asked for, each with its matchers of labels.
func selectors(tree parser.Expr) []*parser.VectorSelector {
	var out []*parser.VectorSelector
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			out = append(out, selector)
		}
		return nil
	})
	return out
}

func TestMetricNames(t *testing.T) {
	for _, tc := range []struct {
		name, expr string
		want       []string
	}{
		{"one", `up == 0`, []string{"up"}},
		{"none", `vector(1)`, nil},
		{"ranges, functions and both sides", `sum by (a) (rate(b_total{c="d"}[5m])) / on () group_left max(a_bytes offset 1h)`, []string{"a_bytes", "b_total"}},
		{"twice", `up or up`, []string{"up"}},
		{"in a sub-query", `max_over_time(sum(a)[1h:1m])`, []string{"a"}},
		{"as a label", `{__name__="a",b="c"}`, []string{"a"}},
		{"absent", `absent(a{b="c"})`, []string{"a"}},
		{"recorded", `a:b:rate5m > 1`, []string{"a:b:rate5m"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := metricNames(tc.expr)
			if err != nil || !slices.Equal(got, tc.want) {
				t.Errorf("got %q and %v, want %q", got, err, tc.want)
			}
		})
	}
	for _, expr := range []string{`sum(`, `{b="c"}`, `{__name__=~"a|b"}`, `rate(a)`} {
		if got, err := metricNames(expr); err == nil {
			t.Errorf("%s: got %q, want an error", expr, got)
		}
	}
}
