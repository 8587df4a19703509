package alerts

import (
	"fmt"
	"time"
)

// flux is about what Flux keeps. Flux' own namespace is that of the exporter; an alert has the one of the object.
// Source: https://fluxoperator.dev/docs/instance/monitoring/
func flux() Group {
	resource := func(matchers string) string {
		return moved(`max by (exported_namespace, kind, name) (flux_resource_info{`+matchers+`})`, "exported_namespace") + ` == 1`
	}
	const object = "{{ $labels.kind }} {{ $labels.exported_namespace }}/{{ $labels.name }}"
	return Group{Name: "flux", Rules: []Rule{
		{
			Alert: "FluxFailing", For: 15 * time.Minute, Labels: Labels{Warning, Workload, ""},
			Expr: resource(`ready="False",suspended!="True"`),
			Annotations: Annotations{
				Summary:     object + " fails",
				Description: "Flux has not been able to bring " + object + " about for 15 minutes, and goes on trying.",
			},
		},
		{
			// Kinds without a state of their own are Unknown for ever.
			Alert: "FluxStuck", For: time.Hour, Labels: Labels{Warning, Workload, ""},
			Expr: resource(`ready="Unknown",suspended!="True",kind=~"HelmRelease|Kustomization|GitRepository|OCIRepository"`),
			Annotations: Annotations{
				Summary:     object + " makes no progress",
				Description: "Flux has been at work on " + object + " for an hour, without an end.",
			},
		},
		{
			Alert: "FluxSuspended", For: 24 * time.Hour, Labels: Labels{Warning, Workload, ""},
			Expr: resource(`suspended="True"`),
			Annotations: Annotations{
				Summary:     object + " is suspended",
				Description: "For a day Flux has left " + object + " alone, as somebody told it to: it gets no changes and is not mended.",
			},
		},
		{
			Alert: "FluxNotReady", For: 15 * time.Minute, Labels: Labels{Warning, Service, ""},
			Expr: `max by (namespace, name) (flux_instance_info{ready!="True"}) == 1`,
			Annotations: Annotations{
				Summary:     "Flux itself is not ready",
				Description: "The operator has not been able to bring up {{ $labels.namespace }}/{{ $labels.name }} for 15 minutes.",
			},
		},
	}}
}

// certificates are about what cert-manager has signed. It renews when a third of the time is left.
func certificates() Group {
	left := moved(`min by (exported_namespace, name) (certmanager_certificate_expiration_timestamp_seconds)`, "exported_namespace") + ` - time() < `
	rule := func(name string, severity Severity, days int, how string) Rule {
		return Rule{
			Alert: name, For: time.Hour, Labels: Labels{severity, Service, "certificate"},
			Expr: left + fmt.Sprintf("%d * 86400", days),
			Annotations: Annotations{
				Summary:     "Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} ends " + how,
				Description: "It ends in {{ $value | humanizeDuration }}, and should have been renewed long ago. Browsers refuse every host name after that.",
			},
		}
	}
	return Group{Name: "certificates", Rules: []Rule{
		rule("CertificateExpiring", Warning, 14, "within two weeks"),
		rule("CertificateExpiringNow", Critical, 3, "within three days"),
		{
			Alert: "CertificateNotReady", For: time.Hour, Labels: Labels{Warning, Service, "certificate"},
			Expr: moved(`max by (exported_namespace, name) (certmanager_certificate_ready_status{condition="True"})`, "exported_namespace") + ` == 0`,
			Annotations: Annotations{
				Summary:     "Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} is not signed",
				Description: "cert-manager has not been able to have {{ $labels.exported_namespace }}/{{ $labels.name }} signed for an hour.",
			},
		},
	}}
}
