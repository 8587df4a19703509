package stacks

import (
	"net/url"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
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
