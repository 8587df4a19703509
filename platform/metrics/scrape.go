package metrics

// scrape is what Prometheus writes by itself: of each target, how its scrape went, and of each alert, in which state it is.
// Source: https://prometheus.io/docs/concepts/jobs_instances/
var scrape = []string{
	"ALERTS",
	"ALERTS_FOR_STATE",
	"scrape_duration_seconds",
	"scrape_samples_post_metric_relabeling",
	"scrape_samples_scraped",
	"scrape_series_added",
	"up",
}
