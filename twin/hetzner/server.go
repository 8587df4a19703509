package hetzner

import (
	"context"
	"slices"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// server is what the twin remembers of a server. What follows from other objects (addresses,
// volumes, firewalls) is worked out when the server is shown.
type server struct {
	ID             int64                   `json:"id"`
	Name           string                  `json:"name"`
	Labels         map[string]string       `json:"labels"`
	Created        time.Time               `json:"created"`
	Status         string                  `json:"status"`
	Type           int64                   `json:"server_type"`
	Image          int64                   `json:"image"`
	Location       string                  `json:"location"`
	DiskGB         int                     `json:"disk_gb"`
	UserData       string                  `json:"user_data"`
	Keys           []string                `json:"keys"` // public keys as they were at creation
	Networks       []*privateNet           `json:"networks"`
	PlacementGroup int64                   `json:"placement_group"`
	Protection     schema.ServerProtection `json:"protection"`
}

// privateNet is a server's place in a network.
type privateNet struct {
	Network  int64    `json:"network"`
	IP       string   `json:"ip"`
	AliasIPs []string `json:"alias_ips"`
	MAC      string   `json:"mac"`
}

func (s *server) meta() meta { return meta{s.ID, s.Name, s.Labels, s.Created} }

const (
	statusInitializing = string(hcloud.ServerStatusInitializing)
	statusStarting     = string(hcloud.ServerStatusStarting)
	statusRunning      = string(hcloud.ServerStatusRunning)
	statusOff          = string(hcloud.ServerStatusOff)
	statusDeleting     = string(hcloud.ServerStatusDeleting)
	statusRebuilding   = string(hcloud.ServerStatusRebuilding)
)

func servers() noun[*server] {
	return noun[*server]{
		singular: "server", plural: "servers",
		of:      func(c *call) *collection[*server] { return &c.p.Servers },
		view:    func(c *call, s *server) any { return c.shownServer(s) },
		filters: map[string]func(*server, string) bool{"status": func(s *server, v string) bool { return s.Status == v }},
	}
}

func serverRoutes() []route {
	return append(servers().reads(),
		route{"POST /servers", nil, createServer},
		route{"PUT /servers/{id}", nil, updateServer},
		route{"DELETE /servers/{id}", nil, deleteServer},
		route{"POST /servers/{id}/actions/poweron", nil, powerOnServer},
		route{"POST /servers/{id}/actions/poweroff", nil, powerOffServer},
		route{"POST /servers/{id}/actions/shutdown", nil, shutdownServer},
		route{"POST /servers/{id}/actions/reboot", nil, rebootServer},
		route{"POST /servers/{id}/actions/reset", nil, resetServer},
		route{"POST /servers/{id}/actions/rebuild", nil, rebuildServer},
		route{"POST /servers/{id}/actions/change_type", nil, changeServerType},
		route{"POST /servers/{id}/actions/change_protection", nil, changeServerProtection},
		route{"POST /servers/{id}/actions/change_dns_ptr", nil, changeServerDNS},
		route{"POST /servers/{id}/actions/attach_to_network", nil, attachToNetwork},
		route{"POST /servers/{id}/actions/detach_from_network", nil, detachFromNetwork},
		route{"POST /servers/{id}/actions/change_alias_ips", nil, changeAliasIPs},
		route{"POST /servers/{id}/actions/add_to_placement_group", nil, addToPlacementGroup},
		route{"POST /servers/{id}/actions/remove_from_placement_group", nil, removeFromPlacementGroup},
	)
}

// serverView is Hetzner's server; an address it does not have is null.
type serverView struct {
	schema.Server
	PublicNet publicNetView `json:"public_net"`
}

type publicNetView struct {
	IPv4        *schema.ServerPublicNetIPv4 `json:"ipv4"`
	IPv6        *schema.ServerPublicNetIPv6 `json:"ipv6"`
	FloatingIPs []int64                     `json:"floating_ips"`
	Firewalls   []schema.ServerFirewall     `json:"firewalls"`
}

func (c *call) shownServer(s *server) serverView {
	kind, _ := c.e.catalog.serverTypes.get(s.Type)
	system, _ := c.e.catalog.images.get(s.Image)
	place, _ := c.e.catalog.locations.byName(s.Location)
	view := serverView{Server: schema.Server{
		ID: s.ID, Name: s.Name, Status: s.Status, Created: s.Created, Labels: s.Labels, Protection: s.Protection,
		ServerType: c.e.offered(kind), Image: &system.Image, Location: place.Location, PrimaryDiskSize: s.DiskGB,
		IncludedTraffic: includedTraffic, OutgoingTraffic: new(uint64(0)), IngoingTraffic: new(uint64(0)),
		Locked:     c.p.busy(hcloud.ActionResourceTypeServer, s.ID),
		PrivateNet: []schema.ServerPrivateNet{}, Volumes: []int64{}, LoadBalancers: []int64{},
	}}
	for _, n := range s.Networks {
		view.PrivateNet = append(view.PrivateNet, schema.ServerPrivateNet{
			Network: n.Network, IP: n.IP, AliasIPs: n.AliasIPs, MACAddress: n.MAC,
		})
	}
	for _, v := range c.p.volumesOf(s.ID) {
		view.Volumes = append(view.Volumes, v.ID)
	}
	if g, found := c.p.PlacementGroups.get(s.PlacementGroup); found {
		view.PlacementGroup = new(c.p.shownPlacementGroup(g))
	}
	view.PublicNet = c.publicNet(s)
	return view
}

func (c *call) publicNet(s *server) publicNetView {
	view := publicNetView{FloatingIPs: []int64{}, Firewalls: c.p.shownFirewalls(s)}
	if ip := c.p.addressOf(s, typeIPv4); ip != nil {
		view.IPv4 = &schema.ServerPublicNetIPv4{ID: ip.ID, IP: ip.IP}
		if len(ip.DNSPtr) > 0 {
			view.IPv4.DNSPtr = ip.DNSPtr[0].DNSPtr
		}
	}
	if ip := c.p.addressOf(s, typeIPv6); ip != nil {
		view.IPv6 = &schema.ServerPublicNetIPv6{ID: ip.ID, IP: ip.IP, DNSPtr: []schema.ServerPublicNetIPv6DNSPtr{}}
		for _, p := range ip.DNSPtr {
			view.IPv6.DNSPtr = append(view.IPv6.DNSPtr, schema.ServerPublicNetIPv6DNSPtr{IP: p.IP, DNSPtr: p.DNSPtr})
		}
	}
	return view
}

func updateServer(c *call) (reply, error) {
	s, err := servers().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ServerUpdateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if req.Name != "" {
		if err := checkHostname(req.Name); err != nil {
			return fail(err)
		}
	}
	before := c.p.firewallsOf(s)
	if err := rename("server", &c.p.Servers, s, &s.Name, req.Name, &s.Labels, req.Labels); err != nil {
		return fail(err)
	}
	c.reselect(s, before)
	return ok(servers().one(c, s))
}

// deleteServer cuts the power, frees volumes and addresses and lets the server go.
func deleteServer(c *call) (reply, error) {
	s, err := servers().find(c)
	if err != nil {
		return fail(err)
	}
	if s.Protection.Delete {
		return fail(refuse(hcloud.ErrorCodeProtected, "server deletion is protected"))
	}
	if err := c.p.free(hcloud.ActionResourceTypeServer, s.ID); err != nil {
		return fail(err)
	}
	before, p, hw := s.Status, c.p, c.e.hw
	attached := p.volumesOf(s.ID)
	s.Status = statusDeleting
	w := work{done: func() { p.forget(s) }, undo: func() { s.Status = before }}
	w.run = func(ctx context.Context) error {
		if before == statusRunning {
			if err := hw.PowerOff(ctx, s.ID); err != nil {
				return err
			}
		}
		for _, v := range attached {
			if err := hw.DetachVolume(ctx, v.ID, s.ID); err != nil {
				return err
			}
		}
		return hw.DeleteServer(ctx, s.ID)
	}
	return ok(schema.ServerDeleteResponse{Action: c.start("delete_server", w, ref(hcloud.ActionResourceTypeServer, s.ID)).Action})
}

// forget removes the server and every mention of it.
func (p *project) forget(s *server) {
	for _, v := range p.volumesOf(s.ID) {
		v.Server = nil
	}
	for _, kind := range []string{typeIPv4, typeIPv6} {
		if ip := p.addressOf(s, kind); ip != nil {
			ip.release()
			if ip.AutoDelete && !ip.Protection.Delete {
				p.PrimaryIPs.remove(ip.ID)
			}
		}
	}
	for _, f := range p.Firewalls.all() {
		f.AppliedTo = slices.DeleteFunc(f.AppliedTo, func(o schema.FirewallResource) bool { return same(o, serverResource(s.ID)) })
	}
	p.Servers.remove(s.ID)
}
