package k3s

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/script"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

//go:embed definitions.sh
var definitionsScript string

// Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
var definitionForm = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$`)

// Definitions are kinds that a chart brings along, and that objects are made of next.
type Definitions struct {
	// Names are those of the definitions. Required.
	// Range: a plural and a group, such as helmcharts.helm.cattle.io.
	Names []string
	// Chart is the name of the HelmChart, in kube-system, that brings them. Required: what became of it is said when they
	// are missing.
	Chart string
	// Version is that of the chart; with another one they are waited for again.
	// Default: none; they are waited for once.
	Version string
	// Connection reaches the server. Required.
	Connection remote.ConnectionArgs
	// After is what brings them: the object of the chart.
	// Default: nothing; k3s brings them by itself.
	After []pulumi.Resource
}

// AwaitDefinitions waits on the server until the API server serves the definitions, for ten minutes. Whatever is made of
// them must depend on what it returns: the provider gives up on an unknown kind after a minute, and the object of a chart is
// there long before the chart is. Invalid args register nothing.
func AwaitDefinitions(ctx *pulumi.Context, name string, args *Definitions, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	if err := args.check(); err != nil {
		return nil, fmt.Errorf("definitions %q: %w", name, err)
	}
	gate, err := script.New(ctx, name, &script.Args{
		Connection: args.Connection,
		Body:       definitionsScript,
		Settings: pulumi.StringMap{
			"DEFINITIONS": pulumi.String(strings.Join(args.Names, " ")),
			"CHART":       pulumi.String(args.Chart),
			"VERSION":     pulumi.String(args.Version),
		},
	}, append(opts, pulumi.DependsOn(args.After))...)
	if err != nil {
		return nil, fmt.Errorf("definitions %q: %w", name, err)
	}
	return gate, nil
}

func (args *Definitions) check() error {
	if args == nil {
		return errors.New("args: got nil, want *k3s.Definitions")
	}
	var errs []error
	if len(args.Names) == 0 {
		errs = append(errs, errors.New("names: got none, want those that are waited for"))
	}
	for _, name := range args.Names {
		if !definitionForm.MatchString(name) {
			errs = append(errs, fmt.Errorf("names: got %q, want a plural and a group such as helmcharts.helm.cattle.io", name))
		}
	}
	if !naming.IsLabel(args.Chart) {
		errs = append(errs, fmt.Errorf("chart: got %q, want the name of a HelmChart", args.Chart))
	}
	return errors.Join(errs...)
}
