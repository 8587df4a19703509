package hetzner_test

import (
	"net"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

func TestSelectorFollowsLabels(t *testing.T) {
	hw := &bench{}
	tw := newTwin(t, hetzner.Options{Hardware: hw, Latency: hetzner.Profile{Commands: map[string]time.Duration{"apply_firewall": 100 * time.Millisecond}}})
	ctx := t.Context()
	selected := []hcloud.FirewallResource{{Type: hcloud.FirewallResourceTypeLabelSelector, LabelSelector: &hcloud.FirewallResourceLabelSelector{Selector: "open=no"}}}
	made := must(tw.Firewall.Create(ctx, hcloud.FirewallCreateOpts{Name: "closed", ApplyTo: selected}))(t)
	tw.wait(made.Actions...)
	s := tw.server("one")
	equal(t, "open", hw.firewall(s.ID) == nil, true)
	must(tw.Server.Update(ctx, s, hcloud.ServerUpdateOpts{Labels: map[string]string{"open": "no"}}))(t)
	equal(t, "locked while it is applied", must(tw.Server.GetByID(ctx, s.ID))(t).Locked, true)
	settle := func() {
		all, err := tw.Server.Action.AllFor(ctx, s, hcloud.ActionListOpts{})
		if err != nil {
			t.Fatal(err)
		}
		tw.wait(all...)
	}
	settle()
	equal(t, "closed", hw.firewall(s.ID) != nil, true)
	must(tw.Server.Update(ctx, s, hcloud.ServerUpdateOpts{Labels: map[string]string{"open": "yes"}}))(t)
	settle()
	equal(t, "open again", hw.firewall(s.ID) == nil, true)
}

func TestFirewall(t *testing.T) {
	hw := &bench{}
	tw := newTwin(t, hetzner.Options{Hardware: hw})
	ctx := t.Context()
	ssh := hcloud.FirewallRule{Direction: "in", Protocol: "tcp", Port: new("22"), SourceIPs: []net.IPNet{*cidr("192.0.2.0/24")}}
	f := must(tw.Firewall.Create(ctx, hcloud.FirewallCreateOpts{Name: "edge", Rules: []hcloud.FirewallRule{ssh}}))(t).Firewall
	s := tw.server("one", func(o *hcloud.ServerCreateOpts) {
		o.Firewalls = []*hcloud.ServerCreateFirewall{{Firewall: *f}}
		o.Labels = map[string]string{"role": "node"}
	})
	want := []hetzner.Rule{{Protocol: "tcp", PortFrom: 22, PortTo: 22, Sources: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}}
	if got := hw.firewall(s.ID); !reflect.DeepEqual(got, want) {
		t.Fatalf("rules: got %v, want %v", got, want)
	}
	_, err := tw.Firewall.Delete(ctx, f)
	wantCode(t, err, hcloud.ErrorCodeResourceInUse)
	direct := []hcloud.FirewallResource{{Type: hcloud.FirewallResourceTypeServer, Server: &hcloud.FirewallResourceServer{ID: s.ID}}}
	_, _, err = tw.Firewall.ApplyResources(ctx, f, direct)
	wantCode(t, err, hcloud.ErrorCodeFirewallAlreadyApplied)
	tw.wait(must(tw.Firewall.SetRules(ctx, f, hcloud.FirewallSetRulesOpts{Rules: []hcloud.FirewallRule{}}))(t)...)
	equal(t, "closed", hw.firewall(s.ID) != nil && len(hw.firewall(s.ID)) == 0, true)
	tw.wait(must(tw.Firewall.RemoveResources(ctx, f, direct))(t)...)
	equal(t, "open", hw.firewall(s.ID) == nil, true)

	selected := []hcloud.FirewallResource{{Type: hcloud.FirewallResourceTypeLabelSelector, LabelSelector: &hcloud.FirewallResourceLabelSelector{Selector: "role=node"}}}
	tw.wait(must(tw.Firewall.ApplyResources(ctx, f, selected))(t)...)
	equal(t, "closed by selector", hw.firewall(s.ID) != nil, true)
	equal(t, "shown on the server", must(tw.Server.GetByID(ctx, s.ID))(t).PublicNet.Firewalls[0].Firewall.ID, f.ID)
	_, _, err = tw.Firewall.RemoveResources(ctx, f, direct)
	wantCode(t, err, hcloud.ErrorCodeFirewallManagedByLabelSelector)
	equal(t, "meant", must(tw.Firewall.GetByID(ctx, f.ID))(t).AppliedTo[0].AppliedToResources[0].Server.ID, s.ID)
	tw.wait(must(tw.Firewall.RemoveResources(ctx, f, selected))(t)...)
	equal(t, "deleted", deleted(tw.Firewall.Delete(ctx, f)), true)
	for _, bad := range []hcloud.FirewallRule{
		{Direction: "in", Protocol: "tcp", SourceIPs: ssh.SourceIPs},
		{Direction: "in", Protocol: "icmp", Port: new("1"), SourceIPs: ssh.SourceIPs},
		{Direction: "out", Protocol: "tcp", Port: new("1"), SourceIPs: ssh.SourceIPs},
		{Direction: "in", Protocol: "tcp", Port: new("9-8"), SourceIPs: ssh.SourceIPs},
	} {
		_, _, err := tw.Firewall.Create(ctx, hcloud.FirewallCreateOpts{Name: "bad", Rules: []hcloud.FirewallRule{bad}})
		wantCode(t, err, hcloud.ErrorCodeInvalidInput)
	}
}
