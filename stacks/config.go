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

// IngressConfig says what stands in front of the cluster's door.
type IngressConfig struct {
	// TrustedProxies are networks, such as those of a content delivery network, whose word is taken for where a client is.
	// Default: none; clients reach the server themselves.
	// Range: networks without host bits, at most as wide as an IPv4 /8 or an IPv6 /16.
	TrustedProxies []netip.Prefix `config:"trustedProxies"`
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
}
