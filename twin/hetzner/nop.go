package hetzner

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
)

// Nop is hardware that is not there: every operation succeeds at once and only the power
// switch is remembered. It serves clients that look at the API alone.
type Nop struct {
	mu sync.Mutex
	on map[int64]bool
}

var _ Hardware = (*Nop)(nil)

// CreateServer remembers whether the server is on.
func (n *Nop) CreateServer(_ context.Context, s Machine) error { return n.set(s.ID, s.PowerOn) }

// RebuildServer leaves the server on.
func (n *Nop) RebuildServer(_ context.Context, s Machine) error { return n.set(s.ID, true) }

// PowerOn switches the server on.
func (n *Nop) PowerOn(_ context.Context, id int64) error { return n.set(id, true) }

// PowerOff switches the server off.
func (n *Nop) PowerOff(_ context.Context, id int64) error { return n.set(id, false) }

// Shutdown switches the server off; its guest obeys at once.
func (n *Nop) Shutdown(_ context.Context, id int64) error { return n.set(id, false) }

// DeleteServer forgets the server.
func (n *Nop) DeleteServer(_ context.Context, id int64) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.on, id)
	return nil
}

// Running reports the power switch. A server of an earlier process is unknown, which is an error.
func (n *Nop) Running(_ context.Context, id int64) (bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	on, known := n.on[id]
	if !known {
		return false, fmt.Errorf("server %d: not made by this process", id)
	}
	return on, nil
}

// CreateVolume does nothing.
func (n *Nop) CreateVolume(context.Context, int64, int) error { return nil }

// ResizeVolume does nothing.
func (n *Nop) ResizeVolume(context.Context, int64, int) error { return nil }

// DeleteVolume does nothing.
func (n *Nop) DeleteVolume(context.Context, int64) error { return nil }

// AttachVolume does nothing.
func (n *Nop) AttachVolume(context.Context, int64, int64) error { return nil }

// DetachVolume does nothing.
func (n *Nop) DetachVolume(context.Context, int64, int64) error { return nil }

// ChangeType does nothing.
func (n *Nop) ChangeType(context.Context, int64, int, float64, int) error { return nil }

// AttachNetwork does nothing.
func (n *Nop) AttachNetwork(context.Context, int64, netip.Addr, netip.Prefix) error { return nil }

// DetachNetwork does nothing.
func (n *Nop) DetachNetwork(context.Context, int64, netip.Addr) error { return nil }

// SetAddresses does nothing.
func (n *Nop) SetAddresses(context.Context, int64, netip.Addr, netip.Prefix) error { return nil }

// SetFirewall does nothing.
func (n *Nop) SetFirewall(context.Context, int64, []Rule) error { return nil }

func (n *Nop) set(id int64, on bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.on == nil {
		n.on = map[int64]bool{}
	}
	n.on[id] = on
	return nil
}
