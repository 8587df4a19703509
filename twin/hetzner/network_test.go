package hetzner_test

import (
	"net"
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

func TestNetwork(t *testing.T) {
	hw := &bench{}
	tw := newTwin(t, hetzner.Options{Hardware: hw})
	ctx := t.Context()
	n := must(tw.Network.Create(ctx, hcloud.NetworkCreateOpts{Name: "net", IPRange: cidr("10.0.0.0/16")}))(t)
	s := tw.server("one")
	_, _, err := tw.Server.AttachToNetwork(ctx, s, hcloud.ServerAttachToNetworkOpts{Network: n})
	wantCode(t, err, hcloud.ErrorCodeNoSubnetAvailable)
	subnet := hcloud.NetworkSubnet{Type: hcloud.NetworkSubnetTypeCloud, IPRange: cidr("10.0.1.0/24"), NetworkZone: hcloud.NetworkZoneEUCentral}
	tw.wait(must(tw.Network.AddSubnet(ctx, n, hcloud.NetworkAddSubnetOpts{Subnet: subnet}))(t))
	_, _, err = tw.Network.AddSubnet(ctx, n, hcloud.NetworkAddSubnetOpts{Subnet: subnet})
	wantCode(t, err, hcloud.ErrorCodeInvalidInput)
	tw.wait(must(tw.Server.AttachToNetwork(ctx, s, hcloud.ServerAttachToNetworkOpts{Network: n, IP: net.ParseIP("10.0.1.5")}))(t))
	equal(t, "hardware", hw.did("attach 10.0.1.5 in 10.0.0.0/16"), true)
	_, _, err = tw.Server.AttachToNetwork(ctx, s, hcloud.ServerAttachToNetworkOpts{Network: n})
	wantCode(t, err, hcloud.ErrorCodeServerAlreadyAttached)
	_, _, err = tw.Network.DeleteSubnet(ctx, n, hcloud.NetworkDeleteSubnetOpts{Subnet: subnet})
	wantCode(t, err, hcloud.ErrorCodeServiceError)
	second := tw.server("two", func(o *hcloud.ServerCreateOpts) { o.Networks = []*hcloud.Network{n} })
	equal(t, "first free address", second.PrivateNet[0].IP.String(), "10.0.1.1")
	_, _, err = tw.Server.AttachToNetwork(ctx, tw.server("three"), hcloud.ServerAttachToNetworkOpts{Network: n, IP: net.ParseIP("10.0.1.5")})
	wantCode(t, err, hcloud.ErrorCodeIPNotAvailable)
	tw.wait(must(tw.Network.ChangeProtection(ctx, n, hcloud.NetworkChangeProtectionOpts{Delete: new(true)}))(t))
	_, err = tw.Network.Delete(ctx, n)
	wantCode(t, err, hcloud.ErrorCodeProtected)
	tw.wait(must(tw.Network.ChangeProtection(ctx, n, hcloud.NetworkChangeProtectionOpts{Delete: new(false)}))(t))
	tw.wait(must(tw.Server.DetachFromNetwork(ctx, s, hcloud.ServerDetachFromNetworkOpts{Network: n}))(t))
	equal(t, "detached", len(must(tw.Server.GetByID(ctx, s.ID))(t).PrivateNet), 0)
	equal(t, "deleted with a server in it", deleted(tw.Network.Delete(ctx, n)), true)
}

func TestNetworkRouting(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	ctx := t.Context()
	n := must(tw.Network.Create(ctx, hcloud.NetworkCreateOpts{
		Name: "net", IPRange: cidr("10.0.0.0/17"),
		Subnets: []hcloud.NetworkSubnet{{Type: hcloud.NetworkSubnetTypeCloud, IPRange: cidr("10.0.1.0/24"), NetworkZone: hcloud.NetworkZoneEUCentral}},
	}))(t)
	free := hcloud.NetworkAddSubnetOpts{Subnet: hcloud.NetworkSubnet{Type: hcloud.NetworkSubnetTypeCloud, NetworkZone: hcloud.NetworkZoneUSEast}}
	tw.wait(must(tw.Network.AddSubnet(ctx, n, free))(t))
	r := hcloud.NetworkRoute{Destination: cidr("10.9.0.0/16"), Gateway: net.ParseIP("10.0.1.2")}
	tw.wait(must(tw.Network.AddRoute(ctx, n, hcloud.NetworkAddRouteOpts{Route: r}))(t))
	_, _, err := tw.Network.AddRoute(ctx, n, hcloud.NetworkAddRouteOpts{Route: r})
	wantCode(t, err, hcloud.ErrorCodeInvalidInput)
	_, _, err = tw.Network.ChangeIPRange(ctx, n, hcloud.NetworkChangeIPRangeOpts{IPRange: cidr("10.0.0.0/20")})
	wantCode(t, err, hcloud.ErrorCodeInvalidInput)
	tw.wait(must(tw.Network.ChangeIPRange(ctx, n, hcloud.NetworkChangeIPRangeOpts{IPRange: cidr("10.0.0.0/16")}))(t))
	n = must(tw.Network.GetByID(ctx, n.ID))(t)
	equal(t, "range", n.IPRange.String(), "10.0.0.0/16")
	equal(t, "next free subnet", n.Subnets[0].IPRange.String(), "10.0.0.0/24")
	equal(t, "route", n.Routes[0].Destination.String(), "10.9.0.0/16")
	tw.wait(must(tw.Network.DeleteRoute(ctx, n, hcloud.NetworkDeleteRouteOpts{Route: r}))(t))

	s := tw.server("one", func(o *hcloud.ServerCreateOpts) { o.Networks = []*hcloud.Network{n} })
	alias := hcloud.ServerChangeAliasIPsOpts{Network: n, AliasIPs: []net.IP{net.ParseIP("10.0.1.77")}}
	tw.wait(must(tw.Server.ChangeAliasIPs(ctx, s, alias))(t))
	equal(t, "alias", must(tw.Server.GetByID(ctx, s.ID))(t).PrivateNet[0].Aliases[0].String(), "10.0.1.77")
	_, body := tw.raw("GET", "/v1/networks/"+id(n.ID)+"/members", "")
	equal(t, "member", strings.Contains(body, `"subnet":"10.0.1.0/24"`), true)
}
