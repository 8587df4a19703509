package address

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "address", args)
		return err
	}
}

func TestAddress(t *testing.T) {
	g := graph.CheckComponent(t, program(&Args{Location: "nbg1", DeleteProtection: true}))
	for _, family := range []string{"ipv4", "ipv6"} {
		ip, err := g.Find("hcloud:index/primaryIp:PrimaryIp", family)
		if err != nil {
			t.Fatal(err)
		}
		if !ip.Inputs["deleteProtection"].BoolValue() {
			t.Errorf("%s: got no delete protection, want it", family)
		}
		if ip.Inputs["autoDelete"].BoolValue() {
			t.Errorf("%s: got autoDelete, want the address to outlive its server", family)
		}
	}
}

func TestAddressRefuses(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{}), "location: got none")
}
