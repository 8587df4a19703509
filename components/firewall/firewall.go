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

// Layer is one of the firewalls in front of a server.
type Layer struct {
	// Role is its name within the stack: edge or operators.
	Role string
	// Rules are what it lets in; nothing else is.
	Rules []Rule
}

// Rule lets sources in.
type Rule struct {
	// Protocol is tcp or icmp.
	Protocol string
	// Port is empty for a protocol without ports.
	Port string
	// Sources are never empty: Hetzner refuses a rule without any.
	Sources []netip.Prefix
	// Description says what for.
	Description string
}

// Layers are the firewalls of a server whose operators work from those networks, edge first.
func Layers(adminCIDRs []netip.Prefix) []Layer {
	edge := append(tcpRules(edgePorts, anywhere), Rule{
		Protocol: "icmp", Sources: anywhere, Description: "ICMP, for path MTU discovery and ping",
	})
	return []Layer{{"edge", edge}, {"operators", OperatorRules(adminCIDRs)}}
}

// OperatorRules let those networks in to what operators reach; no networks make no rule.
func OperatorRules(networks []netip.Prefix) []Rule { return tcpRules(operatorPorts, networks) }

// tcpRules lets sources in to ports; no sources make no rule.
func tcpRules(ports []port, sources []netip.Prefix) []Rule {
	if len(sources) == 0 {
		return nil
	}
	rules := make([]Rule, 0, len(ports))
	for _, p := range ports {
		rules = append(rules, Rule{Protocol: "tcp", Port: strconv.Itoa(p.number), Sources: sources, Description: p.description})
	}
	return rules
}

// Firewall is the pair of firewalls that Hetzner puts in front of every server with the labels of the stack.
type Firewall struct {
	pulumi.ResourceState

	// Layers are the firewalls themselves, edge first.
	Layers []pulumi.Resource
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
	servers := hcloud.FirewallApplyToArray{&hcloud.FirewallApplyToArgs{
		LabelSelector: pulumi.String(naming.Selector(ctx.Project(), ctx.Stack())),
	}}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, a.inputs(), f, opts...); err != nil {
		return nil, fmt.Errorf("firewall %q: %w", name, err)
	}
	for _, layer := range Layers(a.AdminCIDRs) {
		res, err := hcloud.NewFirewall(ctx, layer.Role, &hcloud.FirewallArgs{
			Name:   pulumi.String(naming.Physical(ctx.Project(), ctx.Stack(), layer.Role)),
			Labels: pulumi.ToStringMap(a.Labels),
			Rules:  layer.rules(),
			// Not by the server's own list: the provider writes that list in part when a firewall in it was deleted by
			// other hands, and takes another one off.
			ApplyTos: servers,
		}, pulumi.Parent(f))
		if err != nil {
			return nil, fmt.Errorf("firewall %q: %s: %w", name, layer.Role, err)
		}
		f.Layers = append(f.Layers, res)
	}
	if err := ctx.RegisterResourceOutputs(f, pulumi.Map{}); err != nil {
		return nil, fmt.Errorf("firewall %q: outputs: %w", name, err)
	}
	return f, nil
}

func (l Layer) rules() hcloud.FirewallRuleArray {
	rules := hcloud.FirewallRuleArray{}
	for _, r := range l.Rules {
		args := &hcloud.FirewallRuleArgs{
			Direction:   pulumi.String("in"),
			Protocol:    pulumi.String(r.Protocol),
			SourceIps:   prefixes(r.Sources),
			Description: pulumi.String(r.Description),
		}
		if r.Port != "" {
			args.Port = pulumi.String(r.Port)
		}
		rules = append(rules, args)
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
