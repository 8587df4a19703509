package dashboards

import "fmt"

// errors are answers that say that the service failed.
const errors5xx = `code=~"5.."`

// requests is how many requests a second services were asked, and failures is the share of them that failed.
func requests(selector, by string) string {
	return fmt.Sprintf(`sum by (%s) (rate(traefik_service_requests_total{%s}[$__rate_interval]))`, by, selector)
}

func failures(selector, by string) string {
	return fmt.Sprintf(`(%s or 0 * %s) / (%s > 0)`, requests(errors5xx+", "+selector, by), requests(selector, by), requests(selector, by))
}

// duration is how long a share of the requests took at the most.
func duration(share, selector, by string) string {
	return fmt.Sprintf(`histogram_quantile(%s, sum by (%s) (rate(traefik_service_request_duration_seconds_bucket{%s}[$__rate_interval])))`, share, by, selector)
}

// ingress is what comes in from outside.
func ingress() *Dashboard {
	const all = `service=~"$service"`
	return &Dashboard{
		UID: "ingress", Title: "Ingress", Tag: TagPlatform, From: "now-6h",
		Description: "What comes in from outside, by service: how many requests, how many of them failed, and how long they took.",
		Variables:   []Variable{{Name: "service", Label: "Service", Source: Prometheus, Of: "service", Metric: "traefik_service_requests_total"}},
		Rows: []Row{
			{"", []Panel{
				stat("Requests", requestsS, "Requests in a second.", `sum(rate(traefik_service_requests_total{`+all+`}[$__rate_interval])) or vector(0)`),
				stat("Failed", share, "Share of requests that a service failed to answer.", `(sum(rate(traefik_service_requests_total{`+errors5xx+`, `+all+`}[$__rate_interval])) or vector(0)) / (sum(rate(traefik_service_requests_total{`+all+`}[$__rate_interval])) > 0) or vector(0)`).limits(0.01, 0.05),
				stat("95 of 100 within", seconds, "How long 95 of 100 requests took at the most.", duration("0.95", all, "le")).limits(1, 3),
				stat("Connections", amount, "Connections that are open.", `sum(traefik_open_connections)`),
				stat("Configuration", seconds, "Time since Traefik took up a new configuration.", `time() - max(traefik_config_last_reload_success)`),
				stat("Certificate ends in", seconds, "When the first certificate that is shown ends.", `min(traefik_tls_certs_not_after) - time()`).limits(21*86400, 7*86400),
			}},
			{"Services", []Panel{
				lines("Requests by service", requestsS, "Requests in a second, by service.", Target{Expr: requests(all, "service"), Legend: "{{service}}"}),
				lines("Failed by service", share, "Share of requests that a service failed to answer.", Target{Expr: failures(all, "service"), Legend: "{{service}}"}).limits(0.01, 0.05),
				lines("50 of 100 within, by service", seconds, "How long half of the requests took at the most.", Target{Expr: duration("0.5", all, "service, le"), Legend: "{{service}}"}),
				lines("95 of 100 within, by service", seconds, "How long 95 of 100 requests took at the most.", Target{Expr: duration("0.95", all, "service, le"), Legend: "{{service}}"}),
				table("By service", requestsS, "Each service over the whole time that is shown.",
					Target{Expr: `sum by (service) (rate(traefik_service_requests_total{` + all + `}[$__range]))`, Legend: "Requests"},
					Target{Expr: `sum by (service) (rate(traefik_service_requests_total{` + errors5xx + `, ` + all + `}[$__range]))`, Legend: "Failed"},
					Target{Expr: `histogram_quantile(0.95, sum by (service, le) (rate(traefik_service_request_duration_seconds_bucket{` + all + `}[$__range])))`, Legend: "95 of 100 within", Unit: seconds}).sortedBy("Requests"),
			}},
			{"Answers", []Panel{
				lines("Answers by code", requestsS, "Answers in a second, by their code.", Target{Expr: requests(all, "code"), Legend: "{{code}}"}).stacked(),
				lines("Traffic", bytesPerS, "What came in and went out, by service.",
					Target{Expr: `sum by (service) (rate(traefik_service_requests_bytes_total{` + all + `}[$__rate_interval]))`, Legend: "{{service}} in"},
					Target{Expr: `sum by (service) (rate(traefik_service_responses_bytes_total{` + all + `}[$__rate_interval]))`, Legend: "{{service}} out"}),
				lines("By entry point", requestsS, "Requests in a second at each door of Traefik, those included that no service took.",
					Target{Expr: `sum by (entrypoint, code) (rate(traefik_entrypoint_requests_total[$__rate_interval]))`, Legend: "{{entrypoint}} {{code}}"}),
			}},
		},
	}
}
