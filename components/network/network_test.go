package network

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func validArgs() *Args {
	return &Args{
		Range:  netip.MustParsePrefix("10.0.0.0/16"),
		Subnet: netip.MustParsePrefix("10.0.1.0/24"),
		Zone:   "eu-central",
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "network", args)
		return err
	}
}

func TestNetwork(t *testing.T) {
	g := graph.CheckComponent(t, program(validArgs()))
	subnet, err := g.Find("hcloud:index/networkSubnet:NetworkSubnet", "network-subnet")
	if err != nil {
		t.Fatal(err)
	}
	if got := subnet.Inputs["networkId"]; !got.IsNumber() {
		t.Errorf("networkId: got %v, want the number Hetzner wants", got)
	}
}

func TestNetworkRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Args)
		want   []string
	}{
		"a public range":              {func(a *Args) { a.Range = netip.MustParsePrefix("8.8.0.0/16") }, []string{"range: got 8.8.0.0/16"}},
		"a subnet outside":            {func(a *Args) { a.Subnet = netip.MustParsePrefix("10.1.1.0/24") }, []string{"subnet: got 10.1.1.0/24"}},
		"a subnet larger than it all": {func(a *Args) { a.Subnet = netip.MustParsePrefix("10.0.0.0/8") }, []string{"subnet: got 10.0.0.0/8"}},
		"everything missing":          {func(a *Args) { *a = Args{} }, []string{"range: got", "subnet: got", "zone: got none"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := validArgs()
			tc.change(args)
			graph.CheckRefused(t, program(args), tc.want...)
		})
	}
	t.Run("no args", func(t *testing.T) { graph.CheckRefused(t, program(nil), "got nil") })
}
