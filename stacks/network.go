package stacks

import (
	"fmt"
	"net/netip"
)

// A wider network than these is nobody's own; two halves of the world are everyone.
const (
	widestIPv4 = 8
	widestIPv6 = 16
)

// CheckNetwork judges a network that is let in or believed.
//
// Errors: what was got and what is wanted, if it is everyone or nearly so, has host bits, or is IPv4 written as IPv6.
func CheckNetwork(n netip.Prefix) error {
	widest := widestIPv4
	if n.Addr().Is6() {
		widest = widestIPv6
	}
	switch {
	case n.Bits() == 0:
		return fmt.Errorf("got %v, which is everyone, want only the networks that are meant", n)
	case n.Addr().Is4In6():
		return fmt.Errorf("got %v, want an IPv4 network, such as 192.0.2.0/24", n)
	case n.Bits() < widest:
		return fmt.Errorf("got %v, which is nearly everyone, want at most a /%d", n, widest)
	case n != n.Masked():
		return fmt.Errorf("got %v, want a network without host bits: %v for all of it, or %v/%d for that one address",
			n, n.Masked(), n.Addr(), n.Addr().BitLen())
	}
	return nil
}
