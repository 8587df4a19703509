package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/review"
)

// listAll asks for everything in the project that a stack can have made.
func listAll(ctx context.Context, client *hcloud.Client, found *review.Inventory) error {
	var errs [6]error
	found.Networks, errs[0] = client.Network.All(ctx)
	found.Firewalls, errs[1] = client.Firewall.All(ctx)
	found.PrimaryIPs, errs[2] = client.PrimaryIP.All(ctx)
	found.SSHKeys, errs[3] = client.SSHKey.All(ctx)
	found.Servers, errs[4] = client.Server.All(ctx)
	found.Volumes, errs[5] = client.Volume.All(ctx)
	if err := errors.Join(errs[:]...); err != nil {
		return fmt.Errorf("hetzner: %w", err)
	}
	return nil
}

// recordsOf asks for the records of a zone, with the token of the project that it is in.
func recordsOf(ctx context.Context, token, name string) ([]*hcloud.ZoneRRSet, error) {
	client := hetznerWith(token)
	zone, _, err := client.Zone.GetByName(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("zone %s: %w", name, err)
	}
	if zone == nil {
		return nil, fmt.Errorf("zone %s: got none, want it in the project of secrets.zoneToken", name)
	}
	sets, err := client.Zone.AllRRSets(ctx, zone)
	if err != nil {
		return nil, fmt.Errorf("zone %s: %w", name, err)
	}
	for _, s := range sets {
		s.Zone = zone // by its name, which the list leaves out
	}
	return sets, nil
}
