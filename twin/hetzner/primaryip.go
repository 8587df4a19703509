package hetzner

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

type primaryIP struct{ schema.PrimaryIP }

func (ip *primaryIP) meta() meta { return meta{ip.ID, ip.Name, ip.Labels, ip.Created} }

const (
	typeIPv4, typeIPv6 = "ipv4", "ipv6"
	assigneeServer     = "server"
	assigneeNone       = "unassigned"
)

func primaryIPs() noun[*primaryIP] {
	return noun[*primaryIP]{
		singular: "primary_ip", plural: "primary_ips",
		of:   func(c *call) *collection[*primaryIP] { return &c.p.PrimaryIPs },
		view: func(_ *call, ip *primaryIP) any { return ip },
		filters: map[string]func(*primaryIP, string) bool{
			"ip": func(ip *primaryIP, v string) bool { return ip.IP == v },
		},
	}
}

func primaryIPRoutes() []route {
	return append(primaryIPs().reads(),
		route{"POST /primary_ips", nil, createPrimaryIP},
		route{"PUT /primary_ips/{id}", nil, updatePrimaryIP},
		route{"DELETE /primary_ips/{id}", nil, deletePrimaryIP},
		route{"POST /primary_ips/{id}/actions/assign", nil, assignPrimaryIP},
		route{"POST /primary_ips/{id}/actions/unassign", nil, unassignPrimaryIP},
		route{"POST /primary_ips/{id}/actions/change_dns_ptr", nil, changePrimaryIPDNS},
		route{"POST /primary_ips/{id}/actions/change_protection", nil, changePrimaryIPProtection},
	)
}

func createPrimaryIP(c *call) (reply, error) {
	var req schema.PrimaryIPCreateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := checkName("primary IP", &c.p.PrimaryIPs, req.Name, 0); err != nil {
		return fail(err)
	}
	if req.Type != typeIPv4 && req.Type != typeIPv6 {
		return fail(invalid("type", "must be ipv4 or ipv6"))
	}
	labels, err := givenLabels(req.Labels)
	if err != nil {
		return fail(err)
	}
	place, assignee, err := c.placeOfPrimaryIP(req)
	if err != nil {
		return fail(err)
	}
	ip, err := c.newPrimaryIP(req.Name, req.Type, place, labels)
	if err != nil {
		return fail(err)
	}
	ip.AutoDelete = req.AutoDelete != nil && *req.AutoDelete
	answer := map[string]any{"primary_ip": ip, "action": nil}
	if assignee != nil {
		answer["action"] = c.assign(ip, assignee, "create_primary_ip").Action
	}
	return created(answer)
}

// placeOfPrimaryIP is where a new address lives: the location asked for or that of its server.
func (c *call) placeOfPrimaryIP(req schema.PrimaryIPCreateRequest) (*location, *server, error) {
	if req.AssigneeID == nil {
		if req.AssigneeType != "" && req.AssigneeType != assigneeServer {
			return nil, nil, invalid("assignee_type", "must be server")
		}
		place, found := c.e.catalog.locations.byName(req.Location)
		if !found {
			return nil, nil, invalid("location", "location not found")
		}
		return place, nil, nil
	}
	if req.AssigneeType != assigneeServer {
		return nil, nil, invalid("assignee_type", "must be server when assignee_id is given")
	}
	if req.Location != "" {
		return nil, nil, invalid("location", "must not be given together with assignee_id")
	}
	s, found := c.p.Servers.get(*req.AssigneeID)
	if !found {
		return nil, nil, notFound("server", *req.AssigneeID)
	}
	if err := c.canAssign(s, req.Type); err != nil {
		return nil, nil, err
	}
	place, _ := c.e.catalog.locations.byName(s.Location)
	return place, s, nil
}

