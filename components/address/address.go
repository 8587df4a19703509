// Package address provisions the public addresses of a server as resources of their own, so that a replaced
// server keeps them and DNS never has to follow.
//
// It never lets Hetzner delete an address together with the server it is assigned to.
package address

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-hcloud/sdk/go/hcloud"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/hcloudid"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

const typeToken = "lvs-cloud:components:Address"

// Address is a pair of primary IPs, one of each family.
type Address struct {
	pulumi.ResourceState

	// IPv4 is the public IPv4 address.
	IPv4 pulumi.StringOutput `pulumi:"ipv4"`
	// IPv4ID and IPv6ID are the Hetzner IDs that a server is created with.
	IPv4ID pulumi.IntOutput `pulumi:"ipv4Id"`
	IPv6ID pulumi.IntOutput `pulumi:"ipv6Id"`
}

// Args configures an Address.
type Args struct {
	// Location is where the addresses live; a server elsewhere cannot use them. Required.
	Location string
	// DeleteProtection makes Hetzner refuse to delete the addresses.
	DeleteProtection bool
	// Labels are put on both addresses.
	Labels map[string]string
}

// New creates a primary IPv4 and a primary IPv6. Invalid args register nothing.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Address, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", name, err)
	}
	addr := &Address{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, a.inputs(), addr, opts...); err != nil {
		return nil, fmt.Errorf("address %q: %w", name, err)
	}
	ips := map[string]*hcloud.PrimaryIp{}
	for _, family := range []string{"ipv4", "ipv6"} {
		ip, err := hcloud.NewPrimaryIp(ctx, family, &hcloud.PrimaryIpArgs{
			Name:             pulumi.String(naming.Physical(ctx.Project(), ctx.Stack(), family)),
			Type:             pulumi.String(family),
			Location:         pulumi.String(a.Location),
			AutoDelete:       pulumi.Bool(false),
			DeleteProtection: pulumi.Bool(a.DeleteProtection),
			Labels:           pulumi.ToStringMap(a.Labels),
		}, pulumi.Parent(addr))
		if err != nil {
			return nil, fmt.Errorf("address %q: %s: %w", name, family, err)
		}
		ips[family] = ip
	}
	addr.IPv4 = ips["ipv4"].IpAddress
	addr.IPv4ID = hcloudid.Int(ips["ipv4"].ID())
	addr.IPv6ID = hcloudid.Int(ips["ipv6"].ID())
	if err := ctx.RegisterResourceOutputs(addr, pulumi.Map{
		"ipv4": addr.IPv4, "ipv4Id": addr.IPv4ID, "ipv6Id": addr.IPv6ID,
	}); err != nil {
		return nil, fmt.Errorf("address %q: outputs: %w", name, err)
	}
	return addr, nil
}

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *address.Args")
	}
	a := *args
	if a.Location == "" {
		return nil, errors.New("location: got none, want a Hetzner location such as nbg1")
	}
	return &a, nil
}

func (args *Args) inputs() pulumi.Map {
	return pulumi.Map{
		"location":         pulumi.String(args.Location),
		"deleteProtection": pulumi.Bool(args.DeleteProtection),
	}
}
