package alerttest

import (
	"fmt"
	"strings"
	"time"
)

// resource is one that Flux keeps, in a state.
func resource(kind, ready, suspended string, minutes int) []string {
	return []string{fmt.Sprintf(`flux_resource_info{namespace="flux-system",exported_namespace="shop",kind=%q,name="shop",ready=%q,suspended=%q,reason="why"} 1x%d`,
		kind, ready, suspended, minutes)}
}

func delivery() []Case {
	const (
		release     = `{namespace="shop",exported_namespace="shop",kind="HelmRelease",name="shop"}`
		certificate = `{namespace="cert-manager",exported_namespace="kube-system",name="default-certificate"}`
		labels      = `{namespace="kube-system",exported_namespace="kube-system",name="default-certificate"}`
		ends        = "certmanager_certificate_expiration_timestamp_seconds" + certificate
		ready       = `certmanager_certificate_ready_status{namespace="cert-manager",exported_namespace="kube-system",name="default-certificate",condition="True"}`
		instance    = `flux_instance_info{namespace="flux-system",exported_namespace="flux-system",kind="FluxInstance",name="flux",ready=`
	)
	return []Case{
		{
			Alert: "FluxFailing", At: 15 * time.Minute, Labels: release,
			Fires: resource("HelmRelease", "False", "False", 20), Silent: resource("HelmRelease", "False", "True", 20), Neither: [][]string{resource("HelmRelease", "True", "False", 20)},
			Summary:     "HelmRelease shop/shop fails",
			Description: "Flux has not been able to bring HelmRelease shop/shop about for 15 minutes, and goes on trying.",
		},
		{
			Alert: "FluxStuck", At: time.Hour, Labels: release,
			Fires: resource("HelmRelease", "Unknown", "False", 70), Silent: resource("Provider", "Unknown", "False", 70),
			Neither:     [][]string{resource("HelmRelease", "True", "False", 70), resource("HelmRelease", "Unknown", "True", 70)},
			Summary:     "HelmRelease shop/shop makes no progress",
			Description: "Flux has been at work on HelmRelease shop/shop for an hour, without an end.",
		},
		{
			Alert: "FluxSuspended", At: 24 * time.Hour, Labels: release,
			Fires: resource("HelmRelease", "True", "True", 1500), Silent: resource("HelmRelease", "True", "False", 1500),
			Summary:     "HelmRelease shop/shop is suspended",
			Description: "For a day Flux has left HelmRelease shop/shop alone, as somebody told it to: it gets no changes and is not mended.",
		},
		{
			Alert: "FluxNotReady", At: 15 * time.Minute, Labels: `{namespace="flux-system",name="flux"}`,
			Fires: []string{instance + `"False"} 1x20`}, Silent: []string{instance + `"True"} 1x20`},
			Summary:     "Flux itself is not ready",
			Description: "The operator has not been able to bring up flux-system/flux for 15 minutes.",
		},
		{
			Alert: "CertificateExpiring", At: 61 * time.Minute, Labels: labels,
			Fires: []string{ends + ` 1209600x70`}, Silent: []string{ends + ` 1213300x70`},
			Summary:     "Certificate kube-system/default-certificate ends within two weeks",
			Description: "It ends in 13d 22h 59m 0s, and should have been renewed long ago. Browsers refuse every host name after that.",
		},
		{
			Alert: "CertificateExpiringNow", At: 61 * time.Minute, Labels: labels,
			Fires: []string{ends + ` 259200x70`}, Silent: []string{ends + ` 262900x70`},
			Summary:     "Certificate kube-system/default-certificate ends within three days",
			Description: "It ends in 2d 22h 59m 0s, and should have been renewed long ago. Browsers refuse every host name after that.",
		},
		{
			Alert: "CertificateNotReady", At: time.Hour, Labels: labels,
			Fires: []string{ready + ` 0x70`}, Silent: []string{ready + ` 1x70`}, Beside: []string{strings.Replace(ready, "True", "False", 1) + ` 1x70`},
			Summary:     "Certificate kube-system/default-certificate is not signed",
			Description: "cert-manager has not been able to have kube-system/default-certificate signed for an hour.",
		},
	}
}