// newPrimaryIP hands out the next address of the pool.
// Errors: resource_limit_exceeded when the pool is used up.
func (c *call) newPrimaryIP(name, kind string, place *location, labels map[string]string) (*primaryIP, error) {
	ip := &primaryIP{schema.PrimaryIP{
		Name: name, Type: kind, Labels: labels, AssigneeType: assigneeNone,
		Location: place.Location, Created: c.e.now().UTC(), DNSPtr: []schema.PrimaryIPDNSPTR{},
	}}
	if kind == typeIPv6 {
		c.e.state.LastIPv6++
		n := c.e.state.LastIPv6
		ip.IP = fmt.Sprintf("2001:db8:%x:%x::/64", n>>16, n&0xffff)
	} else {
		address, found := c.e.freeIPv4()
		if !found {
			return nil, refuse(hcloud.ErrorCodeResourceLimitExceeded, "no IPv4 address is left in %s", c.e.pool)
		}
		ip.IP = address.String()
		ip.DNSPtr = append(ip.DNSPtr, defaultPointer(ip.IP))
	}
	ip.ID = c.e.state.newID()
	if name == "" {
		ip.Name = fmt.Sprintf("primary_ip-%d", ip.ID)
	}
	c.p.PrimaryIPs.put(ip)
	return ip, nil
}

// defaultPointer is the reverse name Hetzner gives an IPv4 address.
func defaultPointer(ip string) schema.PrimaryIPDNSPTR {
	parts := strings.Split(ip, ".")
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return schema.PrimaryIPDNSPTR{IP: ip, DNSPtr: "static." + strings.Join(parts, ".") + ".clients.your-server.de"}
}

// freeIPv4 goes round the pool, so that an address given back is not the next one given out.
func (e *Emulator) freeIPv4() (netip.Addr, bool) {
	used := map[string]bool{}
	for _, p := range e.state.Projects {
		for _, ip := range p.PrimaryIPs.items {
			used[ip.IP] = true
		}
	}
	hosts := uint32(1)<<(32-e.pool.Bits()) - 2 // neither the network nor the broadcast address
	for range hosts {
		e.state.LastIPv4 = e.state.LastIPv4%hosts + 1
		if address := nth(e.pool, e.state.LastIPv4); !used[address.String()] {
			return address, true
		}
	}
	return netip.Addr{}, false
}

// nth is the address at an offset in an IPv4 network.
func nth(prefix netip.Prefix, offset uint32) netip.Addr {
	octets := prefix.Masked().Addr().As4()
	value := uint32(octets[0])<<24 | uint32(octets[1])<<16 | uint32(octets[2])<<8 | uint32(octets[3])
	value += offset
	return netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)})
}

func updatePrimaryIP(c *call) (reply, error) {
	ip, err := primaryIPs().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.PrimaryIPUpdateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := rename("primary IP", &c.p.PrimaryIPs, ip, &ip.Name, req.Name, &ip.Labels, req.Labels); err != nil {
		return fail(err)
	}
	if req.AutoDelete != nil {
		ip.AutoDelete = *req.AutoDelete
	}
	return ok(primaryIPs().one(c, ip))
}

// deletePrimaryIP takes the address from its server first, which must be off for that.
func deletePrimaryIP(c *call) (reply, error) {
	ip, err := primaryIPs().find(c)
	if err != nil {
		return fail(err)
	}
	if ip.Protection.Delete {
		return fail(refuse(hcloud.ErrorCodeProtected, "primary IP deletion is protected"))
	}
	if err := c.p.free(hcloud.ActionResourceTypePrimaryIP, ip.ID); err != nil {
		return fail(err)
	}
	if ip.AssigneeID != nil {
		s, _ := c.p.Servers.get(*ip.AssigneeID)
		if err := c.stopped(s); err != nil {
			return fail(err)
		}
		ip.release()
		c.e.background("addresses after deletion", c.e.wireAddresses(s.ID))
	}
	c.p.PrimaryIPs.remove(ip.ID)
	return noContent()
}

func (ip *primaryIP) release() { ip.AssigneeID, ip.AssigneeType = nil, assigneeNone }

func (ip *primaryIP) give(s *server) { ip.AssigneeID, ip.AssigneeType = new(s.ID), assigneeServer }
