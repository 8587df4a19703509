package hetzner_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

func bySelector(selector string) []hcloud.FirewallResource {
	return []hcloud.FirewallResource{{
		Type: hcloud.FirewallResourceTypeLabelSelector, LabelSelector: &hcloud.FirewallResourceLabelSelector{Selector: selector},
	}}
}

// settle waits for everything that happens to a server, asked for or not.
func (tw *twin) settle(s *hcloud.Server) *hcloud.Server {
	tw.t.Helper()
	all, err := tw.Server.Action.AllFor(tw.t.Context(), s, hcloud.ActionListOpts{})
	if err != nil {
		tw.t.Fatal(err)
	}
	tw.wait(all...)
	return must(tw.Server.GetByID(tw.t.Context(), s.ID))(tw.t)
}

func labelled(labels map[string]string) func(*hcloud.ServerCreateOpts) {
	return func(o *hcloud.ServerCreateOpts) { o.Labels = labels }
}

// firewallsOn lists a server's firewalls as `id status`.
func firewallsOn(s *hcloud.Server) string {
	var out []string
	for _, f := range s.PublicNet.Firewalls {
		out = append(out, fmt.Sprintf("%d %s", f.Firewall.ID, f.Status))
	}
	return strings.Join(out, ", ")
}

// TestSelectorMeansServersMadeLater follows a firewall that was applied before there was any server.
func TestSelectorMeansServersMadeLater(t *testing.T) {
	hw := &bench{}
	tw := newTwin(t, hetzner.Options{Hardware: hw})
	ctx := t.Context()
	ssh := hcloud.FirewallRule{Direction: "in", Protocol: "tcp", Port: new("22"), SourceIPs: []net.IPNet{*cidr("192.0.2.0/24")}, Description: new("SSH until noon")}
	made := must(tw.Firewall.Create(ctx, hcloud.FirewallCreateOpts{
		Name: "access", Rules: []hcloud.FirewallRule{ssh}, ApplyTo: bySelector("project=a,stack=b"),
	}))(t)
	tw.wait(made.Actions...)
	id := made.Firewall.ID

	_, err := tw.Firewall.Delete(ctx, made.Firewall)
	wantCode(t, err, hcloud.ErrorCodeResourceInUse) // although it is on no server yet

	tw.settle(tw.server("other", labelled(map[string]string{"project": "a", "stack": "c"})))
	opts := hcloud.ServerCreateOpts{Name: "one", ServerType: &hcloud.ServerType{Name: "cx23"}, Image: &hcloud.Image{Name: "debian-13"}}
	labelled(map[string]string{"project": "a", "stack": "b", "owner": "me"})(&opts)
	s := must(tw.Server.Create(ctx, opts))(t).Server
	equal(t, "before it is applied", firewallsOn(s), fmt.Sprintf("%d pending", id))
	s = tw.settle(s)
	equal(t, "applied", firewallsOn(s), fmt.Sprintf("%d applied", id))
	equal(t, "rules on the server", len(hw.firewall(s.ID)), 1)

	f := must(tw.Firewall.GetByID(ctx, id))(t)
	equal(t, "description", *f.Rules[0].Description, "SSH until noon")
	equal(t, "applications", len(f.AppliedTo), 1)
	equal(t, "servers it means", len(f.AppliedTo[0].AppliedToResources), 1)
	equal(t, "the server it means", f.AppliedTo[0].AppliedToResources[0].Server.ID, s.ID)

	_, _, err = tw.Firewall.ApplyResources(ctx, f, bySelector("project=a,stack=b"))
	wantCode(t, err, hcloud.ErrorCodeFirewallAlreadyApplied)
	tw.wait(must(tw.Firewall.RemoveResources(ctx, f, f.AppliedTo))(t)...)
	equal(t, "taken away", firewallsOn(tw.settle(s)), "")
	equal(t, "no rules on the server", hw.firewall(s.ID) == nil, true)
	equal(t, "deleted", deleted(tw.Firewall.Delete(ctx, f)), true)
}

