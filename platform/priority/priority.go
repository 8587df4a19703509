// Package priority ranks what runs in the cluster: when memory runs out, what stands lower goes first.
//
// It exists because a node of 4 GB is full on a bad day, and what holds the data must then be the last to go. It knows
// nothing of the services that it ranks.
package priority

import (
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	schedulingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/scheduling/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const typeToken = "lvs-cloud:platform:Priorities"

// Class is the name of a PriorityClass.
type Class string

// The classes, from the one that goes last to the one that goes first.
const (
	// System is for what everything else stands on: storage, certificates, ingress.
	System Class = "lvs-system"
	// Database is for the shared PostgreSQL and the registry.
	Database Class = "lvs-database"
	// GitOps is for what brings changes.
	GitOps Class = "lvs-gitops"
	// Observability is for what only looks.
	Observability Class = "lvs-observability"
	// Applications is for the applications, and for every pod that names no class.
	Applications Class = "lvs-applications"
)

// ranks are the classes with their values. They lie below those of Kubernetes' own classes, which begin at 2 billion, and
// leave room for one between any two.
// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
var ranks = []struct {
	class       Class
	value       int
	description string
}{
	{System, 500000, "what everything else stands on: storage, certificates, ingress"},
	{Database, 400000, "the shared PostgreSQL and the registry"},
	{GitOps, 300000, "what brings changes into the cluster"},
	{Observability, 200000, "metrics, logs and dashboards"},
	{Applications, 100000, "applications, and every pod that names no class"},
}

// Classes are the PriorityClasses of the cloud.
type Classes struct {
	pulumi.ResourceState

	// Ready is what comes before whatever needs it. The component itself would not do: who depends on one depends on those of its
	// parts that are known at that moment, and they become known on the side.
	Ready []pulumi.Resource
}

// New makes the classes.
func New(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (*Classes, error) {
	c := &Classes{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{}, c, opts...); err != nil {
		return nil, fmt.Errorf("priority %q: %w", name, err)
	}
	for _, r := range ranks {
		args := &schedulingv1.PriorityClassArgs{
			Metadata:    &metav1.ObjectMetaArgs{Name: pulumi.String(r.class)},
			Value:       pulumi.Int(r.value),
			Description: pulumi.String(r.description),
		}
		if r.class == Applications {
			args.GlobalDefault = pulumi.Bool(true) // the API server does not store a false
		}
		made, err := schedulingv1.NewPriorityClass(ctx, string(r.class), args, pulumi.Parent(c))
		if err != nil {
			return nil, fmt.Errorf("priority %q: %s: %w", name, r.class, err)
		}
		c.Ready = append(c.Ready, made)
	}
	if err := ctx.RegisterResourceOutputs(c, pulumi.Map{}); err != nil {
		return nil, fmt.Errorf("priority %q: outputs: %w", name, err)
	}
	return c, nil
}
