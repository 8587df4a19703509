package stacks

import (
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/lvs-cloud/lvs-cloud/platform/certificates"
	"github.com/lvs-cloud/lvs-cloud/platform/registry"
	"github.com/lvs-cloud/lvs-cloud/platform/storage"
)

// maxGiB is what one volume of the cluster may claim at most: as much as the largest disk has.
const maxGiB = 10240

// validateServices reports what is wrong with the choices about what runs in the cluster.
func (c *Config) validateServices(p *problems) {
	p.check(c.Certificates.Issuer == certificates.Production || c.Certificates.Issuer == certificates.Staging, "cloud.certificates.issuer",
		"got %q, want %s or %s", c.Certificates.Issuer, certificates.Production, certificates.Staging)
	if email := c.Certificates.Email; email != "" {
		at, err := mail.ParseAddress(email)
		p.check(err == nil && at.Address == email, "cloud.certificates.email", "got %q, want an address such as you@example.com", email)
	}
	p.check(c.Storage.Kind == storage.Longhorn || c.Storage.Kind == storage.LocalPath, "cloud.storage.kind",
		"got %q, want %s or %s", c.Storage.Kind, storage.Longhorn, storage.LocalPath)
	p.check(c.Postgres.SizeGiB >= 1 && c.Postgres.SizeGiB <= maxGiB, "cloud.postgres.sizeGiB", "got %d, want 1 to %d", c.Postgres.SizeGiB, maxGiB)
	p.check(c.Registry.SizeGiB >= 1 && c.Registry.SizeGiB <= maxGiB, "cloud.registry.sizeGiB", "got %d, want 1 to %d", c.Registry.SizeGiB, maxGiB)
	for i, text := range c.Registry.Pinned {
		at := fmt.Sprintf("cloud.registry.pinned[%d]", i)
		if _, err := registry.ParseTag(text); err != nil {
			p.add(at, "%v", err)
		}
		p.check(!slices.Contains(c.Registry.Pinned[:i], text), at, "got %q twice", text)
	}
	for i, s := range c.Without {
		at := fmt.Sprintf("cloud.without[%d]", i)
		p.check(s == Postgres || s == Registry, at, "got %q, want %s or %s", s, Postgres, Registry)
		p.check(!slices.Contains(c.Without[:i], s), at, "got %q twice", s)
	}
	if c.Git != nil {
		c.Git.validate(p)
	}
}

func (g *GitConfig) validate(p *problems) {
	if g.URL == nil {
		empty := *g
		empty.URL, g = &url.URL{}, &empty
	}
	u := g.URL
	scheme, form := "ssh", "ssh://git@github.com/you/cloud"
	if g.App != nil {
		scheme, form = "https", "https://github.com/you/cloud"
		p.check(g.App.ID > 0, "cloud.git.app.id", "got %d, want that of the App's settings", g.App.ID)
		p.check(g.App.InstallationID >= 0, "cloud.git.app.installationID", "got %d, want none or a positive one", g.App.InstallationID)
		p.check(len(g.KnownHosts) == 0, "cloud.git.knownHosts", "got some besides an App, want none: it does not use SSH")
	} else {
		p.check(u.Hostname() == "" || u.Hostname() == "github.com" || len(g.KnownHosts) > 0, "cloud.git.knownHosts",
			"got none for %s, want its host keys, as `ssh-keyscan` prints them", u.Hostname())
	}
	_, word := u.User.Password()
	p.check(u.Scheme == scheme && u.Hostname() != "" && strings.Count(u.Path, "/") > 1 && !word && u.RawQuery == "" && u.Fragment == "", "cloud.git.url",
		"got %q, want a URL such as %s", u.Redacted(), form)
	p.check(g.Branch != "" && branchForm.MatchString(g.Branch), "cloud.git.branch", "got %q, want the name of a branch", g.Branch)
	for i, line := range g.KnownHosts {
		_, hosts, _, _, rest, err := ssh.ParseKnownHosts([]byte(line))
		p.check(err == nil && len(hosts) > 0 && len(rest) == 0, fmt.Sprintf("cloud.git.knownHosts[%d]", i),
			"got %.30q, want one line such as \"git.example.com ssh-ed25519 AAAA…\"", line)
	}
}
