package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// schemaVersion is that of what is rendered: Grafana's classic model, which its files are provisioned in, and which it converts
// when it reads an older one. Its library calls the whole of it deprecated, and its parts not.
const schemaVersion = 42

// envelope is a dashboard around its panels.
// Source: https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/
type envelope struct {
	UID           string                        `json:"uid"`
	Title         string                        `json:"title"`
	Description   string                        `json:"description"`
	Tags          []string                      `json:"tags"`
	Timezone      string                        `json:"timezone"`
	Editable      bool                          `json:"editable"`
	GraphTooltip  dashboard.DashboardCursorSync `json:"graphTooltip"`
	Time          span                          `json:"time"`
	Refresh       string                        `json:"refresh"`
	SchemaVersion int                           `json:"schemaVersion"`
	Panels        []dashboard.PanelOrRowPanel   `json:"panels"`
	Templating    templating                    `json:"templating"`
	Annotations   annotations                   `json:"annotations"`
	Links         []dashboard.DashboardLink     `json:"links"`
}

type span struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type templating struct {
	List []dashboard.VariableModel `json:"list"`
}

type annotations struct {
	List []dashboard.AnnotationQuery `json:"list"`
}
