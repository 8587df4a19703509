package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// lokiVariable is how Loki's plug-in is asked for the values of a label.
const lokiVariable = 1

// builder makes the variable, with everything chosen at first.
func (v Variable) builder() cog.Builder[dashboard.VariableModel] {
	if v.Source == "" {
		return dashboard.NewTextBoxVariableBuilder(v.Name).Label(v.Label).DefaultValue(dashboard.StringOrMap{String: cog.ToPtr("")})
	}
	query := dashboard.StringOrMap{String: cog.ToPtr("label_values(" + v.Metric + ", " + v.Of + ")")}
	if v.Source == Loki {
		query = dashboard.StringOrMap{Map: map[string]any{"label": v.Of, "stream": "", "type": lokiVariable, "refId": v.Name}}
	}
	everything := dashboard.VariableOption{
		Selected: cog.ToPtr(true),
		Text:     dashboard.StringOrArrayOfString{ArrayOfString: []string{"All"}},
		Value:    dashboard.StringOrArrayOfString{ArrayOfString: []string{"$__all"}},
	}
	return dashboard.NewQueryVariableBuilder(v.Name).Label(v.Label).Datasource(ref(v.Source)).Query(query).
		Multi(true).IncludeAll(true).AllValue(v.all()).Current(everything).
		Refresh(dashboard.VariableRefreshOnDashboardLoad).Sort(dashboard.VariableSortAlphabeticalCaseInsensitiveAsc)
}
