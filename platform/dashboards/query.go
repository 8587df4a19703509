package dashboards

import (
	"regexp"
	"strings"
)

// Query is one thing that a dashboard asks.
type Query struct {
	// Dashboard is the identifier of the dashboard, and Panel the title of the panel.
	Dashboard, Panel string
	// Source is who is asked.
	Source Source
	// Expr is what is asked, as it stands in the dashboard, and Plain without Grafana's variables: intervals are minutes, and
	// everything is chosen that may be chosen.
	Expr, Plain string
	// Instant says that only the newest value is asked for.
	Instant bool
}

// Queries are all that the panels of the dashboard ask, in order.
func (d *Dashboard) Queries() []Query {
	var out []Query
	for _, p := range d.Panels() {
		for _, t := range p.Targets {
			out = append(out, Query{
				Dashboard: d.UID, Panel: p.Title, Source: p.Source, Expr: t.Expr, Plain: d.plain(t.Expr), Instant: p.instant(),
			})
		}
	}
	return out
}

// builtIn are the variables that Grafana fills in by itself, with what they are in a plain query.
// Source: https://grafana.com/docs/grafana/latest/dashboards/variables/add-template-variables/#global-variables
var builtIn = strings.NewReplacer("$__rate_interval", "5m", "$__interval", "1m", "$__auto", "5m", "$__range", "6h")

var variableForm = regexp.MustCompile(`\$([a-z]+)\b`)

func (d *Dashboard) plain(expr string) string {
	return variableForm.ReplaceAllStringFunc(builtIn.Replace(expr), func(name string) string {
		for _, v := range d.Variables {
			if "$"+v.Name == name {
				return v.all()
			}
		}
		return name
	})
}

// all is what stands for the choice of everything. Loki refuses a query in which every label may be missing.
func (v Variable) all() string {
	switch v.Source {
	case Prometheus:
		return ".*"
	case Loki:
		return ".+"
	default:
		return ""
	}
}
