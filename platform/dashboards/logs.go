package dashboards

const (
	// saysError are lines that Loki takes for the report of a failure.
	// Source: https://grafana.com/docs/loki/latest/configure/#limits_config, discover_log_levels
	saysError = `| detected_level=~"error|critical|fatal"`
	// written are the lines of what was chosen, and those of them that have the text that was typed.
	written  = `{namespace=~"$namespace", app=~"$app"}`
	withText = written + " |~ `(?i)$text`"
)

// text is what lines must have.
func text() Variable { return Variable{Name: "text", Label: "Text (regular expression)"} }

// logs are what everything in the cluster writes.
func logs() *Dashboard {
	return &Dashboard{
		UID: "logs", Title: "Logs", Tag: TagPlatform, From: "now-1h",
		Description: "What the applications and the platform write, and how much of it.",
		Variables: []Variable{
			{Name: "namespace", Label: "Namespace", Source: Loki, Of: "namespace"},
			{Name: "app", Label: "Application", Source: Loki, Of: "app"},
			text(),
		},
		Rows: []Row{
			{"", []Panel{
				lines("Number of lines", amount, "How many lines were written, by application.",
					Target{Expr: `sum by (namespace, app) (count_over_time(` + withText + ` [$__auto]))`, Legend: "{{namespace}}/{{app}}"}).from(Loki).stacked(),
				lines("Errors", amount, "How many lines say that something failed, by application.",
					Target{Expr: `sum by (namespace, app) (count_over_time(` + withText + ` ` + saysError + ` [$__auto]))`, Legend: "{{namespace}}/{{app}}"}).from(Loki).stacked(),
				logLines("Lines", "The lines themselves, the newest first.", withText).sized(24, 16),
			}},
			{"Node", []Panel{
				logLines("Lines of the node", "What k3s, SSH, the kernel and the other services of the node write, the newest first.", "{job=`host`} |~ `(?i)$text`"),
			}},
			{"Loki", []Panel{
				lines("Taken in", bytesPerS, "What Loki takes in.", Target{Expr: `sum(rate(loki_distributor_bytes_received_total[$__rate_interval]))`, Legend: "taken in"}),
				lines("Thrown away", countPerS, "Lines that were not taken in, and why. Some come again.",
					Target{Expr: `sum by (reason) (rate(loki_discarded_samples_total[$__rate_interval]))`, Legend: "by Loki: {{reason}}"},
					Target{Expr: `sum by (reason) (rate(loki_write_dropped_entries_total[$__rate_interval]))`, Legend: "by Alloy: {{reason}}"}),
				lines("Streams", amount, "How many combinations of labels there are. Too many of them use up the memory.",
					Target{Expr: `sum(loki_ingester_memory_streams)`, Legend: "streams"}),
				stat("Old lines deleted", seconds, "Time since what is too old was last deleted.",
					`time() - max(loki_compactor_apply_retention_last_successful_run_timestamp_seconds)`).sized(12, 8).limits(6*3600, 24*3600),
			}},
		},
	}
}
