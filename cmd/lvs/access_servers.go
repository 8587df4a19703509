package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// servers are those of the stack.
func (g *gate) servers(ctx context.Context) ([]*hcloud.Server, error) {
	return g.client.Server.AllWithOpts(ctx, hcloud.ServerListOpts{ListOpts: hcloud.ListOpts{LabelSelector: g.server}})
}

// reachServers waits until the firewall is on every server of the stack.
func (g *gate) reachServers(ctx context.Context, fw *hcloud.Firewall) error {
	for deadline := time.Now().Add(g.patience); ; {
		servers, err := g.servers(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(servers, func(s *hcloud.Server) bool { return !lets(s, fw) })
		if i < 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("server %q: got %d firewalls on it, want %q among them; Hetzner applies at most 5 to a server",
				servers[i].Name, len(servers[i].PublicNet.Firewalls), g.name)
		}
		if err := g.wait(ctx); err != nil {
			return err
		}
	}
}

// bareWithout is the name of a server that has no other firewall, or nothing. A server without any is open to everyone.
func (g *gate) bareWithout(ctx context.Context, fw *hcloud.Firewall) (string, error) {
	servers, err := g.servers(ctx)
	if err != nil {
		return "", err
	}
	for _, s := range servers {
		if on := s.PublicNet.Firewalls; len(on) == 1 && on[0].Firewall.ID == fw.ID {
			return s.Name, nil
		}
	}
	return "", nil
}

// lets reports whether a firewall is in force on a server.
func lets(s *hcloud.Server, fw *hcloud.Firewall) bool {
	return slices.ContainsFunc(s.PublicNet.Firewalls, func(on *hcloud.ServerFirewallStatus) bool {
		return on.Firewall.ID == fw.ID && on.Status == hcloud.FirewallStatusApplied
	})
}
