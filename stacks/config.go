package stacks

import (
	"net/netip"
	"net/url"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

// Config is everything that can be chosen about a cloud: the object `lvs-cloud:cloud` of a stack's file.
// It is decoded strictly, completed and validated once, by load, and only read after that.
type Config struct {
	// Domain is the name the cloud is reached under; services get names below it. Required.
	Domain string `config:"domain"`
	// Zone publishes the domain in Hetzner DNS.
	// Default: none; the operator publishes `<domain>` and `*.<domain>` elsewhere.
	Zone *ZoneConfig `config:"zone"`
	// Location is the Hetzner location of everything. It cannot be changed later.
	// Default: nbg1. Source: https://docs.hetzner.com/cloud/general/locations/
	Location string `config:"location"`
	// Server is the machine.
	Server ServerConfig `config:"server"`
	// Volume is the disk that holds all data.
	Volume VolumeConfig `config:"volume"`
	// Profile sizes every service at once.
	// Default: lean on a server of up to 4 GB, standard on a larger one. Range: lean, standard.
	Profile footprint.Profile `config:"profile"`
	// Access says who reaches the machine.
	Access AccessConfig `config:"access"`
	// K3s is the Kubernetes distribution.
	K3s K3sConfig `config:"k3s"`
	// Ingress is the door of the cluster.
	Ingress IngressConfig `config:"ingress"`
	// Certificates says who signs the certificate of the cloud's names.
	Certificates CertificatesConfig `config:"certificates"`
	// Git is where the applications come from.
	// Default: none; Flux keeps the platform alone.
	Git *GitConfig `config:"git"`
	// Storage is what makes the volumes of the cluster.
	Storage StorageConfig `config:"storage"`
	// Postgres is the database that all share.
	Postgres PostgresConfig `config:"postgres"`
	// Registry holds the images of the applications.
	Registry RegistryConfig `config:"registry"`
	// Monitoring is Prometheus: what it keeps of what it measures.
	Monitoring MonitoringConfig `config:"monitoring"`
	// Grafana shows what is measured and logged.
	Grafana GrafanaConfig `config:"grafana"`
	// Logs is Loki: what it keeps of what is logged.
	Logs LogsConfig `config:"logs"`
	// Alerts says who is told when something is wrong.
	Alerts AlertsConfig `config:"alerts"`
	// SMTP is the mail server by which alerts and the codes of the sign-on are sent.
	// Default: none; nothing is mailed.
	SMTP *SMTPConfig `config:"smtp"`
	// Without are services that are left out, with everything that is theirs. Grafana and Alertmanager come and go with
	// monitoring. What needs a service goes first: authentication needs postgres, and home needs authentication.
	// Default: none. Range: authentication, home, logs, monitoring, postgres, registry.
	Without []Service `config:"without"`
	// Labels are put on every Hetzner resource, beside the cloud's own.
	// Default: none. Range: Hetzner's label syntax; `project`, `stack` and `managed-by` are the cloud's.
	Labels map[string]string `config:"labels"`
	// Protection guards server and addresses against deletion. The volume is always protected.
	// Default: full. Range: full, or lifted on the way to a `pulumi destroy`.
	Protection Protection `config:"protection"`
}

// ZoneConfig names a DNS zone.
type ZoneConfig struct {
	// Name is an existing zone in Hetzner DNS, in a project of its own whose API token is the secret
	// `lvs-cloud:secrets.zoneToken`. Required.
	Name string `config:"name"`
}

// ServerConfig chooses the machine.
type ServerConfig struct {
	// Type is an x86 server type. Changing it resizes in place, with the server off meanwhile.
	// Default: cx23.
	Type string `config:"type"`
	// Image is the operating system, used when a server is created. A server that is replaced keeps its image.
	// Default: debian-13. Range: Debian or Ubuntu, by name.
	Image string `config:"image"`
}

// VolumeConfig chooses the disk.
type VolumeConfig struct {
	// SizeGB can grow and never shrink.
	// Unit: GB as Hetzner counts them. Default: 50. Range: 10 to 10240.
	SizeGB int `config:"sizeGB"`
	// AdoptID is the Hetzner ID of an existing volume that is taken over, with its data, instead of a new one being
	// made: the way back after a `pulumi destroy` or a lost state. Project and stack must have the names they had.
	// Default: none.
	AdoptID int `config:"adoptID"`
}

// AccessConfig says who reaches the machine.
type AccessConfig struct {
	// AdminCIDRs are the networks that always reach SSH and the Kubernetes API. Where `pulumi up` runs must be among them,
	// or be let in by `lvs access open` while it runs.
	// Default: none; both are closed, and `lvs access open` is the way in.
	// Range: networks without host bits, at most as wide as an IPv4 /8 or an IPv6 /16.
	AdminCIDRs []netip.Prefix `config:"adminCIDRs"`
	// SSHKeys are the public keys that may log in as root, besides the cloud's own.
	// Default: none. Range: lines of authorized_keys without options.
	SSHKeys []string `config:"sshKeys"`
}

// K3sConfig chooses Kubernetes.
type K3sConfig struct {
	// Version is an exact release out of the pinned table in stacks/versions.go.
	// Default: the newest of them.
	Version string `config:"version"`
	// ArtifactBaseURL is where releases are fetched from.
	// Default: https://github.com/k3s-io/k3s/releases/download.
	ArtifactBaseURL *url.URL `config:"artifactBaseURL"`
	// Checksum says what a downloaded binary is compared with: the SHA-256 pinned in stacks/versions.go, or the
	// one published beside it, for an artifact server with builds of its own.
	// Default: pinned. Range: pinned, published.
	Checksum Checksum `config:"checksum"`
}

// Protection is how deletion is guarded against.
type Protection string

// The kinds of protection.
const (
	ProtectionFull   Protection = "full"
	ProtectionLifted Protection = "lifted"
)

// Checksum is what a downloaded binary is compared with.
type Checksum string

// The kinds of checksum.
const (
	ChecksumPinned    Checksum = "pinned"
	ChecksumPublished Checksum = "published"
)

// Secrets are the values that are set with `pulumi config set --secret`: the object `lvs-cloud:secrets`.
type Secrets struct {
	// ZoneToken is the API token of the project that holds the DNS zone. Required with Zone.
	ZoneToken pulumi.StringOutput
	// GitAppKey is the private key of the GitHub App. Required with it.
	GitAppKey pulumi.StringOutput
	// GitStatusToken may set the statuses of commits. Required with git.statuses, unless there is an App.
	GitStatusToken pulumi.StringOutput
	// Users may sign on, as the sign-on reads them.
	// Default: nil; one that is called admin is made, with a password of its own.
	Users pulumi.StringInput
	// SMTPPassword logs in at the mail server. Required with smtp.
	SMTPPassword pulumi.StringOutput
	// AlertWebhookURL is sent every alert, and DeadMansSwitchURL a sign of life.
	// Default: nil; none.
	AlertWebhookURL, DeadMansSwitchURL pulumi.StringInput
}
