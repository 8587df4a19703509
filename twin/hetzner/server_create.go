package hetzner

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

const (
	maxUserData     = 32 << 10
	defaultLocation = "fsn1"
)

// order is a server creation that was checked and can be carried out.
type order struct {
	place     *location
	kind      *serverType
	image     *image
	labels    map[string]string
	keys      []string
	firewalls []*firewall
	networks  []*network
	volumes   []*volume
	group     *placementGroup
	ipv4      publicAddress
	ipv6      publicAddress
	start     bool
}

// publicAddress is wanted or not; a nil address is made with the server.
type publicAddress struct {
	wanted bool
	given  *primaryIP
}

func createServer(c *call) (reply, error) {
	var req schema.ServerCreateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	o, err := c.checkOrder(req)
	if err != nil {
		return fail(err)
	}
	s := &server{
		ID: c.e.state.newID(), Name: req.Name, Labels: o.labels, Created: c.e.now().UTC(), Status: statusInitializing,
		Type: o.kind.ID, Image: o.image.ID, Location: o.place.Name, DiskGB: o.kind.Disk, UserData: req.UserData, Keys: o.keys,
		Networks: []*privateNet{},
	}
	if o.group != nil {
		s.PlacementGroup = o.group.ID
	}
	if err := c.giveAddresses(s, o); err != nil {
		return fail(err)
	}
	c.p.Servers.put(s)
	for _, f := range o.firewalls {
		f.AppliedTo = append(f.AppliedTo, serverResource(s.ID))
	}
	creation := c.startCreation(s, o.start)
	next := []schema.Action{}
	for _, n := range o.networks {
		a, err := c.join(s, n, schema.ServerActionAttachToNetworkRequest{Network: n.ID})
		if err != nil {
			return fail(err)
		}
		next = append(next, a.Action)
	}
	for _, v := range o.volumes {
		next = append(next, c.attach(v, s).Action)
	}
	if o.start {
		next = append(next, c.start("start_server", work{
			done: func() { s.Status = statusRunning },
			undo: func() { s.Status = statusOff }, // the power monitor corrects it
		}, ref(hcloud.ActionResourceTypeServer, s.ID)).Action)
	}
	c.reselect(s, o.firewalls)
	answer := servers().one(c, s)
	answer["action"], answer["next_actions"], answer["root_password"] = creation.Action, next, nil
	if len(s.Keys) == 0 {
		answer["root_password"] = rand.Text()
	}
	return created(answer)
}

// startCreation has the hardware make the server, boot it if wanted, and wire its firewall.
func (c *call) startCreation(s *server, start bool) *action {
	e, p := c.e, c.p
	m := c.machine(s)
	m.PowerOn = start
	return c.start("create_server", work{
		run: func(ctx context.Context) error {
			if err := e.hw.CreateServer(ctx, m); err != nil {
				return errors.Join(err, e.hw.DeleteServer(ctx, m.ID))
			}
			e.mu.Lock()
			s.Status = statusStarting // from here on changes of firewalls reach the server
			e.mu.Unlock()
			return e.wireFirewalls([]int64{m.ID})(ctx)
		},
		done: func() {
			if !start {
				s.Status = statusOff
			}
		},
		undo: func() { p.forget(s) },
	}, ref(hcloud.ActionResourceTypeServer, s.ID))
}

// machine is the server as the hardware is told about it.
func (c *call) machine(s *server) Machine {
	kind, _ := c.e.catalog.serverTypes.get(s.Type)
	system, _ := c.e.catalog.images.get(s.Image)
	m := Machine{
		ID: s.ID, Name: s.Name, Cores: kind.Cores, MemoryGB: float64(kind.Memory), DiskGB: s.DiskGB,
		Image: *system.Name, UserData: s.UserData, SSHKeys: s.Keys,
	}
	m.IPv4, m.IPv6 = c.p.addresses(s)
	return m
}

// giveAddresses assigns the addresses that were given and makes those that were not.
func (c *call) giveAddresses(s *server, o *order) error {
	for _, kind := range []string{typeIPv4, typeIPv6} {
		want := o.ipv4
		if kind == typeIPv6 {
			want = o.ipv6
		}
		if !want.wanted {
			continue
		}
		ip := want.given
		if ip == nil {
			var err error
			if ip, err = c.newPrimaryIP("", kind, o.place, map[string]string{}); err != nil {
				return err
			}
			ip.AutoDelete = true
		}
		ip.give(s)
	}
	return nil
}
