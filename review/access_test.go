package review

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

var (
	noon    = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	home    = netip.MustParsePrefix("192.0.2.17/32")
	runner  = netip.MustParsePrefix("198.51.100.0/24")
	tunnel  = netip.MustParsePrefix("2001:db8::/64")
	applied = []hcloud.FirewallResource{{Type: hcloud.FirewallResourceTypeLabelSelector}}
)

func until(from netip.Prefix, minutes int) Grant {
	return Grant{from, noon.Add(time.Duration(minutes) * time.Minute)}
}

func sorted(grants []Grant) string {
	return fmt.Sprint(Grants(&hcloud.Firewall{Rules: GrantRules(grants)}))
}

func TestGrantsAreReadAsTheyWereWritten(t *testing.T) {
	want := []Grant{until(home, 60), until(runner, 5), until(tunnel, 60)}
	rules := GrantRules(want)
	if got := Grants(&hcloud.Firewall{Rules: rules}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	var lines []string
	for _, r := range rules {
		lines = append(lines, fmt.Sprintf("%s %s %s %s %v", r.Direction, r.Protocol, *r.Port, *r.Description, r.SourceIPs))
	}
	for _, line := range []string{
		"in tcp 22 SSH until 2026-11-23T12:05:00Z [{198.51.100.0 ffffff00}]",
		"in tcp 6443 Kubernetes API until 2026-11-23T12:05:00Z [{198.51.100.0 ffffff00}]",
	} {
		if !slices.Contains(lines, line) || len(lines) != 4 {
			t.Errorf("got %q, want four rules, %q among them", lines, line)
		}
	}
}

// TestGrantsOfOtherHands holds that what somebody else let in is seen, and counts as expired.
func TestGrantsOfOtherHands(t *testing.T) {
	_, everyone, err := net.ParseCIDR("0.0.0.0/0")
	if err != nil {
		t.Fatal(err)
	}
	for name, description := range map[string]*string{
		"no description": nil, "no end": new("SSH"), "an end that is none": new("SSH until tomorrow"),
	} {
		got := Grants(&hcloud.Firewall{Rules: []hcloud.FirewallRule{{
			Direction: hcloud.FirewallRuleDirectionIn, SourceIPs: []net.IPNet{*everyone}, Description: description,
		}}})
		if len(got) != 1 || got[0].From.Bits() != 0 || !got[0].Expired(noon) {
			t.Errorf("%s: got %v, want everyone, expired", name, got)
		}
	}
	if got := Grants(nil); got != nil {
		t.Errorf("no firewall: got %v, want nothing", got)
	}
}

func TestExtend(t *testing.T) {
	for name, c := range map[string]struct{ have, more, want []Grant }{
		"the first":           {nil, []Grant{until(home, 60)}, []Grant{until(home, 60)}},
		"a second":            {[]Grant{until(home, 60)}, []Grant{until(runner, 5)}, []Grant{until(home, 60), until(runner, 5)}},
		"longer":              {[]Grant{until(home, 60)}, []Grant{until(home, 90)}, []Grant{until(home, 90)}},
		"never shorter":       {[]Grant{until(home, 60)}, []Grant{until(home, 5)}, []Grant{until(home, 60)}},
		"without the ended":   {[]Grant{until(runner, 0)}, []Grant{until(home, 5)}, []Grant{until(home, 5)}},
		"without the endless": {[]Grant{{From: runner}}, []Grant{until(home, 5)}, []Grant{until(home, 5)}},
		"an ended one again":  {[]Grant{until(home, -5)}, []Grant{until(home, 5)}, []Grant{until(home, 5)}},
	} {
		if got := Extend(c.have, c.more, noon); sorted(got) != sorted(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestAccess(t *testing.T) {
	const closeExpired = "warn access: lvs access close --expired --stack prod"
	for name, c := range map[string]struct {
		networks int
		fw       *hcloud.Firewall
		want     []string
		ok       int
		closed   bool
	}{
		"networks of its own":        {1, nil, nil, 0, false},
		"nobody":                     {0, nil, []string{"warn access: lvs access open --stack prod"}, 0, true},
		"nobody, a firewall without": {0, &hcloud.Firewall{AppliedTo: applied}, []string{"warn access: lvs access open --stack prod"}, 0, true},
		"two let in":                 {0, &hcloud.Firewall{AppliedTo: applied, Rules: GrantRules([]Grant{until(home, 1), until(runner, 2)})}, nil, 2, false},
		"one expired":                {0, &hcloud.Firewall{AppliedTo: applied, Rules: GrantRules([]Grant{until(home, 0), until(runner, 2)})}, []string{closeExpired}, 1, false},
		"one without an end": {1, &hcloud.Firewall{AppliedTo: applied, Rules: []hcloud.FirewallRule{{
			Direction: hcloud.FirewallRuleDirectionIn, SourceIPs: []net.IPNet{{IP: net.IPv4(192, 0, 2, 1), Mask: net.CIDRMask(32, 32)}},
		}}}, []string{closeExpired}, 0, false},
		"left over": {1, &hcloud.Firewall{Rules: GrantRules([]Grant{until(home, 1)})}, []string{"warn access: lvs access close --stack prod"}, 0, false},
	} {
		w := wanted()
		w.Networks = c.networks
		f := Access(w, c.fw, noon)
		check(t, name, f, c.want...)
		if len(f)-len(c.want) != c.ok || Closed(w, c.fw) != c.closed {
			t.Errorf("%s: got %+v and closed %t, want %d ok and %t", name, f, Closed(w, c.fw), c.ok, c.closed)
		}
	}
}
