package stacks

import (
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
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
	p.email("cloud.certificates.email", c.Certificates.Email)
	p.check(c.Storage.Kind == storage.Longhorn || c.Storage.Kind == storage.LocalPath, "cloud.storage.kind",
		"got %q, want %s or %s", c.Storage.Kind, storage.Longhorn, storage.LocalPath)
	for _, claim := range []struct {
		path string
		got  int
	}{
		{"cloud.postgres.sizeGiB", c.Postgres.SizeGiB}, {"cloud.registry.sizeGiB", c.Registry.SizeGiB}, {"cloud.monitoring.sizeGiB", c.Monitoring.SizeGiB},
		{"cloud.grafana.sizeGiB", c.Grafana.SizeGiB}, {"cloud.logs.sizeGiB", c.Logs.SizeGiB},
	} {
		p.check(claim.got >= 1 && claim.got <= maxGiB, claim.path, "got %d, want 1 to %d", claim.got, maxGiB)
	}
	p.days("cloud.monitoring.retentionDays", c.Monitoring.RetentionDays, 3650)
	p.days("cloud.logs.retentionDays", c.Logs.RetentionDays, 365)
	for i, text := range c.Registry.Pinned {
		at := fmt.Sprintf("cloud.registry.pinned[%d]", i)
		if _, err := registry.ParseTag(text); err != nil {
			p.add(at, "%v", err)
		}
		p.check(!slices.Contains(c.Registry.Pinned[:i], text), at, "got %q twice", text)
	}
	c.validateWithout(p)
	if c.SMTP != nil {
		c.SMTP.validate(p)
	}
	p.email("cloud.alerts.email", c.Alerts.Email)
	p.check(c.Alerts.Email == "" || c.SMTP != nil, "cloud.alerts.email", "got %q without cloud.smtp, want the server by which it is written to", c.Alerts.Email)
	if c.Git != nil {
		c.Git.validate(p)
	}
}

// validateWithout holds that what is left out is nothing that anything else needs.
func (c *Config) validateWithout(p *problems) {
	for i, s := range c.Without {
		at := fmt.Sprintf("cloud.without[%d]", i)
		p.check(slices.Contains(optional, s), at, "got %q, want one of %q", s, optional)
		p.check(!slices.Contains(c.Without[:i], s), at, "got %q twice", s)
	}
	for _, s := range optional {
		for _, needed := range needs[s] {
			p.check(!c.has(s) || c.has(needed), "cloud.without", "got %s without %s, want both left out: %s needs %s", needed, s, s, needed)
		}
	}
}

func (s *SMTPConfig) validate(p *problems) {
	p.check(naming.IsDomain(s.Host), "cloud.smtp.host", "got %q, want the name of a mail server such as smtp.example.com", s.Host)
	p.check(s.Port >= 1 && s.Port <= 65535, "cloud.smtp.port", "got %d, want 1 to 65535", s.Port)
	p.check(s.Username != "", "cloud.smtp.username", "got none, want the one that logs in")
	p.check(s.From != "", "cloud.smtp.from", "got none, want the address that mails come from")
	p.email("cloud.smtp.from", s.From)
}

// email checks an address, if there is one.
func (p *problems) email(path, email string) {
	at, err := mail.ParseAddress(email)
	p.check(email == "" || err == nil && at.Address == email, path, "got %q, want an address such as you@example.com", email)
}

// days checks for how long something is kept.
func (p *problems) days(path string, days, most int) {
	p.check(days >= 1 && days <= most, path, "got %d, want 1 to %d", days, most)
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
