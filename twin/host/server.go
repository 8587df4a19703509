package host

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

// offLimit is how long a killed server may take to be gone.
const offLimit = 10 * time.Second

// poweroffSignal asks systemd, as process 1, for an orderly power-off: SIGRTMIN+4.
const poweroffSignal = syscall.Signal(34 + 4)

// CreateServer makes a server with a root disk of its own, and boots it on request.
//
// Errors: an image other than debian-13.
func (h *Hosts) CreateServer(_ context.Context, m hetzner.Machine) error {
	defer h.lock("server", m.ID)()
	if err := h.install(&record{Machine: m, RootImage: h.image}); err != nil {
		return err
	}
	if m.PowerOn {
		return h.boot(m.ID)
	}
	return nil
}

// RebuildServer gives a server a new root disk and boots it; volumes and networks stay.
func (h *Hosts) RebuildServer(_ context.Context, m hetzner.Machine) error {
	defer h.lock("server", m.ID)()
	r, err := h.server(m.ID).load()
	if err != nil {
		return err
	}
	if err := h.kill(m.ID); err != nil {
		return err
	}
	r.Machine, r.RootImage = m, h.image
	if err := h.install(r); err != nil {
		return err
	}
	return h.boot(m.ID)
}

// install makes the folder of a server, with an empty root disk that holds only the seed of cloud-init.
func (h *Hosts) install(r *record) error {
	if r.Image != "" && r.Image != "debian-13" {
		return fmt.Errorf("server %d: the twin has the image debian-13 only, not %q", r.ID, r.Image)
	}
	dir := h.server(r.ID)
	for _, d := range []string{"upper", "work"} {
		if err := removeTree(dir.path(d)); err != nil {
			return fmt.Errorf("server %d: root disk: %w", r.ID, err)
		}
	}
	for _, d := range []string{"upper", "work", "root"} {
		if err := os.MkdirAll(dir.path(d), 0o755); err != nil {
			return fmt.Errorf("server %d: root disk: %w", r.ID, err)
		}
	}
	if err := writeSeed(dir.path("upper"), r); err != nil {
		return fmt.Errorf("server %d: cloud-init seed: %w", r.ID, err)
	}
	return dir.save(r)
}

// DeleteServer ends a server and removes its root disk. Volumes are pulled out and stay.
func (h *Hosts) DeleteServer(_ context.Context, id int64) error {
	defer h.lock("server", id)()
	dir := h.server(id)
	r, err := dir.load()
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := h.kill(id); err != nil {
		return err
	}
	for _, v := range r.Volumes {
		if err := h.release(v.ID); err != nil {
			return fmt.Errorf("server %d: volume %d: %w", id, v.ID, err)
		}
	}
	if err := h.machineCgroup(id).Remove(); err != nil {
		return fmt.Errorf("server %d: %w", id, err)
	}
	if err := removeTree(string(dir)); err != nil {
		return fmt.Errorf("server %d: %w", id, err)
	}
	return nil
}

// PowerOn boots a server from the root disk it has.
func (h *Hosts) PowerOn(_ context.Context, id int64) error {
	defer h.lock("server", id)()
	return h.boot(id)
}

func (h *Hosts) boot(id int64) error {
	dir := h.server(id)
	r, err := dir.load()
	if err != nil {
		return err
	}
	if on, err := dir.running(); err != nil || on {
		return err
	}
	for i, v := range r.Volumes { // the real machine may have been restarted meanwhile
		if r.Volumes[i].Loop, err = attachLoop(h.volume(v.ID)); err != nil {
			return fmt.Errorf("server %d: volume %d: %w", id, v.ID, err)
		}
	}
	if err := dir.save(r); err != nil {
		return err
	}
	if err := startSupervisor(dir, h.cgroup.Sub("supervisors"), h.machineCgroup(id)); err != nil {
		return fmt.Errorf("server %d: power on: %w", id, err)
	}
	h.log.Info("server booted", "server", id, "name", r.Name, "ipv4", r.IPv4, "console", dir.path("console.log"))
	return nil
}

// PowerOff cuts the power: processes end, and volumes lose what was not synced.
// The root disk keeps it, because it is not a disk but a folder.
func (h *Hosts) PowerOff(_ context.Context, id int64) error {
	defer h.lock("server", id)()
	return h.kill(id)
}

func (h *Hosts) kill(id int64) error {
	dir := h.server(id)
	run, err := dir.incarnation()
	if err != nil {
		return fmt.Errorf("server %d: power off: %w", id, err)
	}
	if run != nil {
		r, err := dir.load()
		if err != nil {
			return err
		}
		for _, v := range r.Volumes {
			if err := cutPower(run.Init, v); err != nil {
				// A file system without this ioctl is unmounted by the kernel instead.
				h.log.Warn("volume is not crashed, only unmounted", "server", id, "volume", v.ID, "cause", err)
			}
		}
	}
	if err := errors.Join(h.machineCgroup(id).Kill(offLimit), dir.waitOff(offLimit)); err != nil {
		return fmt.Errorf("server %d: power off: %w", id, err)
	}
	return nil
}

// Shutdown asks the machine to go down by itself and returns at once.
func (h *Hosts) Shutdown(_ context.Context, id int64) error {
	run, err := h.server(id).incarnation()
	if err != nil || run == nil {
		return err
	}
	if err := syscall.Kill(run.Init, poweroffSignal); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("server %d: shutdown: %w", id, err)
	}
	return nil
}

// Running tells whether the server is on; one that shut itself down is off.
func (h *Hosts) Running(_ context.Context, id int64) (bool, error) {
	return h.server(id).running()
}

// ChangeType records the new size.
func (h *Hosts) ChangeType(_ context.Context, id int64, cores int, memoryGB float64, diskGB int) error {
	return h.change(id, func(r *record) error {
		r.Cores, r.MemoryGB, r.DiskGB = cores, memoryGB, diskGB
		return nil
	})
}

// SetAddresses gives the server its public addresses; they are used from the next boot on.
func (h *Hosts) SetAddresses(_ context.Context, id int64, ipv4 netip.Addr, ipv6 netip.Prefix) error {
	return h.change(id, func(r *record) error {
		r.IPv4, r.IPv6 = ipv4, ipv6
		return nil
	})
}

// SetFirewall sets the inbound rules; they hold for every new connection.
func (h *Hosts) SetFirewall(_ context.Context, id int64, rules []hetzner.Rule) error {
	return h.change(id, func(r *record) error {
		r.Firewall = slices.Clone(rules)
		return nil
	})
}

// change rewrites the record of a server.
func (h *Hosts) change(id int64, f func(*record) error) error {
	defer h.lock("server", id)()
	r, err := h.server(id).load()
	if err != nil {
		return err
	}
	if err := f(r); err != nil {
		return fmt.Errorf("server %d: %w", id, err)
	}
	return h.server(id).save(r)
}

// servers reads the records of all servers.
func (h *Hosts) servers() ([]*record, error) {
	files, err := filepath.Glob(filepath.Join(h.dir, "servers", "*", "server.json"))
	if err != nil {
		return nil, err
	}
	var out []*record
	for _, f := range files {
		r, err := serverDir(filepath.Dir(f)).load()
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (h *Hosts) machineCgroup(id int64) Cgroup { return h.cgroup.Sub(fmt.Sprintf("server-%d", id)) }
