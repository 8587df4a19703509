package hetzner

import (
	"slices"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// checkOrder refuses a server creation that Hetzner refuses. It changes nothing.
func (c *call) checkOrder(req schema.ServerCreateRequest) (*order, error) {
	if err := checkHostname(req.Name); err != nil {
		return nil, err
	}
	if c.p.Servers.taken(req.Name, 0) {
		return nil, notUnique("server", "name")
	}
	if len(req.UserData) > maxUserData {
		return nil, invalid("user_data", "must be at most %d bytes", maxUserData)
	}
	if req.Automount != nil && *req.Automount {
		return nil, refuse(hcloud.ErrorUnsupportedError, "the twin does not mount volumes")
	}
	o := &order{start: req.StartAfterCreate == nil || *req.StartAfterCreate}
	var err error
	if o.labels, err = givenLabels(req.Labels); err != nil {
		return nil, err
	}
	for _, check := range []func(*order, schema.ServerCreateRequest) error{
		c.checkPublicNet, c.checkPlace, c.checkTypeAndImage, c.checkKeys, c.checkFirewalls, c.checkNetworks, c.checkVolumes, c.checkGroup,
	} {
		if err := check(o, req); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func (c *call) checkPublicNet(o *order, req schema.ServerCreateRequest) error {
	want := schema.ServerCreatePublicNet{EnableIPv4: true, EnableIPv6: true}
	if req.PublicNet != nil {
		want = *req.PublicNet
	}
	var err error
	if o.ipv4, err = c.publicAddress(typeIPv4, want.EnableIPv4, want.IPv4ID); err != nil {
		return err
	}
	if o.ipv6, err = c.publicAddress(typeIPv6, want.EnableIPv6, want.IPv6ID); err != nil {
		return err
	}
	if !want.EnableIPv4 && !want.EnableIPv6 && len(req.Networks) == 0 && o.start {
		return invalid("public_net", "a server without any network cannot be started")
	}
	return nil
}

func (c *call) publicAddress(kind string, enabled bool, id int64) (publicAddress, error) {
	a := publicAddress{wanted: enabled}
	if id == 0 {
		return a, nil
	}
	if !enabled {
		return a, invalid("public_net."+kind, "must not be given when enable_%s is false", kind)
	}
	ip, found := c.p.PrimaryIPs.get(id)
	switch {
	case !found:
		return a, notFound("primary_ip", id)
	case ip.Type != kind:
		return a, refuse(hcloud.ErrorCodePrimaryIPVersionMismatch, "primary IP %d is of type %s", id, ip.Type)
	case ip.AssigneeID != nil:
		return a, refuse(hcloud.ErrorCodePrimaryIPAssigned, "primary IP %d is assigned to another server", id)
	}
	a.given = ip
	return a, c.p.free(hcloud.ActionResourceTypePrimaryIP, id)
}

// checkPlace settles the location: the one asked for, else that of a given address.
func (c *call) checkPlace(o *order, req schema.ServerCreateRequest) error {
	name := req.Location
	for _, a := range []publicAddress{o.ipv4, o.ipv6} {
		if a.given == nil {
			continue
		}
		if name == "" {
			name = a.given.Location.Name
		}
		if name != a.given.Location.Name {
			return refuse(hcloud.ErrorCodePrimaryIPDatacenterMismatch, "primary IP %d is in %s, the server would be in %s", a.given.ID, a.given.Location.Name, name)
		}
	}
	if name == "" {
		name = defaultLocation
	}
	place, found := c.e.catalog.locations.byName(name)
	if !found {
		return invalid("location", "location not found")
	}
	o.place = place
	return nil
}

func (c *call) checkTypeAndImage(o *order, req schema.ServerCreateRequest) (err error) {
	if o.kind, err = c.e.orderable(req.ServerType, o.place.Name); err != nil {
		return err
	}
	o.image, err = c.e.catalog.imageFor(req.Image, o.kind.Architecture)
	return err
}

func (c *call) checkKeys(o *order, req schema.ServerCreateRequest) error {
	for _, id := range req.SSHKeys {
		key, found := c.p.SSHKeys.get(id)
		if !found {
			return notFound("ssh_key", id)
		}
		o.keys = append(o.keys, key.PublicKey)
	}
	return nil
}

func (c *call) checkFirewalls(o *order, req schema.ServerCreateRequest) error {
	if len(req.Firewalls) > maxFirewalls {
		return tooManyFirewalls()
	}
	for _, wanted := range req.Firewalls {
		f, found := c.p.Firewalls.get(wanted.Firewall)
		if !found {
			return notFound("firewall", wanted.Firewall)
		}
		if !o.ipv4.wanted && !o.ipv6.wanted {
			return refuse(hcloud.ErrorCodePrivateNetOnlyServer, "a server without public interface takes no firewall")
		}
		o.firewalls = append(o.firewalls, f)
	}
	return nil
}

func (c *call) checkNetworks(o *order, req schema.ServerCreateRequest) error {
	for _, id := range req.Networks {
		n, found := c.p.Networks.get(id)
		if !found {
			return notFound("network", id)
		}
		if err := c.p.settledNetwork(id); err != nil {
			return err
		}
		if _, err := c.freeAddress(n, o.place.NetworkZone, nil, nil); err != nil {
			return err
		}
		for _, other := range o.networks {
			if n.prefix().Overlaps(other.prefix()) {
				return refuse(hcloud.ErrorCodeNetworksOverlap, "network %d overlaps network %d", n.ID, other.ID)
			}
		}
		o.networks = append(o.networks, n)
	}
	return nil
}

func (c *call) checkVolumes(o *order, req schema.ServerCreateRequest) error {
	for _, id := range req.Volumes {
		v, found := c.p.Volumes.get(id)
		if !found {
			return notFound("volume", id)
		}
		if err := c.freeBoth(v, nil); err != nil {
			return err
		}
		if err := c.attachable(v, &server{Location: o.place.Name}); err != nil {
			return err
		}
		if slices.Contains(o.volumes, v) {
			return invalid("volumes", "volume %d is given more than once", id)
		}
		o.volumes = append(o.volumes, v)
	}
	return nil
}

func (c *call) checkGroup(o *order, req schema.ServerCreateRequest) error {
	if req.PlacementGroup == 0 {
		return nil
	}
	g, found := c.p.PlacementGroups.get(req.PlacementGroup)
	if !found {
		return notFound("placement_group", req.PlacementGroup)
	}
	o.group = g
	return c.p.hasRoom(g)
}
