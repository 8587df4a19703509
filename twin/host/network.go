package host

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"

	"github.com/vishvananda/netlink"
)

// What a server sees on its cables. The public address is a loopback address,
// which cannot be the source of a packet on a cable, hence wireSource.
var (
	gateway         = netip.MustParseAddr("172.31.1.1") // Hetzner's
	wireSource      = netip.MustParseAddr("172.31.1.2")
	metadataAddress = netip.MustParseAddr("169.254.169.254")
)

// publicLink is the interface of the public addresses.
const publicLink = "eth0"

// AttachNetwork plugs a private network into a server, at once if it runs.
func (h *Hosts) AttachNetwork(_ context.Context, id int64, address netip.Addr, network netip.Prefix) error {
	return h.change(id, func(r *record) error {
		at := slices.IndexFunc(r.Networks, func(a attachment) bool { return a.Address == address })
		if at < 0 {
			at = len(r.Networks)
			r.Networks = append(r.Networks, attachment{Address: address, Network: network})
		}
		return h.replug(id, func(inside, wire *os.File) error {
			return cablePrivate(inside, wire, at, r.Networks[at])
		})
	})
}

// DetachNetwork pulls a private network out of a server.
func (h *Hosts) DetachNetwork(_ context.Context, id int64, address netip.Addr) error {
	return h.change(id, func(r *record) error {
		at := slices.IndexFunc(r.Networks, func(a attachment) bool { return a.Address == address })
		if at < 0 {
			return nil
		}
		r.Networks = slices.Delete(r.Networks, at, at+1)
		return h.replug(id, func(inside, _ *os.File) error {
			return uncable(inside, address)
		})
	})
}

// replug runs f with the network namespaces of a running server; a server that is off is cabled when it boots.
func (h *Hosts) replug(id int64, f func(inside, wire *os.File) error) error {
	run, err := h.server(id).incarnation()
	if err != nil || run == nil {
		return err
	}
	inside, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", run.Init))
	if err != nil {
		return err
	}
	defer inside.Close()
	wire, err := os.Open(fmt.Sprintf("/proc/%d/fd/%d", run.Supervisor, run.Wire))
	if err != nil {
		return err
	}
	defer wire.Close()
	return f(inside, wire)
}

// cable brings up all interfaces of a server that boots.
func cable(inside, wire *os.File, r *record) error {
	if err := withLinks(inside, func(h *netlink.Handle) error { return up(h, "lo") }); err != nil {
		return err
	}
	if err := cablePublic(inside, wire, r); err != nil {
		return fmt.Errorf("%s: %w", publicLink, err)
	}
	for i, a := range r.Networks {
		if err := cablePrivate(inside, wire, i, a); err != nil {
			return err
		}
	}
	return nil
}

// cablePublic makes the public interface with a default route that leads to the
// wire, where nothing but the services of the twin answers.
func cablePublic(inside, wire *os.File, r *record) error {
	far := publicLink + "-far"
	if err := pair(inside, wire, publicLink, far, 1500); err != nil {
		return err
	}
	err := withLinks(inside, func(h *netlink.Handle) error {
		if r.IPv4.IsValid() {
			if err := address(h, publicLink, netip.PrefixFrom(r.IPv4, 32)); err != nil {
				return err
			}
		}
		if r.IPv6.IsValid() && ipv6() {
			if err := address(h, publicLink, netip.PrefixFrom(r.IPv6.Masked().Addr().Next(), 64)); err != nil {
				return err
			}
		}
		// Of scope link: no program takes it for an address of the server.
		if err := scoped(h, publicLink, netip.PrefixFrom(wireSource, 32), netlink.SCOPE_LINK); err != nil {
			return err
		}
		if err := route(h, publicLink, netip.PrefixFrom(gateway, 32), netip.Addr{}, wireSource); err != nil {
			return err
		}
		return route(h, publicLink, netip.PrefixFrom(netip.IPv4Unspecified(), 0), gateway, wireSource)
	})
	if err != nil {
		return err
	}
	return withLinks(wire, func(h *netlink.Handle) error {
		for _, a := range []netip.Addr{gateway, metadataAddress} {
			if err := address(h, far, netip.PrefixFrom(a, 32)); err != nil {
				return err
			}
		}
		return route(h, far, netip.PrefixFrom(wireSource, 32), netip.Addr{}, gateway)
	})
}

// cablePrivate makes the interface of the nth private network, as Hetzner's
// images have it: the address alone, and the network through its first address.
func cablePrivate(inside, wire *os.File, n int, a attachment) error {
	name, far := "enp"+strconv.Itoa(7+n)+"s0", "far-"+strconv.Itoa(7+n)
	if err := pair(inside, wire, name, far, 1450); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	first := a.Network.Masked().Addr().Next()
	err := withLinks(inside, func(h *netlink.Handle) error {
		if err := address(h, name, netip.PrefixFrom(a.Address, 32)); err != nil {
			return err
		}
		if err := route(h, name, netip.PrefixFrom(first, 32), netip.Addr{}, a.Address); err != nil {
			return err
		}
		return route(h, name, a.Network.Masked(), first, a.Address)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
