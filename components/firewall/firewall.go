// Package firewall provisions the two firewalls in front of a server: edge, which is open to the world, and
// operators, which lets in only the networks it is told.
//
// It refuses rules without a port and never opens SSH or the Kubernetes API to everyone by default: no sources
// means closed.
package firewall

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/pulumi/pulumi-hcloud/sdk/go/hcloud"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/hcloudid"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

const typeToken = "lvs-cloud:components:Firewall"

// Ports that are open to everyone, and those only operators reach.
var (
	edgePorts     = []port{{80, "HTTP, redirected to HTTPS"}, {443, "HTTPS"}}
	operatorPorts = []port{{22, "SSH"}, {6443, "Kubernetes API"}}
	anywhere      = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
)

type port struct {
	number      int
	description string
}

// Firewall is the pair of firewalls that a server is created behind.
type Firewall struct {
	pulumi.ResourceState

	// IDs are the Hetzner IDs of the firewalls, edge first.
	IDs pulumi.IntArrayOutput `pulumi:"ids"`
}

// Args configures a Firewall.
type Args struct {
	// AdminCIDRs are the networks that reach SSH (22) and the Kubernetes API (6443).
	// Default: none, which leaves both closed.
	AdminCIDRs []netip.Prefix
	// Labels are put on both firewalls.
	Labels map[string]string
}

// New creates the edge and the operators firewall. Invalid args register nothing.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Firewall, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("firewall %q: %w", name, err)
	}
	f := &Firewall{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, a.inputs(), f, opts...); err != nil {
		return nil, fmt.Errorf("firewall %q: %w", name, err)
	}
	edge := append(tcpRules(edgePorts, anywhere), &hcloud.FirewallRuleArgs{
		Direction:   pulumi.String("in"),
		Protocol:    pulumi.String("icmp"),
		SourceIps:   prefixes(anywhere),
		Description: pulumi.String("ICMP, for path MTU discovery and ping"),
	})
	var ids pulumi.IntArray
	for _, fw := range []struct {
		role  string
		rules hcloud.FirewallRuleArray
	}{{"edge", edge}, {"operators", tcpRules(operatorPorts, a.AdminCIDRs)}} {
		res, err := hcloud.NewFirewall(ctx, fw.role, &hcloud.FirewallArgs{
			Name:   pulumi.String(naming.Physical(ctx.Project(), ctx.Stack(), fw.role)),
			Labels: pulumi.ToStringMap(a.Labels),
			Rules:  fw.rules,
		}, pulumi.Parent(f))
		if err != nil {
			return nil, fmt.Errorf("firewall %q: %s: %w", name, fw.role, err)
		}
		ids = append(ids, hcloudid.Int(res.ID()))
	}
	f.IDs = ids.ToIntArrayOutput()
	if err := ctx.RegisterResourceOutputs(f, pulumi.Map{"ids": f.IDs}); err != nil {
		return nil, fmt.Errorf("firewall %q: outputs: %w", name, err)
	}
	return f, nil
}

// tcpRules lets sources in to ports. Hetzner refuses a rule without sources, so none make no rule.
func tcpRules(ports []port, sources []netip.Prefix) hcloud.FirewallRuleArray {
	rules := hcloud.FirewallRuleArray{}
	if len(sources) == 0 {
		return rules
	}
	for _, p := range ports {
		rules = append(rules, &hcloud.FirewallRuleArgs{
			Direction:   pulumi.String("in"),
			Protocol:    pulumi.String("tcp"),
			Port:        pulumi.String(strconv.Itoa(p.number)),
			SourceIps:   prefixes(sources),
			Description: pulumi.String(p.description),
		})
	}
	return rules
}

func prefixes(in []netip.Prefix) pulumi.StringArray {
	out := make(pulumi.StringArray, 0, len(in))
	for _, p := range in {
		out = append(out, pulumi.String(p.String()))
	}
	return out
}

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *firewall.Args")
	}
	a := *args
	var errs []error
	for i, p := range a.AdminCIDRs {
		if !p.IsValid() || p != p.Masked() {
			errs = append(errs, fmt.Errorf("adminCIDRs[%d]: got %v, want a network without host bits, such as %v", i, p, p.Masked()))
		}
	}
	return &a, errors.Join(errs...)
}

func (args *Args) inputs() pulumi.Map {
	return pulumi.Map{"adminCIDRs": prefixes(args.AdminCIDRs)}
}
