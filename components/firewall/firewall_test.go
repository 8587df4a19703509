package firewall

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "firewall", args)
		return err
	}
}

// openPorts lists, for each port of a firewall, from how many networks it is reached.
func openPorts(t *testing.T, g *graph.Graph, name string) map[string]int {
	t.Helper()
	fw, err := g.Find("hcloud:index/firewall:Firewall", name)
	if err != nil {
		t.Fatal(err)
	}
	open := map[string]int{}
	for _, rule := range fw.Inputs["rules"].ArrayValue() {
		r := rule.ObjectValue()
		port := "icmp"
		if r.HasValue("port") {
			port = r["port"].StringValue()
		}
		open[port] = len(r["sourceIps"].ArrayValue())
	}
	return open
}

func TestFirewall(t *testing.T) {
	for name, tc := range map[string]struct {
		admin     []netip.Prefix
		operators map[string]int
	}{
		"closed without admin networks": {nil, map[string]int{}},
		"open to admin networks alone": {
			[]netip.Prefix{netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::/64")},
			map[string]int{"22": 2, "6443": 2},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.CheckComponent(t, program(&Args{AdminCIDRs: tc.admin}))
			for fw, want := range map[string]map[string]int{
				"edge": {"80": 2, "443": 2, "icmp": 2}, "operators": tc.operators,
			} {
				got := openPorts(t, g, fw)
				if len(got) != len(want) {
					t.Errorf("%s: got open ports %v, want %v", fw, got, want)
				}
				for port, n := range want {
					if got[port] != n {
						t.Errorf("%s: got port %s open to %d networks, want %d", fw, port, got[port], n)
					}
				}
			}
		})
	}
}

func TestFirewallRefuses(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{AdminCIDRs: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/8"), {}}}),
		"adminCIDRs[0]: got 10.0.0.1/8", "such as 10.0.0.0/8", "adminCIDRs[1]")
}
