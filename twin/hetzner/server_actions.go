package hetzner

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// idle is the server of an action that has no parameters; nothing else may work on it.
func idle(c *call) (*server, error) {
	s, err := servers().find(c)
	if err != nil {
		return nil, err
	}
	if err := c.nothing(); err != nil {
		return nil, err
	}
	return s, c.p.free(hcloud.ActionResourceTypeServer, s.ID)
}

// power starts a power action that ends in the given status, or in the old one on failure.
func power(c *call, s *server, command, after string, run func(context.Context, int64) error) (reply, error) {
	w := work{done: func() { s.Status = after }}
	w.run = func(ctx context.Context) error { return run(ctx, s.ID) }
	return acted(c.start(command, w, ref(hcloud.ActionResourceTypeServer, s.ID)))
}

func powerOnServer(c *call) (reply, error) {
	s, err := idle(c)
	if err != nil {
		return fail(err)
	}
	if s.Status == statusRunning {
		return acted(c.start("start_server", work{}, ref(hcloud.ActionResourceTypeServer, s.ID)))
	}
	return power(c, s, "start_server", statusRunning, c.e.hw.PowerOn)
}

// powerOffServer pulls the plug.
func powerOffServer(c *call) (reply, error) {
	s, err := idle(c)
	if err != nil {
		return fail(err)
	}
	if s.Status == statusOff {
		return acted(c.start("stop_server", work{}, ref(hcloud.ActionResourceTypeServer, s.ID)))
	}
	return power(c, s, "stop_server", statusOff, c.e.hw.PowerOff)
}

// shutdownServer asks the guest; when it has obeyed, the power monitor notices.
func shutdownServer(c *call) (reply, error) {
	s, err := idle(c)
	if err != nil {
		return fail(err)
	}
	if s.Status != statusRunning {
		return fail(refuse(hcloud.ErrorCodeServiceError, "server is not running"))
	}
	return power(c, s, "shutdown_server", statusRunning, c.e.hw.Shutdown)
}

// resetServer pulls the plug and puts it back.
func resetServer(c *call) (reply, error) {
	s, err := idle(c)
	if err != nil {
		return fail(err)
	}
	if s.Status != statusRunning {
		return fail(refuse(hcloud.ErrorCodeServiceError, "server is not running"))
	}
	return power(c, s, "reset_server", statusRunning, func(ctx context.Context, id int64) error {
		if err := c.e.hw.PowerOff(ctx, id); err != nil {
			return err
		}
		return c.e.hw.PowerOn(ctx, id)
	})
}

const (
	shutdownPatience = 60 * time.Second
	shutdownPoll     = 100 * time.Millisecond
)

func rebootServer(c *call) (reply, error) {
	s, err := idle(c)
	if err != nil {
		return fail(err)
	}
	if s.Status != statusRunning {
		return fail(refuse(hcloud.ErrorCodeServiceError, "server is not running"))
	}
	return power(c, s, "reboot_server", statusRunning, c.e.reboot)
}

// reboot waits for the guest to go down and starts it again.
func (e *Emulator) reboot(ctx context.Context, id int64) error {
	if err := e.hw.Shutdown(ctx, id); err != nil {
		return err
	}
	for deadline := time.Now().Add(shutdownPatience); ; e.pause(shutdownPoll) {
		on, err := e.hw.Running(ctx, id)
		if err != nil {
			return err
		}
		if !on {
			return e.hw.PowerOn(ctx, id)
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return fmt.Errorf("server did not shut down within %s", shutdownPatience)
		}
	}
}

