package hetzner

import (
	"context"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// volumesOf are the volumes attached to a server, in order of creation.
func (p *project) volumesOf(serverID int64) []*volume {
	var attached []*volume
	for _, v := range p.Volumes.all() {
		if v.Server != nil && *v.Server == serverID {
			attached = append(attached, v)
		}
	}
	return attached
}

func (p *project) hasSlot(s *server) error {
	if len(p.volumesOf(s.ID)) >= maxVolumesPerServer {
		return refuse(hcloud.ErrorCodeResourceLimitExceeded, "a server takes at most %d volumes", maxVolumesPerServer)
	}
	return nil
}

// attachable refuses what cannot be attached to that server.
func (c *call) attachable(v *volume, s *server) error {
	if v.Server != nil {
		return refuse(hcloud.ErrorCodeVolumeAlreadyAttached, "volume is already attached to server %d", *v.Server)
	}
	if v.Location.Name != s.Location {
		return invalid("server", "volume is in %s, server is in %s", v.Location.Name, s.Location)
	}
	return c.p.hasSlot(s)
}

// attach starts the attachment; the caller has checked that it may.
func (c *call) attach(v *volume, s *server) *action {
	return c.start("attach_volume", work{
		run:  func(ctx context.Context) error { return c.e.hw.AttachVolume(ctx, v.ID, s.ID) },
		done: func() { v.Server = new(s.ID) },
	}, ref(hcloud.ActionResourceTypeServer, s.ID), ref(hcloud.ActionResourceTypeVolume, v.ID))
}

// freeBoth refuses while an action holds the volume or the server, which may be nil.
func (c *call) freeBoth(v *volume, s *server) error {
	if err := c.p.free(hcloud.ActionResourceTypeVolume, v.ID); err != nil || s == nil {
		return err
	}
	return c.p.free(hcloud.ActionResourceTypeServer, s.ID)
}

func attachVolume(c *call) (reply, error) {
	v, err := volumes().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.VolumeActionAttachVolumeRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if req.Automount != nil && *req.Automount {
		return fail(refuse(hcloud.ErrorUnsupportedError, "the twin does not mount volumes"))
	}
	s, found := c.p.Servers.get(req.Server)
	if !found {
		return fail(notFound("server", req.Server))
	}
	if err := c.freeBoth(v, s); err != nil {
		return fail(err)
	}
	if err := c.attachable(v, s); err != nil {
		return fail(err)
	}
	return acted(c.attach(v, s))
}

func detachVolume(c *call) (reply, error) {
	v, err := volumes().find(c)
	if err != nil {
		return fail(err)
	}
	if err := c.nothing(); err != nil {
		return fail(err)
	}
	if v.Server == nil {
		if err := c.freeBoth(v, nil); err != nil {
			return fail(err)
		}
		return fail(refuse(hcloud.ErrorCodeServiceError, "volume with ID '%d' is not attached to a server", v.ID))
	}
	s, _ := c.p.Servers.get(*v.Server)
	if err := c.freeBoth(v, s); err != nil {
		return fail(err)
	}
	return acted(c.start("detach_volume", work{
		run:  func(ctx context.Context) error { return c.e.hw.DetachVolume(ctx, v.ID, s.ID) },
		done: func() { v.Server = nil },
	}, ref(hcloud.ActionResourceTypeServer, s.ID), ref(hcloud.ActionResourceTypeVolume, v.ID)))
}

// resizeVolume only ever grows a volume.
func resizeVolume(c *call) (reply, error) {
	v, err := volumes().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.VolumeActionResizeVolumeRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if req.Size <= v.Size || req.Size > maxVolumeGB {
		return fail(invalid("size", "must be greater than %d and at most %d", v.Size, maxVolumeGB))
	}
	if err := c.freeBoth(v, nil); err != nil {
		return fail(err)
	}
	return acted(c.start("resize_volume", work{
		run:  func(ctx context.Context) error { return c.e.hw.ResizeVolume(ctx, v.ID, req.Size) },
		done: func() { v.Size = req.Size },
	}, ref(hcloud.ActionResourceTypeVolume, v.ID)))
}

func changeVolumeProtection(c *call) (reply, error) {
	v, err := volumes().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.VolumeActionChangeProtectionRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if req.Delete != nil {
		v.Protection.Delete = *req.Delete
	}
	return acted(c.start("change_protection", work{}, ref(hcloud.ActionResourceTypeVolume, v.ID)))
}
