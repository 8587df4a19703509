package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	logspanel "github.com/grafana/grafana-foundation-sdk/go/logs"
	"github.com/grafana/grafana-foundation-sdk/go/loki"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	statpanel "github.com/grafana/grafana-foundation-sdk/go/stat"
	tablepanel "github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// maxLines is how many lines of logs are fetched at once.
const maxLines = 500

// build makes the panel: first what its kind has, then what all of them have.
func (p Panel) build(id uint32, at dashboard.GridPos) (dashboard.Panel, error) {
	out, err := p.kind().Build()
	if err != nil {
		return dashboard.Panel{}, fmt.Errorf("panel %q: %w", p.Title, err)
	}
	out.Id, out.GridPos = &id, &at
	out.Title, out.Description, out.Datasource = &p.Title, &p.Description, cog.ToPtr(ref(p.Source))
	for i, t := range p.Targets {
		query, err := p.query(t, refID(i)).Build()
		if err != nil {
			return dashboard.Panel{}, fmt.Errorf("panel %q: %w", p.Title, err)
		}
		out.Targets = append(out.Targets, query)
	}
	if p.Kind == Table {
		out.Transformations = p.columns()
	}
	if err := out.Validate(); err != nil {
		return dashboard.Panel{}, fmt.Errorf("panel %q: %w", p.Title, err)
	}
	return out, nil
}

func refID(i int) string { return string(rune('A' + i)) }

func (p Panel) query(t Target, id string) cog.Builder[variants.Dataquery] {
	if p.Source == Loki {
		b := loki.NewDataqueryBuilder().Expr(t.Expr).LegendFormat(t.Legend).RefId(id).Datasource(ref(Loki))
		if p.Kind == Logs {
			return b.QueryType("range").MaxLines(maxLines)
		}
		if p.instant() {
			return b.QueryType("instant")
		}
		return b.QueryType("range")
	}
	b := prometheus.NewDataqueryBuilder().Expr(t.Expr).LegendFormat(t.Legend).RefId(id).Datasource(ref(Prometheus))
	if p.Kind == Table {
		b.Format(prometheus.PromQueryFormatTable)
	}
	if p.instant() {
		return b.Instant()
	}
	return b.Range()
}

// kind makes what each kind has of its own.
func (p Panel) kind() cog.Builder[dashboard.Panel] {
	newest := common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"})
	switch p.Kind {
	case Stat:
		b := statpanel.NewPanelBuilder().ReduceOptions(newest).Orientation(common.VizOrientationAuto).GraphMode(common.BigValueGraphModeNone).ColorMode(common.BigValueColorModeValue)
		return with(b, p)
	case BarGauge:
		b := bargauge.NewPanelBuilder().ReduceOptions(newest).Orientation(common.VizOrientationHorizontal).DisplayMode(common.BarGaugeDisplayModeBasic).Min(0)
		return with(b, p)
	case Table:
		b := tablepanel.NewPanelBuilder().ShowHeader(true).
			Footer(common.NewTableFooterOptionsBuilder().Show(false).Reducer([]string{}))
		for _, t := range p.Targets {
			if t.Unit != "" {
				b.OverrideByName(t.Legend, []dashboard.DynamicConfigValue{{Id: "unit", Value: t.Unit}})
			}
		}
		if p.SortBy != "" {
			b.SortBy([]cog.Builder[common.TableSortByFieldState]{common.NewTableSortByFieldStateBuilder().DisplayName(p.SortBy).Desc(true)})
		}
		return with(b, p)
	case Logs:
		return logspanel.NewPanelBuilder().ShowTime(true).WrapLogMessage(true).EnableLogDetails(true).
			SortOrder(common.LogsSortOrderDescending).DedupStrategy(common.LogsDedupStrategyNone)
	default:
		b := timeseries.NewPanelBuilder().Min(0).LineWidth(1).FillOpacity(10).ShowPoints(common.VisibilityModeNever).
			Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom)).
			Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending))
		if p.Stacked {
			b.FillOpacity(30).Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal))
		}
		if p.Limits != nil {
			b.ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed))
		}
		return with(b, p)
	}
}
