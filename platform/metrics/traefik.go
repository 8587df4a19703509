package metrics

// traefik is what the ingress tells: of each service, of each entry point, and of the certificates that it shows.
// Source: https://doc.traefik.io/traefik/observability/metrics/overview/
var traefik = []string{
	"traefik_config_last_reload_success",
	"traefik_config_reloads_total",
	"traefik_entrypoint_requests_total",
	"traefik_open_connections",
	"traefik_service_request_duration_seconds_bucket",
	"traefik_service_request_duration_seconds_count",
	"traefik_service_request_duration_seconds_sum",
	"traefik_service_requests_bytes_total",
	"traefik_service_requests_total",
	"traefik_service_responses_bytes_total",
	"traefik_tls_certs_not_after",
}