// TestFiveFirewalls holds how many firewalls a server can have, and which ones when there are more.
func TestFiveFirewalls(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	ctx := t.Context()
	var firewalls []*hcloud.Firewall
	var given []*hcloud.ServerCreateFirewall
	for i := range 7 {
		f := must(tw.Firewall.Create(ctx, hcloud.FirewallCreateOpts{Name: fmt.Sprintf("f%d", i)}))(t).Firewall
		firewalls, given = append(firewalls, f), append(given, &hcloud.ServerCreateFirewall{Firewall: *f})
	}
	_, _, err := tw.Server.Create(ctx, hcloud.ServerCreateOpts{
		Name: "six", ServerType: &hcloud.ServerType{Name: "cx23"}, Image: &hcloud.Image{Name: "debian-13"}, Firewalls: given[:6],
	})
	wantCode(t, err, hcloud.ErrorCodeResourceLimitExceeded)

	// The two oldest by selector, and a server that comes with four of its own.
	for _, f := range firewalls[:2] {
		tw.wait(must(tw.Firewall.ApplyResources(ctx, f, bySelector("role=node")))(t)...)
	}
	s := tw.settle(tw.server("one", func(o *hcloud.ServerCreateOpts) {
		o.Firewalls, o.Labels = given[2:6], map[string]string{"role": "node"}
	}))
	has := func(f *hcloud.Firewall) bool {
		return strings.Contains(firewallsOn(s), fmt.Sprintf("%d applied", f.ID))
	}
	equal(t, "firewalls", len(s.PublicNet.Firewalls), 5)
	for i, want := range []bool{true, false, true, true, true, true, false} {
		equal(t, firewalls[i].Name, has(firewalls[i]), want)
	}
	equal(t, "servers meant by the one too many", len(must(tw.Firewall.GetByID(ctx, firewalls[1].ID))(t).AppliedTo[0].AppliedToResources), 0)

	direct := []hcloud.FirewallResource{{Type: hcloud.FirewallResourceTypeServer, Server: &hcloud.FirewallResourceServer{ID: s.ID}}}
	for _, to := range [][]hcloud.FirewallResource{direct, bySelector("role=node")} {
		_, _, err = tw.Firewall.ApplyResources(ctx, firewalls[6], to)
		wantCode(t, err, hcloud.ErrorCodeResourceLimitExceeded)
	}
	tw.wait(must(tw.Firewall.RemoveResources(ctx, firewalls[5], direct))(t)...)
	s = tw.settle(s)
	equal(t, "the one that waited", has(firewalls[1]), true)
}

// TestFirewallLimits holds what a firewall can carry, and what its labels may be.
func TestFirewallLimits(t *testing.T) {
	tw := newTwin(t, hetzner.Options{})
	create := func(labels map[string]string, rules ...hcloud.FirewallRule) error {
		_, _, err := tw.Firewall.Create(t.Context(), hcloud.FirewallCreateOpts{Name: "f", Labels: labels, Rules: rules})
		return err
	}
	rule := func(networks int, description string) hcloud.FirewallRule {
		r := hcloud.FirewallRule{Direction: "in", Protocol: "tcp", Port: new("22"), Description: &description}
		for i := range networks {
			r.SourceIPs = append(r.SourceIPs, *cidr(fmt.Sprintf("10.0.%d.0/24", i)))
		}
		return r
	}
	wantCode(t, create(nil, rule(101, "")), hcloud.ErrorCodeInvalidInput)
	wantCode(t, create(nil, rule(1, strings.Repeat("x", 256))), hcloud.ErrorCodeInvalidInput)
	full := rule(100, "")
	wantCode(t, create(nil, full, full, full, full, full, rule(1, "")), hcloud.ErrorCodeResourceLimitExceeded)
	for key, value := range map[string]string{
		"stack": strings.Repeat("x", 64), strings.Repeat("x", 64): "a", "until": "2026-11-23T12:00:00Z", "from": "192.0.2.0/24", "-a": "b", "a": "b-",
	} {
		wantCode(t, create(map[string]string{key: value}), hcloud.ErrorCodeInvalidInput)
	}
	if err := create(map[string]string{"stack": strings.Repeat("x", 63), "example.com/a": ""}, full, full, full, full, full); err != nil {
		t.Fatal(err)
	}
}
