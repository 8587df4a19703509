package hetzner

import (
	"context"
	"net/netip"
)

// Hardware is what stands behind the API: disks, servers, cables. Calls are made by action workers, outside the store's lock.
type Hardware interface {
	CreateVolume(ctx context.Context, id int64, sizeGB int) error
	ResizeVolume(ctx context.Context, id int64, sizeGB int) error
	DeleteVolume(ctx context.Context, id int64) error
	AttachVolume(ctx context.Context, volumeID, serverID int64) error
	DetachVolume(ctx context.Context, volumeID, serverID int64) error // hard, as Hetzner's: nothing is unmounted first
	CreateServer(ctx context.Context, s Machine) error                // made, and booted when s.PowerOn
	RebuildServer(ctx context.Context, s Machine) error               // root disk made anew, volumes stay, booted
	DeleteServer(ctx context.Context, id int64) error
	PowerOn(ctx context.Context, id int64) error
	PowerOff(ctx context.Context, id int64) error // hard
	Shutdown(ctx context.Context, id int64) error // ACPI: returns at once, the machine goes down by itself
	ChangeType(ctx context.Context, id int64, cores int, memoryGB float64, diskGB int) error
	AttachNetwork(ctx context.Context, serverID int64, address netip.Addr, network netip.Prefix) error
	DetachNetwork(ctx context.Context, serverID int64, address netip.Addr) error
	SetAddresses(ctx context.Context, serverID int64, ipv4 netip.Addr, ipv6 netip.Prefix) error // zero value = none
	SetFirewall(ctx context.Context, serverID int64, rules []Rule) error                        // nil: no firewall, open; empty: closed
	Running(ctx context.Context, id int64) (bool, error)
}

// Machine is a server as hardware sees it.
type Machine struct {
	ID       int64
	Name     string
	Cores    int
	MemoryGB float64
	DiskGB   int
	Image    string // by name, debian-13
	UserData string
	SSHKeys  []string // public keys in authorized_keys format
	IPv4     netip.Addr
	IPv6     netip.Prefix
	PowerOn  bool
}

// Rule is one inbound firewall rule, already resolved.
type Rule struct {
	Protocol         string // tcp, udp, icmp, ...
	PortFrom, PortTo int    // 0,0 for protocols without ports
	Sources          []netip.Prefix
}
