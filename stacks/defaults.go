package stacks

import (
	"net/url"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/platform/certificates"
	"github.com/lvs-cloud/lvs-cloud/platform/storage"
	"github.com/lvs-cloud/lvs-cloud/review"
)

// leanGB is the memory of a server up to which everything is small.
const leanGB = 4

// complete fills in every default. It is the only place where one stands.
func (c *Config) complete() {
	setDefault(&c.Location, "nbg1")
	setDefault(&c.Server.Type, defaultServerType)
	setDefault(&c.Server.Image, defaultImage)
	setDefault(&c.Volume.SizeGB, 50)
	if gb, err := review.MemoryGB(c.Server.Type); err == nil && gb > leanGB {
		setDefault(&c.Profile, footprint.Standard)
	}
	setDefault(&c.Profile, footprint.Lean)
	setDefault(&c.K3s.Version, defaultK3sVersion)
	setDefault(&c.K3s.Checksum, ChecksumPinned)
	setDefault(&c.Protection, ProtectionFull)
	setDefault(&c.Certificates.Issuer, certificates.Production)
	setDefault(&c.Storage.Kind, storage.Longhorn)
	// The same in each profile: a disk that has grown with the server could not shrink with it.
	setDefault(&c.Postgres.SizeGiB, 8)
	setDefault(&c.Registry.SizeGiB, 8)
	setDefault(&c.Monitoring.SizeGiB, 6)
	setDefault(&c.Monitoring.RetentionDays, 14)
	setDefault(&c.Grafana.SizeGiB, 1)
	setDefault(&c.Logs.SizeGiB, 5)
	setDefault(&c.Logs.RetentionDays, 14)
	if c.SMTP != nil {
		setDefault(&c.SMTP.Port, 587)
	}
	if c.Git != nil {
		setDefault(&c.Git.Branch, "main")
	}
	if c.K3s.ArtifactBaseURL == nil {
		c.K3s.ArtifactBaseURL = &url.URL{Scheme: "https", Host: "github.com", Path: "/k3s-io/k3s/releases/download"}
	}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
