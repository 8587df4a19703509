package hetzner

import (
	"context"
	"net/netip"
	"slices"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// addressOf is the server's primary IP of a type, or nil.
func (p *project) addressOf(s *server, kind string) *primaryIP {
	for _, ip := range p.PrimaryIPs.items {
		if ip.Type == kind && ip.AssigneeID != nil && *ip.AssigneeID == s.ID {
			return ip
		}
	}
	return nil
}

// stopped demands that a server is off and that nothing works on it.
func (c *call) stopped(s *server) error {
	if err := c.p.free(hcloud.ActionResourceTypeServer, s.ID); err != nil {
		return err
	}
	if s.Status != statusOff {
		return refuse(hcloud.ErrorCodeServerNotStopped, "server must be powered off")
	}
	return nil
}

// canAssign demands that the server is off and has no address of that type.
func (c *call) canAssign(s *server, kind string) error {
	if err := c.stopped(s); err != nil {
		return err
	}
	if c.p.addressOf(s, kind) == nil {
		return nil
	}
	if kind == typeIPv4 {
		return refuse(hcloud.ErrorCodeServerHasIPv4, "server already has an IPv4 address")
	}
	return refuse(hcloud.ErrorCodeServerHasIPv6, "server already has an IPv6 address")
}

// assign gives an address to a server; the caller has checked that it may.
func (c *call) assign(ip *primaryIP, s *server, command string) *action {
	ip.give(s)
	w := work{run: c.e.wireAddresses(s.ID), undo: ip.release}
	return c.start(command, w, ref(hcloud.ActionResourceTypePrimaryIP, ip.ID), ref(hcloud.ActionResourceTypeServer, s.ID))
}

func assignPrimaryIP(c *call) (reply, error) {
	ip, err := primaryIPs().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.PrimaryIPActionAssignRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if req.AssigneeType != assigneeServer {
		return fail(invalid("assignee_type", "must be server"))
	}
	s, found := c.p.Servers.get(req.AssigneeID)
	if !found {
		return fail(notFound("server", req.AssigneeID))
	}
	if err := c.p.free(hcloud.ActionResourceTypePrimaryIP, ip.ID); err != nil {
		return fail(err)
	}
	if ip.AssigneeID != nil {
		return fail(refuse(hcloud.ErrorCodePrimaryIPAlreadyAssigned, "primary IP is already assigned to a server"))
	}
	if ip.Location.Name != s.Location {
		return fail(refuse(hcloud.ErrorCodePrimaryIPDatacenterMismatch, "primary IP is in %s, server is in %s", ip.Location.Name, s.Location))
	}
	if err := c.canAssign(s, ip.Type); err != nil {
		return fail(err)
	}
	return acted(c.assign(ip, s, "assign_primary_ip"))
}

func unassignPrimaryIP(c *call) (reply, error) {
	ip, err := primaryIPs().find(c)
	if err != nil {
		return fail(err)
	}
	if err := c.nothing(); err != nil {
		return fail(err)
	}
	if ip.AssigneeID == nil {
		return fail(refuse(hcloud.ErrorCodeServiceError, "primary IP is not assigned"))
	}
	if err := c.p.free(hcloud.ActionResourceTypePrimaryIP, ip.ID); err != nil {
		return fail(err)
	}
	s, _ := c.p.Servers.get(*ip.AssigneeID)
	if err := c.stopped(s); err != nil {
		return fail(err)
	}
	ip.release()
	w := work{run: c.e.wireAddresses(s.ID), undo: func() { ip.give(s) }}
	return acted(c.start("unassign_primary_ip", w, ref(hcloud.ActionResourceTypePrimaryIP, ip.ID), ref(hcloud.ActionResourceTypeServer, s.ID)))
}

func changePrimaryIPDNS(c *call) (reply, error) {
	ip, err := primaryIPs().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.PrimaryIPActionChangeDNSPtrRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := ip.point(req.IP, req.DNSPtr); err != nil {
		return fail(err)
	}
	return acted(c.start("change_dns_ptr", work{}, ref(hcloud.ActionResourceTypePrimaryIP, ip.ID)))
}

// point sets the reverse name of one address; nil restores the default.
func (ip *primaryIP) point(address string, name *string) error {
	parsed, err := netip.ParseAddr(address)
	own := err == nil && address == ip.IP
	if ip.Type == typeIPv6 && err == nil {
		own = netip.MustParsePrefix(ip.IP).Contains(parsed)
	}
	if !own {
		return invalid("ip", "does not belong to the primary IP")
	}
	ip.DNSPtr = slices.DeleteFunc(ip.DNSPtr, func(p schema.PrimaryIPDNSPTR) bool { return p.IP == address })
	switch {
	case name != nil:
		ip.DNSPtr = append(ip.DNSPtr, schema.PrimaryIPDNSPTR{IP: address, DNSPtr: *name})
	case ip.Type == typeIPv4:
		ip.DNSPtr = append(ip.DNSPtr, defaultPointer(address))
	}
	return nil
}

func changePrimaryIPProtection(c *call) (reply, error) {
	ip, err := primaryIPs().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.PrimaryIPActionChangeProtectionRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	ip.Protection.Delete = req.Delete
	return acted(c.start("change_protection", work{}, ref(hcloud.ActionResourceTypePrimaryIP, ip.ID)))
}

// wireAddresses tells the hardware the addresses the server has by then.
func (e *Emulator) wireAddresses(serverID int64) func(context.Context) error {
	return func(ctx context.Context) error {
		e.wiring.Lock()
		defer e.wiring.Unlock()
		e.mu.Lock()
		p, s := e.server(serverID)
		if s == nil {
			e.mu.Unlock()
			return nil
		}
		v4, v6 := p.addresses(s)
		e.mu.Unlock()
		return e.hw.SetAddresses(ctx, serverID, v4, v6)
	}
}

// addresses are the public addresses of a server; zero values where it has none.
func (p *project) addresses(s *server) (v4 netip.Addr, v6 netip.Prefix) {
	if ip := p.addressOf(s, typeIPv4); ip != nil {
		v4 = netip.MustParseAddr(ip.IP)
	}
	if ip := p.addressOf(s, typeIPv6); ip != nil {
		v6 = netip.MustParsePrefix(ip.IP)
	}
	return v4, v6
}
