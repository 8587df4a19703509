package namespace

import (
	"fmt"
	"net/netip"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ownPolicies are those that every namespace has, or may have.
var ownPolicies = []string{"default-deny", "within", "dns", "api-server"}

// policies make the default, which is nothing, and every edge that goes beyond it.
func (n *Namespace) policies(ctx *pulumi.Context, name string, a *Args) error {
	both := &networkingv1.NetworkPolicySpecArgs{PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"})}
	if err := n.policy(ctx, name, "default-deny", both); err != nil {
		return err
	}
	neighbours := networkingv1.NetworkPolicyPeerArgs{PodSelector: &metav1.LabelSelectorArgs{}}
	if err := n.policy(ctx, name, "within", &networkingv1.NetworkPolicySpecArgs{
		PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
		Ingress:     networkingv1.NetworkPolicyIngressRuleArray{networkingv1.NetworkPolicyIngressRuleArgs{From: networkingv1.NetworkPolicyPeerArray{neighbours}}},
		Egress:      networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{To: networkingv1.NetworkPolicyPeerArray{neighbours}}},
	}); err != nil {
		return err
	}
	resolver := Pods("kube-system", map[string]string{"k8s-app": "kube-dns"})
	if err := n.policy(ctx, name, "dns", outward(resolver, append(ports("UDP", 53), ports("TCP", 53)...))); err != nil {
		return err
	}
	if a.APIServer.IsValid() {
		at := netip.PrefixFrom(a.APIServer.Addr(), a.APIServer.Addr().BitLen())
		if err := n.policy(ctx, name, "api-server", outward(Range(at), ports("TCP", int(a.APIServer.Port())))); err != nil {
			return err
		}
	}
	for _, e := range a.From {
		if err := n.policy(ctx, name, e.Name, inward(e.Peer, ports("TCP", e.Ports...))); err != nil {
			return err
		}
	}
	for _, e := range a.To {
		if err := n.policy(ctx, name, e.Name, outward(e.Peer, ports("TCP", e.Ports...))); err != nil {
			return err
		}
	}
	return nil
}

// policy makes one policy for all pods of the namespace.
func (n *Namespace) policy(ctx *pulumi.Context, name, policy string, spec *networkingv1.NetworkPolicySpecArgs) error {
	spec.PodSelector = &metav1.LabelSelectorArgs{}
	made, err := networkingv1.NewNetworkPolicy(ctx, name+"-"+policy, &networkingv1.NetworkPolicyArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(policy), Namespace: n.Name},
		Spec:     spec,
	}, pulumi.Parent(n))
	if err != nil {
		return fmt.Errorf("policy %s: %w", policy, err)
	}
	n.Ready = append(n.Ready, made)
	return nil
}

func inward(p Peer, ports networkingv1.NetworkPolicyPortArray) *networkingv1.NetworkPolicySpecArgs {
	return &networkingv1.NetworkPolicySpecArgs{
		PolicyTypes: pulumi.ToStringArray([]string{"Ingress"}),
		Ingress: networkingv1.NetworkPolicyIngressRuleArray{networkingv1.NetworkPolicyIngressRuleArgs{
			From: networkingv1.NetworkPolicyPeerArray{p.args()}, Ports: ports,
		}},
	}
}

func outward(p Peer, ports networkingv1.NetworkPolicyPortArray) *networkingv1.NetworkPolicySpecArgs {
	return &networkingv1.NetworkPolicySpecArgs{
		PolicyTypes: pulumi.ToStringArray([]string{"Egress"}),
		Egress: networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{
			To: networkingv1.NetworkPolicyPeerArray{p.args()}, Ports: ports,
		}},
	}
}

func (p Peer) args() networkingv1.NetworkPolicyPeerArgs {
	if p.namespace == "" {
		block := &networkingv1.IPBlockArgs{Cidr: pulumi.String(p.network.String())}
		var except pulumi.StringArray
		for _, e := range p.except {
			except = append(except, pulumi.String(e.String()))
		}
		if except != nil {
			block.Except = except
		}
		return networkingv1.NetworkPolicyPeerArgs{IpBlock: block}
	}
	out := networkingv1.NetworkPolicyPeerArgs{
		NamespaceSelector: &metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String(p.namespace)}},
	}
	if len(p.labels) > 0 {
		out.PodSelector = &metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(p.labels)}
	}
	return out
}

func ports(protocol string, numbers ...int) networkingv1.NetworkPolicyPortArray {
	var out networkingv1.NetworkPolicyPortArray
	for _, number := range numbers {
		out = append(out, networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(protocol), Port: pulumi.Int(number)})
	}
	return out
}
