package metrics

// grafana is what Grafana tells of itself.
// Source: pkg/infra/metrics/metrics.go of https://github.com/grafana/grafana
var grafana = []string{
	"grafana_api_response_status_total",
	"grafana_build_info",
	"grafana_page_response_status_total",
	"grafana_stat_totals_dashboard",
}
