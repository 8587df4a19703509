package host

import (
	"net/netip"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

// A server that reboots is cabled anew although the kernel still holds the network of before.
func TestCableReplacesTheOneOfBefore(t *testing.T) {
	t.Parallel()
	wire, err := newNetns()
	if err != nil {
		t.Fatal(err)
	}
	defer wire.Close()
	r := &record{
		Machine:  hetzner.Machine{IPv4: netip.MustParseAddr("203.0.113.1")},
		Networks: []attachment{{Address: netip.MustParseAddr("10.0.0.2"), Network: netip.MustParsePrefix("10.0.0.0/16")}},
	}
	for range 3 {
		inside, err := newNetns()
		if err != nil {
			t.Fatal(err)
		}
		defer inside.Close() // at the end only
		if err := cable(inside, wire, r); err != nil {
			t.Fatal(err)
		}
	}
}
