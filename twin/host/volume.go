package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
)

const gigabyte = 1 << 30 // Hetzner's volumes are counted in GiB

// CreateVolume makes an empty sparse file; it takes room as it is written to.
func (h *Hosts) CreateVolume(_ context.Context, id int64, sizeGB int) error {
	defer h.lock("volume", id)()
	f, err := os.OpenFile(h.volume(id), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return h.resize(id, sizeGB) // the daemon ended before it could say that it was done
	}
	if err != nil {
		return fmt.Errorf("volume %d: create: %w", id, err)
	}
	return errors.Join(f.Truncate(int64(sizeGB)*gigabyte), f.Close())
}

// ResizeVolume grows a volume, attached or not. It never shrinks one.
func (h *Hosts) ResizeVolume(_ context.Context, id int64, sizeGB int) error {
	defer h.lock("volume", id)()
	return h.resize(id, sizeGB)
}

func (h *Hosts) resize(id int64, sizeGB int) error {
	file := h.volume(id)
	st, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("volume %d: resize: %w", id, err)
	}
	if st.Size() > int64(sizeGB)*gigabyte {
		return fmt.Errorf("volume %d: resize: it has %d GB and cannot shrink to %d", id, st.Size()/gigabyte, sizeGB)
	}
	if err := os.Truncate(file, int64(sizeGB)*gigabyte); err != nil {
		return fmt.Errorf("volume %d: resize: %w", id, err)
	}
	dev, err := loopOf(file)
	if err == nil && dev != "" {
		err = growLoop(dev)
	}
	if err != nil {
		return fmt.Errorf("volume %d: resize: %w", id, err)
	}
	return nil
}

// DeleteVolume removes a volume and its data.
//
// Errors: the volume is attached.
func (h *Hosts) DeleteVolume(_ context.Context, id int64) error {
	defer h.lock("volume", id)()
	servers, err := h.servers()
	if err != nil {
		return err
	}
	for _, r := range servers {
		if slices.ContainsFunc(r.Volumes, func(d disk) bool { return d.ID == id }) {
			return fmt.Errorf("volume %d: delete: it is attached to server %d", id, r.ID)
		}
	}
	if err := os.Remove(h.volume(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("volume %d: delete: %w", id, err)
	}
	return nil
}

// AttachVolume plugs a volume into a server, at once if it runs.
func (h *Hosts) AttachVolume(_ context.Context, volumeID, serverID int64) error {
	defer h.lock("server", serverID)()
	defer h.lock("volume", volumeID)()
	dir := h.server(serverID)
	r, err := dir.load()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(r.Volumes, func(d disk) bool { return d.ID == volumeID }) {
		name, err := r.freeDisk()
		if err != nil {
			return fmt.Errorf("server %d: attach volume %d: %w", serverID, volumeID, err)
		}
		r.Volumes = append(r.Volumes, disk{ID: volumeID, Name: name})
	}
	i := slices.IndexFunc(r.Volumes, func(d disk) bool { return d.ID == volumeID })
	if r.Volumes[i].Loop, err = attachLoop(h.volume(volumeID)); err != nil {
		return fmt.Errorf("server %d: attach volume %d: %w", serverID, volumeID, err)
	}
	if err := dir.save(r); err != nil {
		return err
	}
	run, err := dir.incarnation()
	if err == nil && run != nil {
		err = plug(hostRoot(run.Init), r.Volumes[i])
	}
	if err != nil {
		return fmt.Errorf("server %d: attach volume %d: %w", serverID, volumeID, err)
	}
	return nil
}

// DetachVolume pulls a volume out of a server, as hard as Hetzner does: a file
// system that is still mounted from it fails with I/O errors from then on, and
// what was not yet synced is lost.
func (h *Hosts) DetachVolume(_ context.Context, volumeID, serverID int64) error {
	defer h.lock("server", serverID)()
	defer h.lock("volume", volumeID)()
	dir := h.server(serverID)
	r, err := dir.load()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(r.Volumes, func(d disk) bool { return d.ID == volumeID })
	if i < 0 {
		return nil
	}
	v := r.Volumes[i]
	run, err := dir.incarnation()
	if err == nil && run != nil {
		err = errors.Join(cutPower(run.Init, v), unplug(hostRoot(run.Init), v))
	}
	if err != nil {
		return fmt.Errorf("server %d: detach volume %d: %w", serverID, volumeID, err)
	}
	r.Volumes = slices.Delete(r.Volumes, i, i+1)
	if err := dir.save(r); err != nil {
		return err
	}
	if err := h.release(volumeID); err != nil {
		return fmt.Errorf("server %d: detach volume %d: %w", serverID, volumeID, err)
	}
	return nil
}

// release frees the loop device of a volume.
func (h *Hosts) release(volumeID int64) error {
	dev, err := loopOf(h.volume(volumeID))
	if err != nil || dev == "" {
		return err
	}
	return detachLoop(dev)
}
