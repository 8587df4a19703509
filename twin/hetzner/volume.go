package hetzner

import (
	"context"
	"fmt"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

type volume struct{ schema.Volume }

func (v *volume) meta() meta { return meta{v.ID, v.Name, v.Labels, v.Created} }

const (
	minVolumeGB, maxVolumeGB = 10, 10240
	maxVolumesPerServer      = 16
)

func volumes() noun[*volume] {
	return noun[*volume]{
		singular: "volume", plural: "volumes",
		of:      func(c *call) *collection[*volume] { return &c.p.Volumes },
		view:    func(_ *call, v *volume) any { return v },
		filters: map[string]func(*volume, string) bool{"status": func(v *volume, s string) bool { return v.Status == s }},
	}
}

func volumeRoutes() []route {
	return append(volumes().reads(),
		route{"POST /volumes", nil, createVolume},
		route{"PUT /volumes/{id}", nil, updateVolume},
		route{"DELETE /volumes/{id}", nil, deleteVolume},
		route{"POST /volumes/{id}/actions/attach", nil, attachVolume},
		route{"POST /volumes/{id}/actions/detach", nil, detachVolume},
		route{"POST /volumes/{id}/actions/resize", nil, resizeVolume},
		route{"POST /volumes/{id}/actions/change_protection", nil, changeVolumeProtection},
	)
}

// createVolume makes a raw volume. Formatting and mounting are what Hetzner does to a running
// guest; the twin refuses both rather than pretend.
func createVolume(c *call) (reply, error) {
	var req schema.VolumeCreateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := checkName("volume", &c.p.Volumes, req.Name, 0); err != nil {
		return fail(err)
	}
	if req.Size < minVolumeGB || req.Size > maxVolumeGB {
		return fail(invalid("size", "must be from %d to %d", minVolumeGB, maxVolumeGB))
	}
	if req.Format != nil || (req.Automount != nil && *req.Automount) {
		return fail(refuse(hcloud.ErrorUnsupportedError, "the twin neither formats nor mounts volumes"))
	}
	labels, err := givenLabels(req.Labels)
	if err != nil {
		return fail(err)
	}
	place, s, err := c.placeOfVolume(req)
	if err != nil {
		return fail(err)
	}
	v := &volume{schema.Volume{
		ID: c.e.state.newID(), Name: req.Name, Size: req.Size, Status: string(hcloud.VolumeStatusCreating),
		Location: place.Location, Labels: labels, Created: c.e.now().UTC(),
	}}
	v.LinuxDevice = fmt.Sprintf("/dev/disk/by-id/scsi-0HC_Volume_%d", v.ID)
	c.p.Volumes.put(v)
	p := c.p
	creation := c.start("create_volume", work{
		run:  func(ctx context.Context) error { return c.e.hw.CreateVolume(ctx, v.ID, req.Size) },
		done: func() { v.Status = string(hcloud.VolumeStatusAvailable) },
		undo: func() { p.Volumes.remove(v.ID) },
	}, ref(hcloud.ActionResourceTypeVolume, v.ID))
	next := []schema.Action{}
	if s != nil {
		next = append(next, c.attach(v, s).Action)
	}
	return created(schema.VolumeCreateResponse{Volume: v.Volume, Action: &creation.Action, NextActions: next})
}

// placeOfVolume is the location asked for, or that of the server it is made for.
func (c *call) placeOfVolume(req schema.VolumeCreateRequest) (*location, *server, error) {
	if (req.Server == nil) == (req.Location == nil) {
		return nil, nil, invalid("location", "one of location and server must be given")
	}
	if req.Location != nil {
		place, found := c.e.catalog.place(*req.Location)
		if !found {
			return nil, nil, invalid("location", "location not found")
		}
		return place, nil, nil
	}
	s, found := c.p.Servers.get(*req.Server)
	if !found {
		return nil, nil, notFound("server", *req.Server)
	}
	if err := c.p.free(hcloud.ActionResourceTypeServer, s.ID); err != nil {
		return nil, nil, err
	}
	if err := c.p.hasSlot(s); err != nil {
		return nil, nil, err
	}
	place, _ := c.e.catalog.locations.byName(s.Location)
	return place, s, nil
}

func updateVolume(c *call) (reply, error) {
	v, err := volumes().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.VolumeUpdateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := rename("volume", &c.p.Volumes, v, &v.Name, req.Name, &v.Labels, req.Labels); err != nil {
		return fail(err)
	}
	return ok(volumes().one(c, v))
}

func deleteVolume(c *call) (reply, error) {
	v, err := volumes().find(c)
	if err != nil {
		return fail(err)
	}
	if v.Protection.Delete {
		return fail(refuse(hcloud.ErrorCodeProtected, "volume deletion is protected"))
	}
	if err := c.p.free(hcloud.ActionResourceTypeVolume, v.ID); err != nil {
		return fail(err)
	}
	if v.Server != nil {
		return fail(refuse(hcloud.ErrorCodeServiceError, "volume with ID '%d' is still attached to a server", v.ID))
	}
	c.p.Volumes.remove(v.ID)
	c.e.background("volume not removed from the hardware", func(ctx context.Context) error {
		return c.e.hw.DeleteVolume(ctx, v.ID)
	})
	return noContent()
}
