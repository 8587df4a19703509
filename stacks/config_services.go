package stacks

import (
	"net/netip"
	"net/url"
	"slices"

	"github.com/lvs-cloud/lvs-cloud/platform/certificates"
	"github.com/lvs-cloud/lvs-cloud/platform/storage"
)

// IngressConfig says what stands in front of the cluster's door.
type IngressConfig struct {
	// TrustedProxies are networks, such as those of a content delivery network, whose word is taken for where a client is.
	// Default: none; clients reach the server themselves.
	// Range: networks without host bits, at most as wide as an IPv4 /8 or an IPv6 /16.
	TrustedProxies []netip.Prefix `config:"trustedProxies"`
}

// CertificatesConfig says who signs.
type CertificatesConfig struct {
	// Issuer signs. The names are proven through the zone or, without one, by a request to each of them.
	// Default: letsencrypt-production. Range: letsencrypt-production, or letsencrypt-staging, which browsers do not trust and
	// which has no limits worth naming.
	Issuer certificates.Issuer `config:"issuer"`
	// Email is where Let's Encrypt writes to.
	// Default: none.
	Email string `config:"email"`
}

// GitConfig names a repository.
type GitConfig struct {
	// URL is the repository with the folder `applications`. Required.
	// Range: with a deploy key such as ssh://git@github.com/you/cloud; with App such as https://github.com/you/cloud. The public
	// half of the deploy key is the output `deployKey`: add it to the repository, with write access, when you have it. Nothing
	// waits for it.
	URL *url.URL `config:"url"`
	// Branch is what is released, and what image automation writes tags to.
	// Default: main.
	Branch string `config:"branch"`
	// KnownHosts are the host keys of the git server, as lines of known_hosts.
	// Default: those of github.com. Required for any other server.
	KnownHosts []string `config:"knownHosts"`
	// App is the GitHub App by which the repository is reached; its private key is the secret `lvs-cloud:secrets.gitAppKey`.
	// Default: none; a deploy key.
	App *GitAppConfig `config:"app"`
	// Statuses has each commit told how it fared. An App does so in any case; with a deploy key it takes the secret
	// `lvs-cloud:secrets.gitStatusToken`.
	// Default: false.
	Statuses bool `config:"statuses"`
}

// GitAppConfig names a GitHub App.
type GitAppConfig struct {
	// ID is the App's. Required.
	ID int `config:"id"`
	// InstallationID is that of its installation.
	// Default: it is looked up by the owner of the repository.
	InstallationID int `config:"installationID"`
}

// StorageConfig chooses what makes volumes.
type StorageConfig struct {
	// Kind makes the volumes of the storage class `standard`. Changing it in a living cloud does not move the data.
	// Default: longhorn. Range: longhorn, or local-path, which needs next to no memory and has no snapshots.
	Kind storage.Kind `config:"kind"`
}

// PostgresConfig sizes the database.
type PostgresConfig struct {
	// SizeGiB can grow and never shrink.
	// Unit: GiB. Default: 8. Range: 1 to 10240.
	SizeGiB int `config:"sizeGiB"`
}

// RegistryConfig sizes the registry.
type RegistryConfig struct {
	// SizeGiB can grow and never shrink.
	// Unit: GiB. Default: 8. Range: 1 to 10240.
	SizeGiB int `config:"sizeGiB"`
	// Pinned are images that stay whatever else is pushed, until they are taken out of here.
	// Default: none; docs/decisions/registry.md says what stays. Range: without the host, such as shop/web:1.0.3.
	Pinned []string `config:"pinned"`
}

// MonitoringConfig sizes Prometheus.
type MonitoringConfig struct {
	// SizeGiB can grow and never shrink. When it is nearly full, the oldest goes, however young it is.
	// Unit: GiB. Default: 6. Range: 1 to 10240.
	SizeGiB int `config:"sizeGiB"`
	// RetentionDays is how long what was measured is kept.
	// Unit: days. Default: 14. Range: 1 to 3650.
	RetentionDays int `config:"retentionDays"`
}

// GrafanaConfig sizes Grafana.
type GrafanaConfig struct {
	// SizeGiB holds what is made by hand, such as dashboards. It can grow and never shrink.
	// Unit: GiB. Default: 1. Range: 1 to 10240.
	SizeGiB int `config:"sizeGiB"`
}

// LogsConfig sizes Loki.
type LogsConfig struct {
	// SizeGiB can grow and never shrink. Unlike Prometheus, Loki does not look at it: an alert does.
	// Unit: GiB. Default: 5. Range: 1 to 10240.
	SizeGiB int `config:"sizeGiB"`
	// RetentionDays is how long what was logged is kept.
	// Unit: days. Default: 14. Range: 1 to 365.
	RetentionDays int `config:"retentionDays"`
}

// AlertsConfig says who is told. Besides, alerts are sent to the URL in the secret `lvs-cloud:secrets.alertWebhookURL`, and a sign of
// life goes to that in `lvs-cloud:secrets.deadMansSwitchURL`, where somebody outside must miss it.
type AlertsConfig struct {
	// Email is written to, by the server of smtp.
	// Default: nobody.
	Email string `config:"email"`
}

// SMTPConfig names a mail server.
type SMTPConfig struct {
	// Host is its name. Required.
	Host string `config:"host"`
	// Port is where it is spoken to, by TLS at 465 and by STARTTLS at any other.
	// Default: 587. Hetzner does not let 25 out, and 465 only on request.
	// Source: https://docs.hetzner.com/cloud/servers/faq/
	Port int `config:"port"`
	// Username logs in, with the secret `lvs-cloud:secrets.smtpPassword`. Required.
	Username string `config:"username"`
	// From is the address that mails come from. Required.
	From string `config:"from"`
}

// Service is a service that can be left out.
type Service string

// The services that can be left out.
const (
	Authentication Service = "authentication"
	Home           Service = "home"
	Logs           Service = "logs"
	Monitoring     Service = "monitoring"
	Postgres       Service = "postgres"
	Registry       Service = "registry"
)

var optional = []Service{Authentication, Home, Logs, Monitoring, Postgres, Registry}

// needs are the services that one cannot be without.
var needs = map[Service][]Service{Authentication: {Postgres}, Home: {Authentication}}

// has tells whether a service is wanted.
func (c *Config) has(s Service) bool { return !slices.Contains(c.Without, s) }
