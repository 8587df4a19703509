package stacks

import (
	"fmt"

	"github.com/lvs-cloud/lvs-cloud/components/flux"
	"github.com/lvs-cloud/lvs-cloud/components/k3s"
	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/platform/authentication"
	"github.com/lvs-cloud/lvs-cloud/platform/certificates"
	"github.com/lvs-cloud/lvs-cloud/platform/home"
	"github.com/lvs-cloud/lvs-cloud/platform/ingress"
	"github.com/lvs-cloud/lvs-cloud/platform/storage"
	"github.com/lvs-cloud/lvs-cloud/review"
)

// Capacity holds what everything asks for against the configured server and volume.
//
// Errors: a server type that is not known. Whether it fits, its own Err says.
func (c *Config) Capacity() (*review.Capacity, error) {
	return review.Fit(review.Node{
		ServerType: c.Server.Type, Profile: c.Profile, VolumeGB: c.Volume.SizeGB,
		Reserved: []review.Reservation{
			{For: "the system", MiB: k3s.SystemReservedMiB},
			{For: "k3s itself", MiB: k3s.KubeReservedMiB},
			{For: "the kubelet's eviction threshold", MiB: k3s.EvictionMiB},
		},
	}, c.footprints())
}

// footprints are what each component of the cloud asks for.
func (c *Config) footprints() []footprint.Footprint {
	all := []footprint.Footprint{
		k3s.Footprint(), ingress.SizeFor(c.Profile).Footprint(), flux.SizeFor(c.Profile).Footprint(),
		certificates.SizeFor(c.Profile).Footprint(c.Zone != nil), storage.SizeFor(c.Profile).Footprint(c.Storage.Kind, c.volumes()),
	}
	if c.has(Authentication) {
		all = append(all, authentication.SizeFor(c.Profile).Footprint())
	}
	if c.has(Home) {
		all = append(all, home.SizeFor(c.Profile).Footprint())
	}
	return append(all, c.claiming()...)
}

// claiming are those of the services that keep something on volumes of the cluster.
func (c *Config) claiming() (all []footprint.Footprint) {
	if c.has(Postgres) {
		all = append(all, c.postgresSize().Footprint())
	}
	if c.has(Registry) {
		all = append(all, c.registrySize().Footprint())
	}
	if c.has(Monitoring) {
		all = append(all, c.monitoringSize().Footprint(), c.grafanaSize().Footprint())
	}
	if c.has(Logs) {
		all = append(all, c.logsSize().Footprint())
	}
	return all
}

// fits returns the error of a cloud that does not fit.
func (c *Config) fits(stack string) error {
	capacity, err := c.Capacity()
	if err == nil {
		err = capacity.Err()
	}
	if err != nil {
		return fmt.Errorf("configuration of stack %q, nothing was changed: %w", stack, err)
	}
	return nil
}
