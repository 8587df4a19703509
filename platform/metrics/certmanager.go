package metrics

// certManager is what cert-manager's controller tells.
// Source: https://cert-manager.io/docs/devops-tips/prometheus-metrics/
var certManager = []string{
	"certmanager_certificate_expiration_timestamp_seconds",
	"certmanager_certificate_ready_status",
	"certmanager_certificate_renewal_timestamp_seconds",
	"certmanager_clusterissuer_ready_status",
	"certmanager_http_acme_client_request_count",
}
