package stacks

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/lvs-cloud/lvs-cloud/components/volume"
	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
	"github.com/lvs-cloud/lvs-cloud/review"
)

var (
	// Source: https://docs.hetzner.cloud/reference/cloud#labels
	labelForm = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$`)
	// Source: https://git-scm.com/docs/git-check-ref-format
	branchForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)
	imageForm  = regexp.MustCompile(`^(debian|ubuntu)-\d+(\.\d+)?$`)
)

// networkZones are Hetzner's locations and the network zone each belongs to.
// Source: https://docs.hetzner.com/cloud/general/locations/
var networkZones = map[string]string{
	"nbg1": "eu-central", "fsn1": "eu-central", "hel1": "eu-central",
	"ash": "us-east", "hil": "us-west", "sin": "ap-southeast",
}

// ownLabels are the labels that every resource carries; a configuration cannot set them.
var ownLabels = []string{"managed-by", "project", "stack"}

// problems collects every fault of a configuration, each under the full path of its key.
type problems []error

func (p *problems) add(path, format string, args ...any) {
	*p = append(*p, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
}

// check adds a problem unless the value is right.
func (p *problems) check(right bool, path, format string, args ...any) {
	if !right {
		p.add(path, format, args...)
	}
}

// networks checks a list of them.
func (p *problems) networks(path string, list []netip.Prefix) {
	for i, network := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		p.check(!slices.Contains(list[:i], network), at, "got %v twice", network)
		if err := CheckNetwork(network); err != nil {
			p.add(at, "%v", err)
		}
	}
}

// Validate reports every problem of a completed configuration at once.
func (c *Config) Validate() error {
	var p problems
	p.check(naming.IsDomain(c.Domain) && len(c.Domain) <= 253, "cloud.domain",
		"got %.60q, want a domain name such as example.com", c.Domain)
	if c.Zone != nil {
		p.check(naming.IsDomain(c.Zone.Name), "cloud.zone.name", "got %q, want a zone such as example.com", c.Zone.Name)
		p.check(!naming.IsDomain(c.Zone.Name) || c.Domain == c.Zone.Name || strings.HasSuffix(c.Domain, "."+c.Zone.Name), "cloud.domain",
			"got %q, want the zone %q or a name below it", c.Domain, c.Zone.Name)
	}
	p.check(networkZones[c.Location] != "", "cloud.location", "got %q, want one of %s", c.Location, keys(networkZones))
	if successor, retired := retiredServerTypes[c.Server.Type]; retired {
		p.add("cloud.server.type", "got %q, which is sold no more, want %s", c.Server.Type, successor)
	} else if _, err := review.MemoryGB(c.Server.Type); err != nil {
		p.add("cloud.server.type", "%v", err)
	}
	p.check(c.Profile == footprint.Lean || c.Profile == footprint.Standard, "cloud.profile", "got %q, want lean or standard", c.Profile)
	p.check(imageForm.MatchString(c.Server.Image), "cloud.server.image", "got %q, want an image such as debian-13", c.Server.Image)
	p.check(c.Volume.SizeGB >= volume.MinGB && c.Volume.SizeGB <= volume.MaxGB, "cloud.volume.sizeGB",
		"got %d, want %d to %d", c.Volume.SizeGB, volume.MinGB, volume.MaxGB)
	p.check(c.Volume.AdoptID >= 0, "cloud.volume.adoptID", "got %d, want the ID of a volume", c.Volume.AdoptID)
	p.check(c.Protection == ProtectionFull || c.Protection == ProtectionLifted, "cloud.protection",
		"got %q, want full or lifted", c.Protection)
	c.Access.validate(&p)
	p.networks("cloud.ingress.trustedProxies", c.Ingress.TrustedProxies)
	c.K3s.validate(&p)
	c.validateServices(&p)
	for _, k := range slices.Sorted(maps.Keys(c.Labels)) {
		p.check(k != "" && labelForm.MatchString(k) && labelForm.MatchString(c.Labels[k]), "cloud.labels."+k,
			"got %q, want at most 63 letters, digits, dots, dashes and underscores in key and value", c.Labels[k])
		p.check(!slices.Contains(ownLabels, k), "cloud.labels."+k, "got a label the cloud sets itself, want another key")
	}
	return errors.Join(p...)
}

func (a *AccessConfig) validate(p *problems) {
	p.networks("cloud.access.adminCIDRs", a.AdminCIDRs)
	for i, key := range a.SSHKeys {
		p.check(!slices.Contains(a.SSHKeys[:i], key), fmt.Sprintf("cloud.access.sshKeys[%d]", i), "got the same key twice")
		_, _, options, rest, err := ssh.ParseAuthorizedKey([]byte(key))
		p.check(err == nil && len(options) == 0 && len(rest) == 0, fmt.Sprintf("cloud.access.sshKeys[%d]", i),
			"got %.30q, want one public key such as \"ssh-ed25519 AAAA… name\"", key)
	}
}

func (k *K3sConfig) validate(p *problems) {
	p.check(k3sReleases[k.Version] != "", "cloud.k3s.version", "got %q, want one of %s", k.Version, keys(k3sReleases))
	u := k.ArtifactBaseURL
	p.check((u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil,
		"cloud.k3s.artifactBaseURL", "got %q, want an http or https URL without user, query or fragment", u.Redacted())
	p.check(k.Checksum == ChecksumPinned || k.Checksum == ChecksumPublished, "cloud.k3s.checksum",
		"got %q, want pinned or published", k.Checksum)
}

func keys(m map[string]string) string { return strings.Join(slices.Sorted(maps.Keys(m)), ", ") }