// rebuildServer makes the root disk anew from an image; volumes and addresses stay.
func rebuildServer(c *call) (reply, error) {
	s, err := servers().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ServerActionRebuildRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if s.Protection.Rebuild {
		return fail(refuse(hcloud.ErrorCodeProtected, "server rebuild is protected"))
	}
	if req.UserData != nil && len(*req.UserData) > maxUserData {
		return fail(invalid("user_data", "must be at most %d bytes", maxUserData))
	}
	kind, _ := c.e.catalog.serverTypes.get(s.Type)
	system, err := c.e.catalog.imageFor(req.Image, kind.Architecture)
	if err != nil {
		return fail(err)
	}
	if err := c.p.free(hcloud.ActionResourceTypeServer, s.ID); err != nil {
		return fail(err)
	}
	before := s.Status
	s.Status, s.Image = statusRebuilding, system.ID
	if req.UserData != nil {
		s.UserData = *req.UserData
	}
	m := c.machine(s)
	m.PowerOn = true
	a := c.start("rebuild_server", work{
		run:  func(ctx context.Context) error { return c.e.hw.RebuildServer(ctx, m) },
		done: func() { s.Status = statusRunning },
		undo: func() { s.Status = before },
	}, ref(hcloud.ActionResourceTypeServer, s.ID))
	answer := schema.ServerActionRebuildResponse{Action: a.Action}
	if len(s.Keys) == 0 {
		answer.RootPassword = new(rand.Text())
	}
	return created(answer)
}

// changeServerType needs the server to be off, and starts it. The disk never shrinks, and a server whose disk
// was enlarged does not fit a smaller type again.
// Source: https://docs.hetzner.cloud/reference/cloud#server-actions-change-the-type-of-a-server
func changeServerType(c *call) (reply, error) {
	s, err := servers().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ServerActionChangeTypeRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	kind, err := c.e.orderable(req.ServerType, s.Location)
	if err != nil {
		return fail(err)
	}
	if err := c.stopped(s); err != nil {
		return fail(err)
	}
	old, _ := c.e.catalog.serverTypes.get(s.Type)
	switch {
	case kind.ID == s.Type:
		return fail(refuse(hcloud.ErrorCodeInvalidServerType, "server is of type %s already", kind.Name))
	case kind.Architecture != old.Architecture:
		return fail(refuse(hcloud.ErrorCodeInvalidServerType, "server type %s is %s, the server is %s", kind.Name, kind.Architecture, old.Architecture))
	case kind.Disk < s.DiskGB:
		return fail(refuse(hcloud.ErrorCodeInvalidServerType, "server type %s has a disk of %d GB, the server has %d GB", kind.Name, kind.Disk, s.DiskGB))
	}
	disk := s.DiskGB
	if req.UpgradeDisk {
		disk = kind.Disk
	}
	return acted(c.start("change_server_type", work{
		run: func(ctx context.Context) error {
			if err := c.e.hw.ChangeType(ctx, s.ID, kind.Cores, float64(kind.Memory), disk); err != nil {
				return err
			}
			return c.e.hw.PowerOn(ctx, s.ID)
		},
		done: func() { s.Type, s.DiskGB, s.Status = kind.ID, disk, statusRunning },
	}, ref(hcloud.ActionResourceTypeServer, s.ID)))
}

// changeServerProtection keeps deletion and rebuild protected alike, as Hetzner demands.
func changeServerProtection(c *call) (reply, error) {
	s, err := servers().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ServerActionChangeProtectionRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	wanted := s.Protection
	if req.Delete != nil {
		wanted.Delete = *req.Delete
	}
	if req.Rebuild != nil {
		wanted.Rebuild = *req.Rebuild
	}
	if wanted.Delete != wanted.Rebuild {
		return fail(invalid("rebuild", "delete and rebuild protection must be the same"))
	}
	s.Protection = wanted
	return acted(c.start("change_protection", work{}, ref(hcloud.ActionResourceTypeServer, s.ID)))
}

// changeServerDNS is the reverse name of one of the server's addresses.
func changeServerDNS(c *call) (reply, error) {
	s, err := servers().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.ServerActionChangeDNSPtrRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	for _, kind := range []string{typeIPv4, typeIPv6} {
		if ip := c.p.addressOf(s, kind); ip != nil && ip.point(req.IP, req.DNSPtr) == nil {
			return acted(c.start("change_dns_ptr", work{}, ref(hcloud.ActionResourceTypeServer, s.ID)))
		}
	}
	return fail(invalid("ip", "does not belong to the server"))
}
