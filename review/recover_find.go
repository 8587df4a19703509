package review

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// Inventory is what exists at Hetzner in the stack's projects.
type Inventory struct {
	// Labels are those that everything of the stack carries.
	Labels map[string]string

	Networks   []*hcloud.Network
	Firewalls  []*hcloud.Firewall
	PrimaryIPs []*hcloud.PrimaryIP
	SSHKeys    []*hcloud.SSHKey
	Servers    []*hcloud.Server
	Volumes    []*hcloud.Volume
	RRSets     []*hcloud.ZoneRRSet
}

// named is what a thing at Hetzner is recognised by.
type named struct {
	id     int64
	name   string
	labels map[string]string
}

// list are the things of a kind that has names, and what the kind is called.
func (f Inventory) list(kind string) (what string, things []named) {
	switch kind {
	case "hcloud:index/network:Network":
		return "network", each(f.Networks, func(n *hcloud.Network) named { return named{n.ID, n.Name, n.Labels} })
	case "hcloud:index/firewall:Firewall":
		return "firewall", each(f.Firewalls, func(n *hcloud.Firewall) named { return named{n.ID, n.Name, n.Labels} })
	case "hcloud:index/primaryIp:PrimaryIp":
		return "primary IP", each(f.PrimaryIPs, func(n *hcloud.PrimaryIP) named { return named{n.ID, n.Name, n.Labels} })
	case "hcloud:index/sshKey:SshKey":
		return "SSH key", each(f.SSHKeys, func(n *hcloud.SSHKey) named { return named{n.ID, n.Name, n.Labels} })
	case "hcloud:index/server:Server":
		return "server", each(f.Servers, func(n *hcloud.Server) named { return named{n.ID, n.Name, n.Labels} })
	case "hcloud:index/volume:Volume":
		return "volume", each(f.Volumes, func(n *hcloud.Volume) named { return named{n.ID, n.Name, n.Labels} })
	}
	return "", nil
}

func each[T any](things []T, name func(T) named) []named {
	var out []named
	for _, t := range things {
		out = append(out, name(t))
	}
	return out
}

// match finds what a planned resource has become at Hetzner, or what stands in its way.
func (f Inventory) match(p Planned) (found *Adoption, foreign string) {
	switch p.Type {
	case "hcloud:index/networkSubnet:NetworkSubnet":
		return f.subnet(p), ""
	case "hcloud:index/serverNetwork:ServerNetwork":
		return f.place(p)
	case "hcloud:index/volumeAttachment:VolumeAttachment":
		return f.attachment(p)
	case "hcloud:index/zoneRrset:ZoneRrset":
		return f.record(p)
	}
	what, things := f.list(p.Type)
	for _, t := range things {
		if t.name != p.text("name") || t.name == "" {
			continue
		}
		if !f.ours(t.labels) {
			return nil, fmt.Sprintf("%s %s (%d)", what, t.name, t.id)
		}
		return &Adoption{p, strconv.FormatInt(t.id, 10), fmt.Sprintf("%s %s (%d)", what, t.name, t.id)}, ""
	}
	return nil, ""
}

// ours reports whether something carries every label of the stack.
func (f Inventory) ours(labels map[string]string) bool {
	for k, v := range f.Labels {
		if got, ok := labels[k]; !ok || got != v {
			return false
		}
	}
	return len(f.Labels) > 0
}

// subnet, place and attachment have no labels. They belong to things of the state, by whose IDs they are found.
func (f Inventory) subnet(p Planned) *Adoption {
	for _, n := range f.Networks {
		if n.ID != p.number("networkId") {
			continue
		}
		for _, s := range n.Subnets {
			if s.IPRange.String() == p.text("ipRange") {
				return &Adoption{p, fmt.Sprintf("%d-%s", n.ID, s.IPRange), fmt.Sprintf("subnet %s of network %s", s.IPRange, n.Name)}
			}
		}
	}
	return nil
}

func (f Inventory) place(p Planned) (found *Adoption, foreign string) {
	network, _, _ := strings.Cut(p.text("subnetId"), "-")
	for _, s := range f.Servers {
		if s.ID != p.number("serverId") {
			continue
		}
		for _, at := range s.PrivateNet {
			if strconv.FormatInt(at.Network.ID, 10) != network {
				continue
			}
			what := fmt.Sprintf("place %s of server %s in network %s", at.IP, s.Name, network)
			if !at.IP.Equal(net.ParseIP(p.text("ip"))) {
				return nil, what + ", want " + p.text("ip")
			}
			return &Adoption{p, fmt.Sprintf("%d-%s", s.ID, network), what}, ""
		}
	}
	return nil, ""
}

func (f Inventory) attachment(p Planned) (found *Adoption, foreign string) {
	for _, v := range f.Volumes {
		if v.ID != p.number("volumeId") || v.Server == nil {
			continue
		}
		what := fmt.Sprintf("attachment of volume %s to server %d", v.Name, v.Server.ID)
		if v.Server.ID != p.number("serverId") {
			return nil, fmt.Sprintf("%s, want server %d", what, p.number("serverId"))
		}
		return &Adoption{p, strconv.FormatInt(v.ID, 10), what}, ""
	}
	return nil, ""
}

func (f Inventory) record(p Planned) (found *Adoption, foreign string) {
	for _, r := range f.RRSets {
		if r.Name != p.text("name") || string(r.Type) != p.text("type") || r.Zone == nil || r.Zone.Name != p.text("zone") {
			continue
		}
		what := fmt.Sprintf("records %s %s of zone %s", r.Name, r.Type, r.Zone.Name)
		if !f.ours(r.Labels) {
			return nil, what
		}
		return &Adoption{p, r.ID, what}, ""
	}
	return nil, ""
}
