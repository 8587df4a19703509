package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
	"github.com/lvs-cloud/lvs-cloud/review"
)

// hetznerTimeout bounds all that one command asks of Hetzner, retries included.
const hetznerTimeout = time.Minute

const loadToken = "read -rs HCLOUD_TOKEN && export HCLOUD_TOKEN"

// hetzner returns a client of Hetzner's API.
//
// Errors: no token in HCLOUD_TOKEN.
func hetzner() (*hcloud.Client, error) {
	token := os.Getenv("HCLOUD_TOKEN")
	if token == "" {
		return nil, fmt.Errorf("HCLOUD_TOKEN: got nothing, want an API token of the Hetzner project; enter it with `%s`", loadToken)
	}
	return hetznerWith(token), nil
}

// hetznerWith returns a client with that token.
func hetznerWith(token string) *hcloud.Client {
	opts := []hcloud.ClientOption{hcloud.WithToken(token), hcloud.WithApplication("lvs", ""), hcloud.WithRetryOpts(hcloud.RetryOpts{MaxRetries: 2})}
	if endpoint := os.Getenv("HCLOUD_ENDPOINT"); endpoint != "" {
		opts = append(opts, hcloud.WithEndpoint(endpoint))
	}
	return hcloud.NewClient(opts...)
}

// catalogue asks for the price list and the server types.
func catalogue(ctx context.Context, client *hcloud.Client) (review.Catalogue, error) {
	prices, _, err := client.Pricing.Get(ctx)
	if err != nil {
		return review.Catalogue{}, fmt.Errorf("prices: %w", err)
	}
	types, err := client.ServerType.All(ctx)
	if err != nil {
		return review.Catalogue{}, fmt.Errorf("server types: %w", err)
	}
	return review.Catalogue{Pricing: prices, ServerTypes: types}, nil
}

// lookUp finds what stands at Hetzner under the names of a stack.
func lookUp(ctx context.Context, client *hcloud.Client, w review.Want) (review.Found, error) {
	found := review.Found{Firewalls: map[string]*hcloud.Firewall{}}
	var errs []error
	note := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	var err error
	found.Server, _, err = client.Server.GetByName(ctx, w.Physical("node"))
	note(err)
	found.Volume, _, err = client.Volume.GetByName(ctx, w.Physical("data"))
	note(err)
	if w.AdoptID != 0 {
		found.Adoptable, _, err = client.Volume.GetByID(ctx, int64(w.AdoptID))
		note(err)
	}
	found.Network, _, err = client.Network.GetByName(ctx, w.Physical("network"))
	note(err)
	found.IPv4, _, err = client.PrimaryIP.GetByName(ctx, w.Physical("ipv4"))
	note(err)
	found.IPv6, _, err = client.PrimaryIP.GetByName(ctx, w.Physical("ipv6"))
	note(err)
	for _, layer := range w.Layers {
		found.Firewalls[layer.Role], _, err = client.Firewall.GetByName(ctx, w.Physical(layer.Role))
		note(err)
	}
	found.Access, _, err = client.Firewall.GetByName(ctx, w.Physical(review.AccessRole))
	note(err)
	found.LoginKey, _, err = client.SSHKey.GetByName(ctx, w.Physical("node")+"-login")
	note(err)
	images, err := client.Image.AllWithOpts(ctx, hcloud.ImageListOpts{
		Name: w.Image, Architecture: []hcloud.Architecture{hcloud.ArchitectureX86}, IncludeDeprecated: true,
	})
	note(err)
	if len(images) > 0 {
		found.Image = images[0]
	}
	return found, errors.Join(errs...)
}

// physical names the objects of a stack as the program does.
func (s *stack) physical(role string) string { return naming.Physical(s.project, s.name, role) }
