package hetzner

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// inNetwork is the server's place in a network, or nil.
func (s *server) inNetwork(id int64) *privateNet {
	for _, n := range s.Networks {
		if n.Network == id {
			return n
		}
	}
	return nil
}

func attachToNetwork(c *call) (reply, error) {
	s, err := servers().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ServerActionAttachToNetworkRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	n, found := c.p.Networks.get(req.Network)
	if !found {
		return fail(notFound("network", req.Network))
	}
	if err := c.p.free(hcloud.ActionResourceTypeServer, s.ID); err != nil {
		return fail(err)
	}
	if err := c.p.settledNetwork(n.ID); err != nil {
		return fail(err)
	}
	a, err := c.join(s, n, req)
	if err != nil {
		return fail(err)
	}
	return acted(a)
}

// join reserves an address in the network and starts the attachment.
func (c *call) join(s *server, n *network, req schema.ServerActionAttachToNetworkRequest) (*action, error) {
	if s.inNetwork(n.ID) != nil {
		return nil, refuse(hcloud.ErrorCodeServerAlreadyAttached, "server is already attached to the network")
	}
	for _, other := range s.Networks {
		o, found := c.p.Networks.get(other.Network)
		if found && o.prefix().Overlaps(n.prefix()) {
			return nil, refuse(hcloud.ErrorCodeNetworksOverlap, "network overlaps network %d of the server", o.ID)
		}
	}
	place, _ := c.e.catalog.locations.byName(s.Location)
	address, err := c.freeAddress(n, place.NetworkZone, req.IP, req.IPRange)
	if err != nil {
		return nil, err
	}
	at := &privateNet{Network: n.ID, IP: address.String(), AliasIPs: []string{}}
	at.MAC = fmt.Sprintf("86:00:00:%02x:%02x:%02x", byte(s.ID>>8), byte(s.ID), byte(len(s.Networks)))
	for _, alias := range req.AliasIPs {
		if alias == nil {
			continue
		}
		if err := c.checkAlias(n, *alias); err != nil {
			return nil, err
		}
		at.AliasIPs = append(at.AliasIPs, *alias)
	}
	s.Networks = append(s.Networks, at)
	prefix := n.prefix()
	return c.start("attach_to_network", work{
		run:  func(ctx context.Context) error { return c.e.hw.AttachNetwork(ctx, s.ID, address, prefix) },
		undo: func() { s.quit(n.ID) },
	}, ref(hcloud.ActionResourceTypeServer, s.ID), ref(hcloud.ActionResourceTypeNetwork, n.ID)), nil
}

func (s *server) quit(network int64) {
	s.Networks = slices.DeleteFunc(s.Networks, func(n *privateNet) bool { return n.Network == network })
}

// takenIn are the addresses in use in a network.
func (p *project) takenIn(network int64) map[string]bool {
	used := map[string]bool{}
	for _, s := range p.Servers.items {
		if at := s.inNetwork(network); at != nil {
			used[at.IP] = true
			for _, alias := range at.AliasIPs {
				used[alias] = true
			}
		}
	}
	return used
}

// freeAddress is the address asked for, or the first free one: of the subnet asked for, else of
// the last subnet that has one in the server's network zone.
// Errors: ip_not_available, no_subnet_available, invalid_input for an unknown subnet.
func (c *call) freeAddress(n *network, zone string, ip, ipRange *string) (netip.Addr, error) {
	used := c.p.takenIn(n.ID)
	used[n.prefix().Addr().Next().String()] = true // the gateway
	if ip != nil {
		address, err := netip.ParseAddr(*ip)
		if err != nil {
			return address, invalid("ip", "is not an IP address")
		}
		at := n.subnetOf(address)
		if at < 0 || n.Subnets[at].NetworkZone != zone || (ipRange != nil && n.Subnets[at].IPRange != *ipRange) {
			return address, refuse(hcloud.ErrorCodeNoSubnetAvailable, "no subnet of the network contains %s in zone %s", *ip, zone)
		}
		if used[address.String()] || !usable(netip.MustParsePrefix(n.Subnets[at].IPRange), address) {
			return address, refuse(hcloud.ErrorCodeIPNotAvailable, "IP %s is not available", *ip)
		}
		return address, nil
	}
	for _, subnet := range slices.Backward(n.Subnets) {
		if subnet.NetworkZone != zone || (ipRange != nil && subnet.IPRange != *ipRange) {
			continue
		}
		prefix := netip.MustParsePrefix(subnet.IPRange)
		for at := prefix.Addr().Next(); usable(prefix, at); at = at.Next() {
			if !used[at.String()] {
				return at, nil
			}
		}
	}
	return netip.Addr{}, refuse(hcloud.ErrorCodeNoSubnetAvailable, "no subnet or IP is available in the network")
}

// usable excludes a subnet's first and last address.
func usable(prefix netip.Prefix, address netip.Addr) bool {
	return address != prefix.Addr() && prefix.Contains(address) && prefix.Contains(address.Next())
}

func (c *call) checkAlias(n *network, alias string) error {
	address, err := netip.ParseAddr(alias)
	if err != nil || n.subnetOf(address) < 0 {
		return invalid("alias_ips", "%s is not in a subnet of the network", alias)
	}
	if c.p.takenIn(n.ID)[alias] {
		return refuse(hcloud.ErrorCodeIPNotAvailable, "IP %s is not available", alias)
	}
	return nil
}

func detachFromNetwork(c *call) (reply, error) {
	s, err := servers().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ServerActionDetachFromNetworkRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := c.p.free(hcloud.ActionResourceTypeServer, s.ID); err != nil {
		return fail(err)
	}
	if s.inNetwork(req.Network) == nil {
		return fail(notFound("network attachment", req.Network))
	}
	return acted(c.leaveNetwork(s, req.Network))
}

// leaveNetwork starts the detachment of a server that is in the network.
func (c *call) leaveNetwork(s *server, network int64) *action {
	address := netip.MustParseAddr(s.inNetwork(network).IP)
	return c.start("detach_from_network", work{
		run:  func(ctx context.Context) error { return c.e.hw.DetachNetwork(ctx, s.ID, address) },
		done: func() { s.quit(network) },
	}, ref(hcloud.ActionResourceTypeServer, s.ID), ref(hcloud.ActionResourceTypeNetwork, network))
}

func changeAliasIPs(c *call) (reply, error) {
	s, err := servers().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ServerActionChangeAliasIPsRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	at := s.inNetwork(req.Network)
	if at == nil {
		return fail(notFound("network attachment", req.Network))
	}
	if err := c.p.free(hcloud.ActionResourceTypeServer, s.ID); err != nil {
		return fail(err)
	}
	n, found := c.p.Networks.get(req.Network)
	if !found {
		return fail(notFound("network", req.Network))
	}
	aliases := []string{}
	for _, alias := range req.AliasIPs {
		if !slices.Contains(at.AliasIPs, alias) {
			if err := c.checkAlias(n, alias); err != nil {
				return fail(err)
			}
		}
		aliases = append(aliases, alias)
	}
	w := work{done: func() { at.AliasIPs = aliases }}
	return acted(c.start("change_alias_ips", w, ref(hcloud.ActionResourceTypeServer, s.ID), ref(hcloud.ActionResourceTypeNetwork, n.ID)))
}
