package hetzner_test

import (
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

func TestVolume(t *testing.T) {
	hw := &bench{}
	tw := newTwin(t, hetzner.Options{Hardware: hw})
	ctx := t.Context()
	v, s, far := tw.volume("data", 20), tw.server("one"), tw.server("far", func(o *hcloud.ServerCreateOpts) { o.Location.Name = "hel1" })
	_, _, err := tw.Volume.Attach(ctx, v, far)
	wantCode(t, err, hcloud.ErrorCodeInvalidInput)
	tw.wait(must(tw.Volume.Attach(ctx, v, s))(t))
	equal(t, "hardware", hw.did("attach volume"), true)
	_, _, err = tw.Volume.Attach(ctx, v, s)
	wantCode(t, err, hcloud.ErrorCodeVolumeAlreadyAttached)
	_, err = tw.Volume.Delete(ctx, v)
	wantCode(t, err, hcloud.ErrorCodeServiceError)
	_, _, err = tw.Volume.Resize(ctx, v, 10)
	wantCode(t, err, hcloud.ErrorCodeInvalidInput)
	tw.wait(must(tw.Volume.Resize(ctx, v, 30))(t))
	equal(t, "server's volumes", must(tw.Server.GetByID(ctx, s.ID))(t).Volumes[0].ID, v.ID)
	tw.wait(must(tw.Volume.ChangeProtection(ctx, v, hcloud.VolumeChangeProtectionOpts{Delete: new(true)}))(t))
	tw.wait(must(tw.Server.DeleteWithResult(ctx, s))(t).Action)
	v = must(tw.Volume.GetByID(ctx, v.ID))(t)
	equal(t, "outlives its server", v.Server == nil && v.Size == 30, true)
	_, err = tw.Volume.Delete(ctx, v)
	wantCode(t, err, hcloud.ErrorCodeProtected)
	tw.wait(must(tw.Volume.ChangeProtection(ctx, v, hcloud.VolumeChangeProtectionOpts{Delete: new(false)}))(t))
	equal(t, "deleted", deleted(tw.Volume.Delete(ctx, v)), true)
	_, _, err = tw.Volume.Create(ctx, hcloud.VolumeCreateOpts{Name: "f", Size: 10, Location: &hcloud.Location{Name: "nbg1"}, Format: new("ext4")})
	wantCode(t, err, hcloud.ErrorUnsupportedError)
}

func TestVolumeWithServer(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	ctx := t.Context()
	s := tw.server("one")
	made := must(tw.Volume.Create(ctx, hcloud.VolumeCreateOpts{Name: "data", Size: 10, Server: s}))(t)
	tw.wait(append(made.NextActions, made.Action)...)
	v := must(tw.Volume.GetByName(ctx, "data"))(t)
	equal(t, "attached to", v.Server.ID, s.ID)
	equal(t, "device", v.LinuxDevice, "/dev/disk/by-id/scsi-0HC_Volume_"+id(v.ID))
	v = must(tw.Volume.Update(ctx, v, hcloud.VolumeUpdateOpts{Name: "state", Labels: map[string]string{"a": "b"}}))(t)
	equal(t, "updated", v.Name+v.Labels["a"], "stateb")
	tw.wait(must(tw.Volume.Detach(ctx, v))(t))
	_, _, err := tw.Volume.Detach(ctx, v)
	wantCode(t, err, hcloud.ErrorCodeServiceError)
	made = must(tw.Volume.Create(ctx, hcloud.VolumeCreateOpts{Name: "more", Size: 10, Location: s.Location}))(t)
	tw.wait(made.Action)
	two := tw.server("two", func(o *hcloud.ServerCreateOpts) { o.Volumes = []*hcloud.Volume{made.Volume} })
	equal(t, "made with a volume", two.Volumes[0].ID, made.Volume.ID)
}
