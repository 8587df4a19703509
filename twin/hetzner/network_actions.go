package hetzner

import (
	"net/netip"
	"slices"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// networkFor finds the network of an action and decodes its request; the network must be settled.
func networkFor(c *call, req any) (*network, error) {
	n, err := networks().find(c)
	if err != nil {
		return nil, err
	}
	if err := c.decode(req); err != nil {
		return nil, err
	}
	return n, c.p.settledNetwork(n.ID)
}

func addSubnet(c *call) (reply, error) {
	var req schema.NetworkActionAddSubnetRequest
	n, err := networkFor(c, &req)
	if err != nil {
		return fail(err)
	}
	subnet, err := n.newSubnet(c, req)
	if err != nil {
		return fail(err)
	}
	w := work{done: func() { n.addSubnet(subnet) }}
	return acted(c.start("add_subnet", w, ref(hcloud.ActionResourceTypeNetwork, n.ID)))
}

// newSubnet checks a subnet and completes it; without a range it is the next free /24.
func (n *network) newSubnet(c *call, req schema.NetworkActionAddSubnetRequest) (schema.NetworkSubnet, error) {
	var none schema.NetworkSubnet
	if !slices.Contains([]string{"cloud", "server"}, req.Type) {
		return none, invalid("type", "must be cloud or server; vSwitches are not in the twin")
	}
	zoneKnown := slices.ContainsFunc(c.e.catalog.locations.all(), func(l *location) bool { return l.NetworkZone == req.NetworkZone })
	if !zoneKnown {
		return none, invalid("network_zone", "network zone does not exist")
	}
	outer := n.prefix()
	if req.IPRange == "" {
		next, found := n.nextSubnet(outer)
		if !found {
			return none, refuse(hcloud.ErrorCodeNoSubnetAvailable, "no subnet is left in the network")
		}
		req.IPRange = next.String()
	}
	prefix, err := netip.ParsePrefix(req.IPRange)
	if err != nil || prefix.Masked() != prefix {
		return none, invalid("ip_range", "must be an IPv4 network in CIDR notation")
	}
	if !outer.Contains(prefix.Addr()) || prefix.Bits() < outer.Bits() || prefix.Bits() > 30 {
		return none, invalid("ip_range", "must be a part of the network, at least /30")
	}
	if n.overlaps(prefix) {
		return none, invalid("ip_range", "overlaps another subnet")
	}
	return schema.NetworkSubnet{
		Type: req.Type, IPRange: req.IPRange, NetworkZone: req.NetworkZone, Gateway: outer.Addr().Next().String(),
	}, nil
}

func (n *network) overlaps(prefix netip.Prefix) bool {
	return slices.ContainsFunc(n.Subnets, func(s schema.NetworkSubnet) bool {
		return netip.MustParsePrefix(s.IPRange).Overlaps(prefix)
	})
}

func (n *network) nextSubnet(outer netip.Prefix) (netip.Prefix, bool) {
	for at := netip.PrefixFrom(outer.Addr(), 24); outer.Contains(at.Addr()); {
		if !n.overlaps(at) {
			return at, true
		}
		octets := at.Addr().As4()
		if octets[2]++; octets[2] == 0 {
			octets[1]++
		}
		at = netip.PrefixFrom(netip.AddrFrom4(octets), 24)
	}
	return netip.Prefix{}, false
}

// addSubnet keeps the subnets in the order of their ranges.
func (n *network) addSubnet(s schema.NetworkSubnet) {
	n.Subnets = append(n.Subnets, s)
	slices.SortFunc(n.Subnets, func(a, b schema.NetworkSubnet) int {
		return netip.MustParsePrefix(a.IPRange).Addr().Compare(netip.MustParsePrefix(b.IPRange).Addr())
	})
}

// subnetOf is the index of the subnet an address is in, or -1.
func (n *network) subnetOf(address netip.Addr) int {
	return slices.IndexFunc(n.Subnets, func(s schema.NetworkSubnet) bool {
		return netip.MustParsePrefix(s.IPRange).Contains(address)
	})
}

func deleteSubnet(c *call) (reply, error) {
	var req schema.NetworkActionDeleteSubnetRequest
	n, err := networkFor(c, &req)
	if err != nil {
		return fail(err)
	}
	sameRange := func(s schema.NetworkSubnet) bool { return s.IPRange == req.IPRange }
	at := slices.IndexFunc(n.Subnets, sameRange)
	if at < 0 {
		return fail(notFound("subnet", req.IPRange))
	}
	for _, s := range c.p.Servers.all() {
		if in := s.inNetwork(n.ID); in != nil && n.subnetOf(netip.MustParseAddr(in.IP)) == at {
			return fail(refuse(hcloud.ErrorCodeServiceError, "cannot remove subnet because servers are attached to it"))
		}
	}
	w := work{done: func() { n.Subnets = slices.DeleteFunc(n.Subnets, sameRange) }}
	return acted(c.start("delete_subnet", w, ref(hcloud.ActionResourceTypeNetwork, n.ID)))
}

func (n *network) checkRoute(r schema.NetworkRoute) error {
	destination, err := netip.ParsePrefix(r.Destination)
	if err != nil || destination.Masked() != destination {
		return invalid("destination", "must be a network in CIDR notation")
	}
	gateway, err := netip.ParseAddr(r.Gateway)
	outer := n.prefix()
	if err != nil || !outer.Contains(gateway) || gateway == outer.Addr().Next() {
		return invalid("gateway", "must be an address of the network other than its first")
	}
	if slices.ContainsFunc(n.Routes, func(o schema.NetworkRoute) bool { return o.Destination == r.Destination }) {
		return invalid("destination", "there is a route to it already")
	}
	return nil
}

func addRoute(c *call) (reply, error) {
	var req schema.NetworkActionAddRouteRequest
	n, err := networkFor(c, &req)
	if err != nil {
		return fail(err)
	}
	if err := n.checkRoute(schema.NetworkRoute(req)); err != nil {
		return fail(err)
	}
	w := work{done: func() { n.Routes = append(n.Routes, schema.NetworkRoute(req)) }}
	return acted(c.start("add_route", w, ref(hcloud.ActionResourceTypeNetwork, n.ID)))
}

func deleteRoute(c *call) (reply, error) {
	var req schema.NetworkActionDeleteRouteRequest
	n, err := networkFor(c, &req)
	if err != nil {
		return fail(err)
	}
	if !slices.Contains(n.Routes, schema.NetworkRoute(req)) {
		return fail(notFound("route", req.Destination))
	}
	w := work{done: func() {
		n.Routes = slices.DeleteFunc(n.Routes, func(o schema.NetworkRoute) bool { return o == schema.NetworkRoute(req) })
	}}
	return acted(c.start("delete_route", w, ref(hcloud.ActionResourceTypeNetwork, n.ID)))
}

// changeNetworkRange can only extend a network.
func changeNetworkRange(c *call) (reply, error) {
	var req schema.NetworkActionChangeIPRangeRequest
	n, err := networkFor(c, &req)
	if err != nil {
		return fail(err)
	}
	if err := checkNetworkRange(req.IPRange); err != nil {
		return fail(err)
	}
	wider, old := netip.MustParsePrefix(req.IPRange), n.prefix()
	if wider.Bits() > old.Bits() || !wider.Contains(old.Addr()) {
		return fail(invalid("ip_range", "must contain the present range"))
	}
	w := work{done: func() { n.IPRange = req.IPRange }}
	return acted(c.start("change_ip_range", w, ref(hcloud.ActionResourceTypeNetwork, n.ID)))
}
