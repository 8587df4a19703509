package alerts

import (
	"time"

	door "github.com/lvs-cloud/lvs-cloud/platform/ingress"
)

// What Traefik hands to each service, and what of it fails on the server's side, a second.
const (
	requests = "service:traefik_service_requests:rate5m"
	errored  = "service:traefik_service_errors:rate5m"
)

// ingress is about what comes in from outside. A service with next to no requests is not judged: one failure would be most of
// them.
func ingress() Group {
	return Group{Name: "ingress", Rules: []Rule{
		{Record: requests, Expr: `sum by (service) (rate(traefik_service_requests_total[5m]))`},
		{Record: errored, Expr: `sum by (service) (rate(traefik_service_requests_total{code=~"5.."}[5m]))`},
		{
			Alert: "IngressDown", For: 3 * time.Minute, Labels: Labels{Critical, Service, ""},
			Expr: deploymentDown(door.Namespace, "traefik"),
			Annotations: Annotations{
				Summary:     "Traefik is down",
				Description: "No pod of {{ $labels.namespace }}/{{ $labels.deployment }} takes requests: nothing is reachable from outside.",
			},
		},
		{
			Alert: "ServiceErrors", For: 10 * time.Minute, Labels: Labels{Warning, Service, "errors"},
			Expr: errored + ` / ` + requests + ` > 0.05 and ` + requests + ` > 0.05`,
			Annotations: Annotations{
				Summary:     "Service {{ $labels.service }} answers with errors",
				Description: "{{ $value | humanizePercentage }} of the requests to {{ $labels.service }} have failed on the server's side.",
			},
		},
		{
			Alert: "ServiceFailing", For: 5 * time.Minute, Labels: Labels{Critical, Service, "errors"},
			Expr: errored + ` / ` + requests + ` > 0.5 and ` + requests + ` > 0.05`,
			Annotations: Annotations{
				Summary:     "Service {{ $labels.service }} fails",
				Description: "{{ $value | humanizePercentage }} of the requests to {{ $labels.service }} have failed on the server's side.",
			},
		},
		{
			// Images take as long as they take, and a web socket is open for hours.
			Alert: "ServiceSlow", For: 15 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `histogram_quantile(0.95, sum by (service, le) (rate(traefik_service_request_duration_seconds_bucket{protocol!="websocket",service!~"registry-.*"}[10m]))) > 2` +
				` and on (service) ` + requests + ` > 0.1`,
			Annotations: Annotations{
				Summary:     "Service {{ $labels.service }} is slow",
				Description: "One request in twenty to {{ $labels.service }} takes more than {{ $value | humanizeDuration }}.",
			},
		},
	}}
}
