package stacks

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/lvs-cloud/lvs-cloud/components/flux"
	"github.com/lvs-cloud/lvs-cloud/components/k3s"
	"github.com/lvs-cloud/lvs-cloud/platform/grafana"
	"github.com/lvs-cloud/lvs-cloud/platform/logs"
	"github.com/lvs-cloud/lvs-cloud/platform/monitoring"
	"github.com/lvs-cloud/lvs-cloud/platform/postgres"
	"github.com/lvs-cloud/lvs-cloud/platform/registry"
	"github.com/lvs-cloud/lvs-cloud/review"
)

// longhornPath is where Longhorn keeps its volumes, on the data volume.
const longhornPath = "/data/longhorn"

// flux is the repository as Flux takes it.
func (g *GitConfig) flux(hookHost string, secrets *Secrets) *flux.Git {
	if g == nil {
		return nil
	}
	git := &flux.Git{URL: g.URL.String(), Branch: g.Branch, KnownHosts: strings.Join(g.KnownHosts, "\n"), HookHost: hookHost}
	if len(g.KnownHosts) > 0 {
		git.KnownHosts += "\n"
	}
	if g.App != nil {
		git.App = &flux.App{ID: g.App.ID, InstallationID: g.App.InstallationID, PrivateKey: secrets.GitAppKey}
	} else if g.Statuses {
		git.StatusToken = secrets.GitStatusToken
	}
	return git
}

// nodeRegistry is how the node reaches the registry: past the ingress, so that a pull needs neither DNS nor certificate.
func (c *Config) nodeRegistry(accounts *registry.Accounts) *k3s.Registry {
	if accounts == nil {
		return nil
	}
	return &k3s.Registry{
		Host: registry.Host(c.Domain), Endpoint: &url.URL{Scheme: "http", Host: fmt.Sprintf("%s:%d", registry.Address, registry.Port)},
		User: registry.PullUser, Password: accounts.PullPassword,
	}
}

// postgresSize and registrySize follow the profile in all but their disks: those could not follow it back.
func (c *Config) postgresSize() postgres.Size {
	s := postgres.SizeFor(c.Profile)
	s.DiskGiB = c.Postgres.SizeGiB
	return s
}

func (c *Config) registrySize() registry.Size {
	s := registry.SizeFor(c.Profile)
	s.DiskGiB = c.Registry.SizeGiB
	return s
}

// The sizes of what watches follow the profile likewise.
func (c *Config) monitoringSize() monitoring.Size {
	s := monitoring.SizeFor(c.Profile)
	s.DiskGiB = c.Monitoring.SizeGiB
	return s
}

func (c *Config) grafanaSize() grafana.Size {
	s := grafana.SizeFor(c.Profile)
	s.DiskGiB = c.Grafana.SizeGiB
	return s
}

func (c *Config) logsSize() logs.Size {
	s := logs.SizeFor(c.Profile)
	s.DiskGiB = c.Logs.SizeGiB
	return s
}

// volumes is how many the storage makes: a claim each.
func (c *Config) volumes() (n int) {
	for _, f := range c.claiming() {
		n += len(f.Claims)
	}
	return n
}

// pinned are the images that stay in the registry.
func (c *Config) pinned() (tags []registry.Tag, err error) {
	for _, text := range c.Registry.Pinned {
		tag, err := registry.ParseTag(text)
		if err != nil {
			return nil, err
		}
		tags = append(tags, tag)
	}
	return tags, nil
}

// notForClaims is what of the volume is never given to claims: etcd's share, and what stays free.
// Unit: GiB.
func (c *Config) notForClaims() int {
	sum := review.ReserveGiB(c.Volume.SizeGB)
	for _, claim := range k3s.Footprint().Claims {
		sum += claim.GiB
	}
	return sum
}
