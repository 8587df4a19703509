package stacks

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/lvs-cloud/lvs-cloud/components/flux"
	"github.com/lvs-cloud/lvs-cloud/components/k3s"
	"github.com/lvs-cloud/lvs-cloud/platform/postgres"
	"github.com/lvs-cloud/lvs-cloud/platform/registry"
	"github.com/lvs-cloud/lvs-cloud/review"
)

// longhornPath is where Longhorn keeps its volumes, on the data volume.
const longhornPath = "/data/longhorn"

// The names below the domain that services are reached under.
const (
	hookName     = "hooks"
	registryName = "registry"
)

// hosts are the names that are in use.
func (c *Config) hosts() (names []string) {
	if c.Git != nil {
		names = append(names, hookName)
	}
	if c.has(Registry) {
		names = append(names, registryName)
	}
	return names
}

// urls are where services are reached, by their name.
func (c *Config) urls() map[string]string {
	urls := map[string]string{}
	for _, name := range c.hosts() {
		urls[name] = "https://" + name + "." + c.Domain
	}
	return urls
}

func (c *Config) hookHost() string { return hookName + "." + c.Domain }

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
