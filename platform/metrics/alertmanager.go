package metrics

// alertmanager is what Alertmanager tells.
// Source: https://github.com/prometheus/alertmanager
var alertmanager = []string{
	"alertmanager_alerts",
	"alertmanager_build_info",
	"alertmanager_config_last_reload_successful",
	"alertmanager_notifications_failed_total",
	"alertmanager_notifications_total",
	"alertmanager_silences",
}
