package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

const (
	// refresh is how often an open dashboard asks again: nothing is measured more often.
	refresh = "1m"
	// columns are those of Grafana's grid.
	columns = 24
)

// build makes the dashboard out of the types of Grafana's library.
func (d *Dashboard) build() (*envelope, error) {
	out := &envelope{
		UID: d.UID, Title: d.Title, Description: d.Description, Tags: []string{d.Tag}, Timezone: "browser",
		GraphTooltip: dashboard.DashboardCursorSyncCrosshair, Time: span{d.From, "now"}, Refresh: refresh, SchemaVersion: schemaVersion,
		Templating: templating{[]dashboard.VariableModel{}},
	}
	for _, b := range d.links() {
		link, err := b.Build()
		if err != nil {
			return nil, err
		}
		link.Placement = nil // the library hides links in a menu
		out.Links = append(out.Links, link)
	}
	for _, v := range d.Variables {
		made, err := v.builder().Build()
		if err != nil {
			return nil, err
		}
		out.Templating.List = append(out.Templating.List, made)
	}
	mark, err := firing().Build()
	if err != nil {
		return nil, err
	}
	out.Annotations.List = []dashboard.AnnotationQuery{mark}
	out.Panels, err = d.panels()
	return out, err
}

// panels lays the panels out: they flow from left to right and wrap, so nobody counts columns, and none lies on another.
func (d *Dashboard) panels() ([]dashboard.PanelOrRowPanel, error) {
	var out []dashboard.PanelOrRowPanel
	var y, id uint32
	for _, row := range d.Rows {
		if row.Title != "" {
			id++
			header := dashboard.RowPanel{Type: "row", Id: id, Title: cog.ToPtr(row.Title), GridPos: &dashboard.GridPos{Y: y, W: columns, H: 1}, Panels: []dashboard.Panel{}}
			out = append(out, dashboard.PanelOrRowPanel{RowPanel: &header})
			y++
		}
		var x, height uint32
		for _, p := range row.Panels {
			if x+p.Width > columns {
				x, y, height = 0, y+height, 0
			}
			id++
			panel, err := p.build(id, dashboard.GridPos{X: x, Y: y, W: p.Width, H: p.Height})
			if err != nil {
				return nil, err
			}
			out = append(out, dashboard.PanelOrRowPanel{Panel: &panel})
			x, height = x+p.Width, max(height, p.Height)
		}
		y += height
	}
	return out, nil
}

// firing marks when alerts were firing, in every panel.
func firing() *dashboard.AnnotationQueryBuilder {
	return dashboard.NewAnnotationQueryBuilder().Name("Alerts").Datasource(ref(Prometheus)).Enable(true).IconColor("red").
		Target(prometheus.NewDataqueryBuilder().Expr(alertsFiring).RefId("Anno")).
		TitleFormat("{{alertname}}").TextFormat("{{severity}} {{namespace}} {{instance}}").Step("60s")
}

// links lead to the other dashboards, and to what this one is about.
func (d *Dashboard) links() []*dashboard.DashboardLinkBuilder {
	others := func(title, tag string) *dashboard.DashboardLinkBuilder {
		return dashboard.NewDashboardLinkBuilder(title).Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{tag}).AsDropdown(true).KeepTime(true).Icon("external link")
	}
	out := []*dashboard.DashboardLinkBuilder{others("Platform", TagPlatform), others("Applications", TagApplications)}
	if d.Home != "" {
		out = append(out, dashboard.NewDashboardLinkBuilder("Open").Type(dashboard.DashboardLinkTypeLink).Url(d.Home).Icon("external link").TargetBlank(true))
	}
	return out
}

func ref(s Source) common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr(string(s)), Uid: cog.ToPtr(string(s))}
}
