package hetzner_test

import (
	"net/netip"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

func TestPrimaryIP(t *testing.T) {
	tw := newTwin(t, hetzner.Options{IPv4Pool: netip.MustParsePrefix("127.70.1.0/30")})
	ctx := t.Context()
	make4 := func(name, location string) (*hcloud.PrimaryIPCreateResult, *hcloud.Response, error) {
		return tw.PrimaryIP.Create(ctx, hcloud.PrimaryIPCreateOpts{Name: name, Type: hcloud.PrimaryIPTypeIPv4, Location: location})
	}
	ip := must(make4("ip", "nbg1"))(t).PrimaryIP
	far := must(make4("far", "hel1"))(t).PrimaryIP
	_, _, err := make4("more", "nbg1")
	wantCode(t, err, hcloud.ErrorCodeResourceLimitExceeded)
	_, _, err = make4("ip", "nbg1")
	wantCode(t, err, hcloud.ErrorCodeUniquenessError)
	s := tw.server("one", func(o *hcloud.ServerCreateOpts) {
		o.PublicNet = &hcloud.ServerCreatePublicNet{EnableIPv6: true}
	})
	equal(t, "made with the server", must(tw.PrimaryIP.GetByID(ctx, s.PublicNet.IPv6.ID))(t).AutoDelete, true)
	assign := hcloud.PrimaryIPAssignOpts{ID: ip.ID, AssigneeID: s.ID, AssigneeType: "server"}
	_, _, err = tw.PrimaryIP.Assign(ctx, assign)
	wantCode(t, err, hcloud.ErrorCodeServerNotStopped)
	tw.wait(must(tw.Server.Poweroff(ctx, s))(t))
	_, _, err = tw.PrimaryIP.Assign(ctx, hcloud.PrimaryIPAssignOpts{ID: far.ID, AssigneeID: s.ID, AssigneeType: "server"})
	wantCode(t, err, hcloud.ErrorCodePrimaryIPDatacenterMismatch)
	tw.wait(must(tw.PrimaryIP.Assign(ctx, assign))(t))
	_, _, err = tw.PrimaryIP.Assign(ctx, assign)
	wantCode(t, err, hcloud.ErrorCodePrimaryIPAlreadyAssigned)
	tw.wait(must(tw.PrimaryIP.ChangeProtection(ctx, hcloud.PrimaryIPChangeProtectionOpts{ID: ip.ID, Delete: true}))(t))
	_, err = tw.PrimaryIP.Delete(ctx, ip)
	wantCode(t, err, hcloud.ErrorCodeProtected)
	tw.wait(must(tw.PrimaryIP.ChangeDNSPtr(ctx, hcloud.PrimaryIPChangeDNSPtrOpts{ID: ip.ID, IP: ip.IP.String(), DNSPtr: "example.com"}))(t))
	equal(t, "reverse name", must(tw.Server.GetByID(ctx, s.ID))(t).PublicNet.IPv4.DNSPtr, "example.com")
	v6 := s.PublicNet.IPv6.ID
	tw.wait(must(tw.Server.DeleteWithResult(ctx, s))(t).Action)
	equal(t, "auto-made address is gone", must(tw.PrimaryIP.GetByID(ctx, v6))(t) == nil, true)
}
