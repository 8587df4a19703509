package host

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// pair lays a cable: near inside the server, far on the wire, both up. It replaces one that is there, be it that of the
// server before its reboot: the kernel takes down the network of a machine that is gone when it gets round to it.
func pair(inside, wire *os.File, near, far string, mtu int) error {
	if err := withLinks(wire, func(h *netlink.Handle) error { return removeLink(h, far) }); err != nil {
		return err
	}
	err := withLinks(inside, func(h *netlink.Handle) error {
		if err := removeLink(h, near); err != nil {
			return err
		}
		return h.LinkAdd(&netlink.Veth{
			LinkAttrs: netlink.LinkAttrs{Name: near, MTU: mtu},
			PeerName:  far, PeerNamespace: netlink.NsFd(int(wire.Fd())),
		})
	})
	if err != nil {
		return err
	}
	return errors.Join(
		withLinks(inside, func(h *netlink.Handle) error { return up(h, near) }),
		withLinks(wire, func(h *netlink.Handle) error { return up(h, far) }))
}

// removeLink removes an interface, if it is there and for as long as it is.
func removeLink(h *netlink.Handle, name string) error {
	old, err := h.LinkByName(name)
	if errors.As(err, new(netlink.LinkNotFoundError)) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := h.LinkDel(old); err != nil && !errors.Is(err, unix.ENODEV) {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	return nil
}

// withLinks runs f with netlink in a network namespace.
func withLinks(ns *os.File, f func(*netlink.Handle) error) error {
	h, err := netlink.NewHandleAt(netns.NsHandle(int(ns.Fd())), unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer h.Close()
	return f(h)
}

func up(h *netlink.Handle, name string) error {
	link, err := h.LinkByName(name)
	if err != nil {
		return err
	}
	return h.LinkSetUp(link)
}

func address(h *netlink.Handle, name string, a netip.Prefix) error {
	return scoped(h, name, a, netlink.SCOPE_UNIVERSE)
}

func scoped(h *netlink.Handle, name string, a netip.Prefix, scope netlink.Scope) error {
	link, err := h.LinkByName(name)
	if err != nil {
		return err
	}
	if err := h.AddrAdd(link, &netlink.Addr{IPNet: ipNet(a), Flags: unix.IFA_F_NODAD, Scope: int(scope)}); err != nil {
		return fmt.Errorf("address %s: %w", a, err)
	}
	return nil
}

func route(h *netlink.Handle, name string, to netip.Prefix, via, source netip.Addr) error {
	link, err := h.LinkByName(name)
	if err != nil {
		return err
	}
	r := &netlink.Route{LinkIndex: link.Attrs().Index, Dst: ipNet(to), Src: source.AsSlice(), Scope: netlink.SCOPE_LINK}
	if via.IsValid() {
		r.Gw, r.Scope = via.AsSlice(), netlink.SCOPE_UNIVERSE
	}
	if err := h.RouteReplace(r); err != nil {
		return fmt.Errorf("route to %s: %w", to, err)
	}
	return nil
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// ipv6 tells whether the kernel has it.
func ipv6() bool {
	_, err := os.Stat("/proc/net/if_inet6")
	return err == nil
}

// uncable removes the interface that has an address.
func uncable(inside *os.File, a netip.Addr) error {
	return withLinks(inside, func(h *netlink.Handle) error {
		addrs, err := h.AddrList(nil, unix.AF_INET)
		if err != nil {
			return err
		}
		for _, x := range addrs {
			if got, ok := netip.AddrFromSlice(x.IP); ok && got.Unmap() == a {
				link, err := h.LinkByIndex(x.LinkIndex)
				if err != nil {
					return err
				}
				return h.LinkDel(link)
			}
		}
		return nil
	})
}
