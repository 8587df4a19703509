package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// zoneToken opens another Hetzner project of the twin than the server's: every token there is a project of its own.
var zoneToken = strings.Repeat("twinzone", 8)

// Zone is a DNS zone in a project of its own.
type Zone struct {
	client *hcloud.Client
	zone   *hcloud.Zone
}

// MakeZone makes a zone that already holds records of somebody else.
func (c *Cloud) MakeZone(ctx context.Context, name string, foreign ...hcloud.ZoneCreateOptsRRSet) (*Zone, error) {
	z := &Zone{client: hcloud.NewClient(hcloud.WithEndpoint(c.Env("HCLOUD_ENDPOINT")), hcloud.WithToken(zoneToken))}
	made, _, err := z.client.Zone.Create(ctx, hcloud.ZoneCreateOpts{Name: name, Mode: hcloud.ZoneModePrimary, RRSets: foreign})
	if err != nil {
		return nil, err
	}
	z.zone = made.Zone
	return z, z.client.Action.WaitFor(ctx, made.Action)
}

// Records lists what is published, but for what Hetzner itself puts into every zone: `name type TTL value…`.
func (z *Zone) Records(ctx context.Context) ([]string, error) {
	sets, err := z.client.Zone.AllRRSets(ctx, z.zone)
	var out []string
	for _, s := range sets {
		if s.Type == hcloud.ZoneRRSetTypeSOA || s.Type == hcloud.ZoneRRSetTypeNS {
			continue
		}
		ttl := "-"
		if s.TTL != nil {
			ttl = fmt.Sprint(*s.TTL)
		}
		line := []string{s.Name, string(s.Type), ttl}
		for _, r := range s.Records {
			line = append(line, r.Value)
		}
		out = append(out, strings.Join(line, " "))
	}
	slices.Sort(out)
	return out, err
}

// UseZone configures the cloud to publish itself in a zone, with the token as a secret.
func (c *Cloud) UseZone(name string) error {
	_, err := c.Pulumi("config", "set", "--secret", "--path", "lvs-cloud:secrets.zoneToken", zoneToken,
		"--stack", Stack, "--config-file", c.config)
	return errors.Join(err, c.Configure(name, "zone", "name"))
}
