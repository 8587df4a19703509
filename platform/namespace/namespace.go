// Package namespace makes a namespace with its guard rails: what its pods may do, whom they may talk to, and how much they
// may take.
//
// It exists so that no namespace comes without them: nothing goes in or out that is not a named edge. It refuses edges
// without ports to other pods, and a level that Pod Security does not know.
package namespace

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const typeToken = "lvs-cloud:platform:Namespace"

// Namespace is a namespace with its guard rails.
type Namespace struct {
	pulumi.ResourceState

	// Name is what the namespace is called, known once it is there.
	Name pulumi.StringOutput `pulumi:"name"`
	// Ready is what comes before whatever needs it. The component itself would not do: who depends on one depends on those of its
	// parts that are known at that moment, and they become known on the side.
	Ready []pulumi.Resource
}

// New makes a namespace, its policies and its limits. Invalid args register nothing.
//
// What is put into it must depend on Ready, not on its name alone: a pod that runs before its policies is not
// held by them.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Namespace, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("namespace %q: %w", name, err)
	}
	n := &Namespace{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"name": pulumi.String(a.Name)}, n, opts...); err != nil {
		return nil, fmt.Errorf("namespace %q: %w", name, err)
	}
	space, err := corev1.NewNamespace(ctx, name, &corev1.NamespaceArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(a.Name), Labels: a.labels()},
	}, pulumi.Parent(n))
	if err != nil {
		return nil, fmt.Errorf("namespace %q: %w", name, err)
	}
	n.Name, n.Ready = space.Metadata.Name().Elem(), []pulumi.Resource{space}
	if err := n.policies(ctx, name, a); err != nil {
		return nil, fmt.Errorf("namespace %q: %w", name, err)
	}
	if a.Quota != nil {
		if err := n.limits(ctx, name, a.Quota); err != nil {
			return nil, fmt.Errorf("namespace %q: %w", name, err)
		}
	}
	if err := ctx.RegisterResourceOutputs(n, pulumi.Map{"name": n.Name}); err != nil {
		return nil, fmt.Errorf("namespace %q: outputs: %w", name, err)
	}
	return n, nil
}

// labels say the level of Pod Security, which is enforced; audit and warning of a level below would only be noise.
func (args *Args) labels() pulumi.StringMap {
	return pulumi.StringMap{
		"pod-security.kubernetes.io/enforce":         pulumi.String(args.Level),
		"pod-security.kubernetes.io/enforce-version": pulumi.String("latest"),
	}
}
