// Package host provides the servers and volumes behind the Hetzner emulator:
// real Debian with real systemd, sshd and cloud-init in Linux namespaces, and
// sparse files on loop devices as volumes.
//
// A server is an overlay file system on a shared image, private mount, pid,
// net, uts, ipc and cgroup namespaces, and a supervisor process that stands for
// the hypervisor: it boots the machine, boots it again when it reboots itself,
// carries TCP from the server's loopback address into its network namespace
// under the rules of its firewall, and answers the metadata service. A server
// therefore outlives the daemon, and a new daemon finds it by its files.
//
// The package changes nothing of the real machine: sysctls, devices and mounts
// of a server are its own, the clock and kernel modules are out of its reach,
// and what it listens on is loopback. It is a guard against mistakes, not
// against malice: a server runs as the real root.
//
// What differs from a server at Hetzner: the kernel, its memory and processors
// are the real machine's (the size of a server type is recorded, not enforced);
// there is no udev, so systemd knows no .device units; modprobe fails, swap on a
// volume is swap of the real machine, lsblk and /sys show its disks; a private network leads
// to no other server; closed ports reset connections instead of dropping them.
package host

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

// Options configures Hosts.
type Options struct {
	// Dir is the twin's state folder; servers/ and volumes/ are made in it. Required.
	Dir string
	// Image is the root file system that new servers are made from. Required.
	Image string
	// Log receives what the hosts report. Required.
	Log *slog.Logger
}

// Hosts is the hardware of one twin.
type Hosts struct {
	dir    string
	image  string
	log    *slog.Logger
	cgroup Cgroup

	mu    sync.Mutex
	locks map[string]*sync.Mutex // by "server/<id>" and "volume/<id>"
}

var _ hetzner.Hardware = (*Hosts)(nil)

// New opens the hardware in a state folder, with the servers and volumes it already has.
func New(o Options) (*Hosts, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("hosts: %w", err)
	}
	for _, d := range []string{"servers", "volumes"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return nil, fmt.Errorf("hosts: %w", err)
		}
	}
	cg, err := TwinCgroup(dir)
	if err != nil {
		return nil, fmt.Errorf("hosts: %w", err)
	}
	return &Hosts{dir: dir, image: o.Image, log: o.Log, cgroup: cg, locks: map[string]*sync.Mutex{}}, nil
}

// lock serialises what is done to one server or volume.
func (h *Hosts) lock(kind string, id int64) func() {
	key := kind + "/" + strconv.FormatInt(id, 10)
	h.mu.Lock()
	m, ok := h.locks[key]
	if !ok {
		m = &sync.Mutex{}
		h.locks[key] = m
	}
	h.mu.Unlock()
	m.Lock()
	return m.Unlock
}

// server is the folder of a server.
func (h *Hosts) server(id int64) serverDir {
	return serverDir(filepath.Join(h.dir, "servers", strconv.FormatInt(id, 10)))
}

// volume is the file of a volume.
func (h *Hosts) volume(id int64) string {
	return filepath.Join(h.dir, "volumes", strconv.FormatInt(id, 10)+".img")
}
