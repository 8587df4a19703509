package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// builder is what the builders of all kinds with values can do.
type builder[B any] interface {
	cog.Builder[dashboard.Panel]
	Unit(string) B
	Max(float64) B
	Thresholds(cog.Builder[dashboard.ThresholdsConfig]) B
	ColorScheme(cog.Builder[dashboard.FieldColor]) B
	Mappings([]dashboard.ValueMapping) B
}

// with sets how the values of a panel are shown.
func with[B builder[B]](b B, p Panel) B {
	b.Unit(p.Unit)
	if p.Max != nil {
		b.Max(*p.Max)
	}
	b.Thresholds(p.Limits.builder())
	if p.Kind == Stat || p.Kind == BarGauge {
		b.ColorScheme(dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdThresholds))
	}
	if len(p.Names) > 0 {
		options := map[string]dashboard.ValueMappingResult{}
		for _, n := range p.Names {
			colour := good
			if n.Bad {
				colour = bad
			}
			options[n.Number] = dashboard.ValueMappingResult{Text: &n.Text, Color: &colour}
		}
		b.Mappings([]dashboard.ValueMapping{{ValueMap: &dashboard.ValueMap{Type: dashboard.MappingTypeValueToText, Options: options}}})
	}
	return b
}

const good, warning, bad = "green", "orange", "red"

// builder makes the steps from the lowest on, which has no value of its own.
func (l *Limits) builder() *dashboard.ThresholdsConfigBuilder {
	steps := []dashboard.Threshold{{Color: good}}
	switch {
	case l == nil:
	case l.Bad < l.Warn:
		steps = []dashboard.Threshold{{Color: bad}, {Color: warning, Value: &l.Bad}, {Color: good, Value: &l.Warn}}
	default:
		steps = append(steps, dashboard.Threshold{Color: warning, Value: &l.Warn}, dashboard.Threshold{Color: bad, Value: &l.Bad})
	}
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(steps)
}

// organize is what Grafana's transformation of that name is told.
// Source: https://grafana.com/docs/grafana/latest/panels-visualizations/query-transform-data/transform-data/
type organize struct {
	ExcludeByName map[string]bool   `json:"excludeByName"`
	RenameByName  map[string]string `json:"renameByName"`
}

type merge struct{}

// columns make one table of all queries: the labels that they share, and a column for each of them.
func (p Panel) columns() []dashboard.DataTransformerConfig {
	o := organize{map[string]bool{"Time": true}, map[string]string{}}
	if len(p.Targets) == 1 {
		o.RenameByName["Value"] = p.Targets[0].Legend
		return []dashboard.DataTransformerConfig{{Id: "organize", Options: o}}
	}
	for i, t := range p.Targets {
		o.RenameByName["Value #"+refID(i)] = t.Legend
	}
	return []dashboard.DataTransformerConfig{{Id: "merge", Options: merge{}}, {Id: "organize", Options: o}}
}
