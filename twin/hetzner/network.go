package hetzner

import (
	"net/netip"
	"slices"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

type network struct{ schema.Network }

func (n *network) meta() meta { return meta{n.ID, n.Name, n.Labels, n.Created} }

// prefix is the network's range, which was checked when it was set.
func (n *network) prefix() netip.Prefix { return netip.MustParsePrefix(n.IPRange) }

func networks() noun[*network] {
	return noun[*network]{
		singular: "network", plural: "networks",
		of: func(c *call) *collection[*network] { return &c.p.Networks },
		view: func(c *call, n *network) any {
			view := n.Network
			view.Servers = []int64{}
			for _, s := range c.p.Servers.all() {
				if s.inNetwork(n.ID) != nil {
					view.Servers = append(view.Servers, s.ID)
				}
			}
			return view
		},
	}
}

func networkRoutes() []route {
	return append(networks().reads(),
		route{"POST /networks", nil, createNetwork},
		route{"PUT /networks/{id}", nil, updateNetwork},
		route{"DELETE /networks/{id}", nil, deleteNetwork},
		route{"GET /networks/{id}/members", append(pageParameters(), "type", "subnet", "status"), listMembers},
		route{"POST /networks/{id}/actions/add_subnet", nil, addSubnet},
		route{"POST /networks/{id}/actions/delete_subnet", nil, deleteSubnet},
		route{"POST /networks/{id}/actions/add_route", nil, addRoute},
		route{"POST /networks/{id}/actions/delete_route", nil, deleteRoute},
		route{"POST /networks/{id}/actions/change_ip_range", nil, changeNetworkRange},
		route{"POST /networks/{id}/actions/change_protection", nil, changeNetworkProtection},
	)
}

func createNetwork(c *call) (reply, error) {
	var req schema.NetworkCreateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := checkName("network", &c.p.Networks, req.Name, 0); err != nil {
		return fail(err)
	}
	labels, err := givenLabels(req.Labels)
	if err != nil {
		return fail(err)
	}
	if err := checkNetworkRange(req.IPRange); err != nil {
		return fail(err)
	}
	n := &network{schema.Network{
		Name: req.Name, IPRange: req.IPRange, Labels: labels, ExposeRoutesToVSwitch: req.ExposeRoutesToVSwitch,
		Subnets: []schema.NetworkSubnet{}, Routes: []schema.NetworkRoute{}, LoadBalancers: []int64{}, Created: c.e.now().UTC(),
	}}
	for _, wanted := range req.Subnets {
		subnet, err := n.newSubnet(c, schema.NetworkActionAddSubnetRequest{
			Type: wanted.Type, IPRange: wanted.IPRange, NetworkZone: wanted.NetworkZone, VSwitchID: wanted.VSwitchID,
		})
		if err != nil {
			return fail(err)
		}
		n.addSubnet(subnet)
	}
	for _, wanted := range req.Routes {
		if err := n.checkRoute(wanted); err != nil {
			return fail(err)
		}
		n.Routes = append(n.Routes, wanted)
	}
	n.ID = c.e.state.newID()
	c.p.Networks.put(n)
	return created(networks().one(c, n))
}

// checkNetworkRange demands a private range no smaller than a /24.
func checkNetworkRange(text string) error {
	prefix, err := netip.ParsePrefix(text)
	if err != nil || !prefix.Addr().Is4() || prefix.Masked() != prefix {
		return invalid("ip_range", "must be an IPv4 network in CIDR notation")
	}
	if !prefix.Addr().IsPrivate() || prefix.Bits() > 24 {
		return invalid("ip_range", "must be a private range (RFC 1918) of at least /24")
	}
	return nil
}

func updateNetwork(c *call) (reply, error) {
	n, err := networks().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.NetworkUpdateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := rename("network", &c.p.Networks, n, &n.Name, req.Name, &n.Labels, req.Labels); err != nil {
		return fail(err)
	}
	if req.ExposeRoutesToVSwitch != nil {
		n.ExposeRoutesToVSwitch = *req.ExposeRoutesToVSwitch
	}
	return ok(networks().one(c, n))
}

// deleteNetwork detaches servers that are still in the network, as Hetzner does.
func deleteNetwork(c *call) (reply, error) {
	n, err := networks().find(c)
	if err != nil {
		return fail(err)
	}
	if n.Protection.Delete {
		return fail(refuse(hcloud.ErrorCodeProtected, "network deletion is protected"))
	}
	if err := c.p.settledNetwork(n.ID); err != nil {
		return fail(err)
	}
	for _, s := range c.p.Servers.all() {
		if s.inNetwork(n.ID) != nil {
			c.leaveNetwork(s, n.ID)
		}
	}
	c.p.Networks.remove(n.ID)
	return noContent()
}

// settledNetwork refuses with conflict while an action changes the network: clients retry that.
func (p *project) settledNetwork(id int64) error {
	if p.busy(hcloud.ActionResourceTypeNetwork, id) {
		return refuse(hcloud.ErrorCodeConflict, "network is being changed by another action")
	}
	return nil
}

func changeNetworkProtection(c *call) (reply, error) {
	n, err := networks().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.NetworkActionChangeProtectionRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if req.Delete != nil {
		n.Protection.Delete = *req.Delete
	}
	return acted(c.start("change_protection", work{}, ref(hcloud.ActionResourceTypeNetwork, n.ID)))
}

// member is a server in a network, as listed.
type member struct{ schema.NetworkMember }

func (m *member) meta() meta { return meta{id: m.ID} }

func listMembers(c *call) (reply, error) {
	n, err := networks().find(c)
	if err != nil {
		return fail(err)
	}
	members := []*member{}
	for _, s := range c.p.Servers.all() {
		at := s.inNetwork(n.ID)
		if at == nil {
			continue
		}
		m := &member{schema.NetworkMember{Type: "server", ID: s.ID, IP: at.IP, Status: "ready", AliasIPs: slices.Clone(at.AliasIPs)}}
		if i := n.subnetOf(netip.MustParseAddr(at.IP)); i >= 0 {
			m.Subnet = n.Subnets[i].IPRange
		}
		members = append(members, m)
	}
	listed := noun[*member]{
		singular: "member", plural: "members",
		view: func(_ *call, m *member) any { return m },
		filters: map[string]func(*member, string) bool{
			"type":   func(m *member, v string) bool { return m.Type == v },
			"subnet": func(m *member, v string) bool { return m.Subnet == v },
			"status": func(m *member, v string) bool { return m.Status == v },
		},
	}
	return listed.listOf(c, members)
}
