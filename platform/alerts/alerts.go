// Package alerts says what must not be so in the cloud: rules by which Prometheus finds it, and who is to hear of it how soon.
//
// It exists because a rule that nobody tests, or that asks for a series that does not come, is silent for ever. Rules are Go,
// stand next to the thresholds that they are made of, and there are none about a service that is not there. Each fires in a
// test, stays silent just short of it, and has a section in docs/RUNBOOK.md.
package alerts

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/object"
)

const typeToken = "lvs-cloud:platform:Alerts"

// Alerts are the rules of everything that is there.
type Alerts struct{ pulumi.ResourceState }

// New makes an object for each group of rules. Invalid args register nothing. One that Prometheus cannot read is left out by its
// operator, which an alert is about.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Alerts, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("alerts %q: %w", name, err)
	}
	made := &Alerts{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"runbookURL": pulumi.String(a.RunbookURL)}, made, opts...); err != nil {
		return nil, fmt.Errorf("alerts %q: %w", name, err)
	}
	for _, g := range Groups(a.Features, a.RunbookURL) {
		if _, err := object.New(ctx, name+"-"+g.Name, &object.Args{
			APIVersion: "monitoring.coreos.com/v1", Kind: "PrometheusRule", Namespace: a.Namespace, Name: name + "-" + g.Name,
			Spec: Render(g),
		}, pulumi.Parent(made), pulumi.DependsOn(a.After)); err != nil {
			return nil, fmt.Errorf("alerts %q: %w", name, err)
		}
	}
	if err := ctx.RegisterResourceOutputs(made, pulumi.Map{}); err != nil {
		return nil, fmt.Errorf("alerts %q: outputs: %w", name, err)
	}
	return made, nil
}
