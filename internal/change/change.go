// Package change refuses updates of a resource that can be known to be wrong only beside what there is already.
//
// The engine asks, with the state of the resource in its hand, in a preview as well as right before the update. So
// the program reads nothing by itself, and a refused preview has changed nothing.
package change

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Check judges the update of a resource from one state to the next.
type Check func(*pulumi.ResourceHookArgs) error

// Refuse makes a resource option with which an update is refused where the check returns an error. The name is one
// within the stack, and is shown with the error.
func Refuse(ctx *pulumi.Context, name string, check Check) (pulumi.ResourceOption, error) {
	hook, err := ctx.RegisterResourceHook(name, pulumi.ResourceHookFunction(check), &pulumi.ResourceHookOptions{OnDryRun: true})
	if err != nil {
		return nil, err
	}
	return pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeUpdate: []*pulumi.ResourceHook{hook}}), nil
}

// Plain returns a value without the wrapping of secrets and outputs; one that is not known yet is null.
func Plain(v resource.PropertyValue) resource.PropertyValue {
	for {
		switch {
		case v.IsSecret():
			v = v.SecretValue().Element
		case v.IsOutput() && v.OutputValue().Known:
			v = v.OutputValue().Element
		case v.IsOutput() || v.IsComputed():
			return resource.NewNullProperty()
		default:
			return v
		}
	}
}
