package hetzner_test

import (
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

// TestServerLifecycle takes one server through what the cloud program does with it.
func TestServerLifecycle(t *testing.T) {
	hw := &bench{}
	tw := newTwin(t, hetzner.Options{Hardware: hw})
	ctx := t.Context()
	key := must(tw.SSHKey.Create(ctx, hcloud.SSHKeyCreateOpts{Name: "me", PublicKey: publicKey(1)}))(t)
	ip := must(tw.PrimaryIP.Create(ctx, hcloud.PrimaryIPCreateOpts{Name: "ip", Type: hcloud.PrimaryIPTypeIPv4, Location: "nbg1"}))(t).PrimaryIP
	s := tw.server("one", func(o *hcloud.ServerCreateOpts) {
		o.SSHKeys, o.UserData, o.Labels = []*hcloud.SSHKey{key}, "#cloud-config", map[string]string{"a": "b"}
		o.PublicNet = &hcloud.ServerCreatePublicNet{EnableIPv4: true, IPv4: ip}
	})
	equal(t, "status", s.Status, hcloud.ServerStatusRunning)
	equal(t, "address", s.PublicNet.IPv4.IP.String(), ip.IP.String())
	equal(t, "IPv6", s.PublicNet.IPv6.IsUnspecified(), true)
	m := hw.machines[s.ID]
	equal(t, "machine", m.IPv4.String()+m.Image+m.UserData+m.SSHKeys[0], ip.IP.String()+"debian-13#cloud-config"+publicKey(1))
	equal(t, "key of a used server is free to go", deleted(tw.SSHKey.Delete(ctx, key)), true)

	_, _, err := tw.Server.ChangeType(ctx, s, hcloud.ServerChangeTypeOpts{ServerType: &hcloud.ServerType{Name: "cx33"}})
	wantCode(t, err, hcloud.ErrorCodeServerNotStopped)
	_, _, err = tw.PrimaryIP.Unassign(ctx, ip.ID)
	wantCode(t, err, hcloud.ErrorCodeServerNotStopped)
	tw.wait(must(tw.Server.Poweroff(ctx, s))(t))
	tw.wait(must(tw.Server.ChangeType(ctx, s, hcloud.ServerChangeTypeOpts{ServerType: &hcloud.ServerType{Name: "cx33"}}))(t))
	s = must(tw.Server.GetByID(ctx, s.ID))(t)
	equal(t, "type", s.ServerType.Name, "cx33")
	equal(t, "kept disk", s.PrimaryDiskSize, 40)
	equal(t, "started again", s.Status, hcloud.ServerStatusRunning)
	tw.wait(must(tw.Server.Poweroff(ctx, s))(t))
	tw.wait(must(tw.Server.ChangeType(ctx, s, hcloud.ServerChangeTypeOpts{ServerType: &hcloud.ServerType{Name: "cx43"}, UpgradeDisk: true}))(t))
	tw.wait(must(tw.Server.Poweroff(ctx, s))(t))
	_, _, err = tw.Server.ChangeType(ctx, s, hcloud.ServerChangeTypeOpts{ServerType: &hcloud.ServerType{Name: "cx23"}})
	wantCode(t, err, hcloud.ErrorCodeInvalidServerType)
	tw.wait(must(tw.Server.Poweron(ctx, s))(t))

	yes, no := true, false
	_, _, err = tw.Server.ChangeProtection(ctx, s, hcloud.ServerChangeProtectionOpts{Delete: &yes, Rebuild: &no})
	wantCode(t, err, hcloud.ErrorCodeInvalidInput)
	tw.wait(must(tw.Server.ChangeProtection(ctx, s, hcloud.ServerChangeProtectionOpts{Delete: &yes, Rebuild: &yes}))(t))
	_, _, err = tw.Server.DeleteWithResult(ctx, s)
	wantCode(t, err, hcloud.ErrorCodeProtected)
	_, _, err = tw.Server.RebuildWithResult(ctx, s, hcloud.ServerRebuildOpts{Image: &hcloud.Image{Name: "debian-12"}})
	wantCode(t, err, hcloud.ErrorCodeProtected)
	tw.wait(must(tw.Server.ChangeProtection(ctx, s, hcloud.ServerChangeProtectionOpts{Delete: &no, Rebuild: &no}))(t))
	tw.wait(must(tw.Server.RebuildWithResult(ctx, s, hcloud.ServerRebuildOpts{Image: &hcloud.Image{Name: "debian-12"}}))(t).Action)
	equal(t, "image", must(tw.Server.GetByID(ctx, s.ID))(t).Image.Name, "debian-12")

	tw.wait(must(tw.Server.DeleteWithResult(ctx, s))(t).Action)
	equal(t, "gone", must(tw.Server.GetByID(ctx, s.ID))(t) == nil, true)
	equal(t, "given address stays, free", must(tw.PrimaryIP.GetByID(ctx, ip.ID))(t).AssigneeType, "unassigned")
}

func deleted(_ *hcloud.Response, err error) bool { return err == nil }

func TestPower(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	ctx := t.Context()
	s := tw.server("one")
	for name, act := range map[string]func() (*hcloud.Action, *hcloud.Response, error){
		"reboot": func() (*hcloud.Action, *hcloud.Response, error) { return tw.Server.Reboot(ctx, s) },
		"reset":  func() (*hcloud.Action, *hcloud.Response, error) { return tw.Server.Reset(ctx, s) },
		"on":     func() (*hcloud.Action, *hcloud.Response, error) { return tw.Server.Poweron(ctx, s) },
	} {
		tw.wait(must(act())(t))
		equal(t, name, must(tw.Server.GetByID(ctx, s.ID))(t).Status, hcloud.ServerStatusRunning)
	}
	for range 2 { // off twice is off
		tw.wait(must(tw.Server.Poweroff(ctx, s))(t))
		equal(t, "off", must(tw.Server.GetByID(ctx, s.ID))(t).Status, hcloud.ServerStatusOff)
	}
	_, _, err := tw.Server.Reboot(ctx, s)
	wantCode(t, err, hcloud.ErrorCodeServiceError)
	still := tw.server("still", func(o *hcloud.ServerCreateOpts) { o.StartAfterCreate = new(false) })
	equal(t, "not started", still.Status, hcloud.ServerStatusOff)
}

func TestPlacementGroup(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	ctx := t.Context()
	g := must(tw.PlacementGroup.Create(ctx, hcloud.PlacementGroupCreateOpts{Name: "pg", Type: hcloud.PlacementGroupTypeSpread}))(t).PlacementGroup
	s := tw.server("one", func(o *hcloud.ServerCreateOpts) { o.PlacementGroup = g })
	equal(t, "server of the group", must(tw.PlacementGroup.GetByID(ctx, g.ID))(t).Servers[0], s.ID)
	_, _, err := tw.Server.RemoveFromPlacementGroup(ctx, s)
	wantCode(t, err, hcloud.ErrorCodeServerNotStopped)
	tw.wait(must(tw.Server.Poweroff(ctx, s))(t))
	tw.wait(must(tw.Server.RemoveFromPlacementGroup(ctx, s))(t))
	tw.wait(must(tw.Server.AddToPlacementGroup(ctx, s, g))(t))
	for i := range 9 {
		tw.server(string(rune('a'+i)), func(o *hcloud.ServerCreateOpts) { o.PlacementGroup = g })
	}
	_, _, err = tw.Server.Create(ctx, hcloud.ServerCreateOpts{
		Name: "eleventh", ServerType: &hcloud.ServerType{Name: "cx23"}, Image: &hcloud.Image{Name: "debian-13"}, PlacementGroup: g,
	})
	wantCode(t, err, hcloud.ErrorCodePlacementError)
	renamed := must(tw.PlacementGroup.Update(ctx, g, hcloud.PlacementGroupUpdateOpts{Name: "other"}))(t)
	equal(t, "renamed", renamed.Name, "other")
	equal(t, "deleted", deleted(tw.PlacementGroup.Delete(ctx, g)), true)
	equal(t, "server is out", must(tw.Server.GetByID(ctx, s.ID))(t).PlacementGroup == nil, true)
}
