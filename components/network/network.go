// Package network provisions the private network of the cloud and the one subnet its servers live in.
//
// It exists so that nodes have addresses that never change: an etcd member cannot move to another address.
// It refuses ranges outside RFC 1918 and subnets that are not part of the network.
package network

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi-hcloud/sdk/go/hcloud"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/hcloudid"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

const typeToken = "lvs-cloud:components:Network"

// Network is a private network with one subnet.
type Network struct {
	pulumi.ResourceState

	// SubnetID identifies the subnet; it is born only when the subnet exists, which orders what attaches to it.
	SubnetID pulumi.StringOutput `pulumi:"subnetId"`
}

// Args configures a Network.
type Args struct {
	// Range is the address range of the whole network. Required.
	// Range: a private IPv4 prefix (RFC 1918) of at most 24 bits.
	Range netip.Prefix
	// Subnet is the range the servers get their addresses from. Required.
	// Range: within Range.
	Subnet netip.Prefix
	// Zone is Hetzner's network zone. Required.
	// Source: https://docs.hetzner.com/cloud/general/locations/
	Zone string
	// Labels are put on the network.
	Labels map[string]string
}

// New creates the network and its subnet. Invalid args register nothing.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Network, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("network %q: %w", name, err)
	}
	n := &Network{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, a.inputs(), n, opts...); err != nil {
		return nil, fmt.Errorf("network %q: %w", name, err)
	}
	net, err := hcloud.NewNetwork(ctx, name, &hcloud.NetworkArgs{
		Name:    pulumi.String(naming.Physical(ctx.Project(), ctx.Stack(), name)),
		IpRange: pulumi.String(a.Range.String()),
		Labels:  pulumi.ToStringMap(a.Labels),
	}, pulumi.Parent(n))
	if err != nil {
		return nil, fmt.Errorf("network %q: network: %w", name, err)
	}
	subnet, err := hcloud.NewNetworkSubnet(ctx, name+"-subnet", &hcloud.NetworkSubnetArgs{
		NetworkId:   hcloudid.Int(net.ID()),
		Type:        pulumi.String("cloud"),
		NetworkZone: pulumi.String(a.Zone),
		IpRange:     pulumi.String(a.Subnet.String()),
	}, pulumi.Parent(n))
	if err != nil {
		return nil, fmt.Errorf("network %q: subnet: %w", name, err)
	}
	n.SubnetID = subnet.ID().ToStringOutput()
	if err := ctx.RegisterResourceOutputs(n, pulumi.Map{"subnetId": n.SubnetID}); err != nil {
		return nil, fmt.Errorf("network %q: outputs: %w", name, err)
	}
	return n, nil
}

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *network.Args")
	}
	a := *args
	var errs []error
	if !a.Range.IsValid() || !a.Range.Addr().Is4() || !a.Range.Addr().IsPrivate() || a.Range.Bits() > 24 {
		errs = append(errs, fmt.Errorf("range: got %v, want a private IPv4 prefix of at most 24 bits, such as 10.0.0.0/16", a.Range))
	}
	if !a.Subnet.IsValid() || a.Subnet.Bits() < a.Range.Bits() || !a.Range.Contains(a.Subnet.Addr()) {
		errs = append(errs, fmt.Errorf("subnet: got %v, want a prefix within %v", a.Subnet, a.Range))
	}
	if a.Zone == "" {
		errs = append(errs, errors.New("zone: got none, want a network zone such as eu-central"))
	}
	return &a, errors.Join(errs...)
}

func (args *Args) inputs() pulumi.Map {
	return pulumi.Map{
		"range":  pulumi.String(args.Range.String()),
		"subnet": pulumi.String(args.Subnet.String()),
		"zone":   pulumi.String(args.Zone),
	}
}
