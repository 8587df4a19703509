package hetzner

import (
	"context"
	"fmt"
	"time"
)

// Profile says how long things take.
type Profile struct {
	// Name is how the profile is chosen at run time.
	Name string
	// Call is added to every call.
	Call time.Duration
	// Action is how long an action takes at least.
	Action time.Duration
	// Commands are the actions that differ from that.
	Commands map[string]time.Duration
}

// None is the profile without any delay.
func None() Profile { return Profile{Name: "none"} }

// HetznerLike has the order of magnitude of the real API. That a volume is made in 2.6 s is in
// the log of hetznercloud/csi-driver issue 12, and that a subnet is added in 1 s in that of
// hetznercloud/cli issue 255. A `terraform apply` of four servers at once, recorded in
// Ujstor/self-hosting-infrastructure-cluster (docs/docs/output/terraform.md), took 17 to 25 s for
// a server, 1 s for a network or firewall, 4 s for a volume and 9 s for its attachment, all with
// the provider's polling, and 17 to 34 s for a place in the network, since that waited for the
// attachment to unlock the server. The rest are round figures that lead to such times.
func HetznerLike() Profile {
	return Profile{
		Name: "hetzner-like", Call: 120 * time.Millisecond, Action: time.Second,
		Commands: map[string]time.Duration{
			"create_server": 8 * time.Second, "start_server": 3 * time.Second, "stop_server": 3 * time.Second,
			"delete_server": 2 * time.Second, "rebuild_server": 15 * time.Second, "change_server_type": 20 * time.Second,
			"create_volume": 2600 * time.Millisecond, "attach_volume": 3 * time.Second, "detach_volume": 3 * time.Second,
			"attach_to_network": 3 * time.Second, "detach_from_network": 3 * time.Second,
			"assign_primary_ip": 2 * time.Second, "unassign_primary_ip": 2 * time.Second,
		},
	}
}

// ProfileNamed finds a profile by name.
//
// Errors: a name that is neither none nor hetzner-like.
func ProfileNamed(name string) (Profile, error) {
	for _, p := range []Profile{None(), HetznerLike()} {
		if p.Name == name {
			return p, nil
		}
	}
	return Profile{}, fmt.Errorf("latency profile: got %q, want none or hetzner-like", name)
}

func (p Profile) of(command string) time.Duration {
	if d, found := p.Commands[command]; found {
		return d
	}
	return p.Action
}

func (e *Emulator) sleepCall(ctx context.Context) {
	e.mu.Lock()
	d := e.latency.Call
	e.mu.Unlock()
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
