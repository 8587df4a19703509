package hetzner_test

import (
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

func TestServerOrders(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	ctx := t.Context()
	far := must(tw.PrimaryIP.Create(ctx, hcloud.PrimaryIPCreateOpts{Name: "far", Type: hcloud.PrimaryIPTypeIPv4, Location: "hel1"}))(t).PrimaryIP
	tw.server("taken")
	for name, c := range map[string]struct {
		change func(*hcloud.ServerCreateOpts)
		want   hcloud.ErrorCode
	}{
		"name taken":     {func(o *hcloud.ServerCreateOpts) { o.Name = "taken" }, hcloud.ErrorCodeUniquenessError},
		"bad name":       {func(o *hcloud.ServerCreateOpts) { o.Name = "no_underscores" }, hcloud.ErrorCodeInvalidInput},
		"retired type":   {func(o *hcloud.ServerCreateOpts) { o.ServerType.Name = "cx22" }, hcloud.ErrorCodeInvalidServerType},
		"unknown type":   {func(o *hcloud.ServerCreateOpts) { o.ServerType.Name = "cx1" }, hcloud.ErrorCodeInvalidInput},
		"unknown image":  {func(o *hcloud.ServerCreateOpts) { o.Image.Name = "plan9" }, hcloud.ErrorCodeInvalidInput},
		"not sold there": {func(o *hcloud.ServerCreateOpts) { o.Location.Name = "ash" }, hcloud.ErrorCodeInvalidInput},
		"unknown key":    {func(o *hcloud.ServerCreateOpts) { o.SSHKeys = []*hcloud.SSHKey{{ID: 1}} }, hcloud.ErrorCodeNotFound},
		"address is away": {func(o *hcloud.ServerCreateOpts) {
			o.PublicNet = &hcloud.ServerCreatePublicNet{EnableIPv4: true, IPv4: far}
		}, hcloud.ErrorCodePrimaryIPDatacenterMismatch},
		"wrong version": {func(o *hcloud.ServerCreateOpts) {
			o.PublicNet = &hcloud.ServerCreatePublicNet{EnableIPv6: true, IPv6: far}
		}, hcloud.ErrorCodePrimaryIPVersionMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			opts := hcloud.ServerCreateOpts{
				Name: "new", ServerType: &hcloud.ServerType{Name: "cx23"}, Image: &hcloud.Image{Name: "debian-13"}, Location: &hcloud.Location{Name: "nbg1"},
			}
			c.change(&opts)
			_, _, err := tw.Server.Create(ctx, opts)
			wantCode(t, err, c.want)
			left, err := tw.Server.All(ctx)
			equal(t, "servers left", len(left), 1)
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
