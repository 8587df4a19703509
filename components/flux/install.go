package flux

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/k3s"
	"github.com/lvs-cloud/lvs-cloud/internal/object"
)

const (
	operatorName  = "flux-operator"
	operatorChart = "oci://ghcr.io/controlplaneio-fluxcd/charts/flux-operator"
	registry      = "ghcr.io/fluxcd"
	// installation is how long seven images may take to arrive and their controllers to begin.
	installation = 15 * time.Minute
)

// install makes the operator and, by it, Flux.
func (f *Flux) install(ctx *pulumi.Context, name string, a *Args) error {
	chart, err := object.New(ctx, name+"-operator", &object.Args{
		APIVersion: "helm.cattle.io/v1", Kind: "HelmChart", Namespace: "kube-system", Name: operatorName,
		Spec: helmChart{
			Chart: operatorChart, Version: a.OperatorVersion, TargetNamespace: a.Namespace,
			Values: operatorValues{
				PriorityClassName: a.PriorityClass, Resources: a.Size.Operator.Requirements(),
				// Its chart does not tell the garbage collector of the limit, as Flux' own manifests do.
				ExtraEnvs: []variable{{"GOMEMLIMIT", fmt.Sprintf("%dMiB", a.Size.Operator.MemoryLimit*9/10)}},
			},
		},
	}, pulumi.Parent(f), pulumi.DependsOn(a.After))
	if err != nil {
		return err
	}
	gate, err := k3s.AwaitDefinitions(ctx, name+"-definitions", &k3s.Definitions{
		Names: []string{"fluxinstances.fluxcd.controlplane.io"}, Chart: operatorName, Version: a.OperatorVersion,
		Connection: a.Connection, After: []pulumi.Resource{chart},
	}, pulumi.Parent(f))
	if err != nil {
		return err
	}
	spec, err := a.instance()
	if err != nil {
		return err
	}
	instance, err := object.New(ctx, name+"-instance", &object.Args{
		APIVersion: "fluxcd.controlplane.io/v1", Kind: "FluxInstance", Namespace: a.Namespace, Name: "flux", // it may have no other name
		Spec: spec, WaitFor: "condition=Ready", Timeout: installation,
	}, pulumi.Parent(f), pulumi.DependsOn([]pulumi.Resource{gate}))
	if err != nil {
		return err
	}
	f.Ready = []pulumi.Resource{instance}
	return nil
}

// instance describes Flux. It has no sync of its own: what is read from git is one folder, by what is made here.
func (args *Args) instance() (instanceSpec, error) {
	// The namespace is made elsewhere, with its policies; it has one writer.
	patches, err := appendPatch(nil, target{Kind: "Namespace"}, removal{"delete", "v1", "Namespace", nameRef{"all"}})
	if err != nil {
		return instanceSpec{}, err
	}
	spec := instanceSpec{
		Distribution: distribution{args.Version, registry},
		Cluster:      cluster{Type: "kubernetes"},
	}
	for _, c := range args.Size.controllers() {
		spec.Components = append(spec.Components, c.name)
		operations := []operation{
			{"add", "/spec/template/spec/priorityClassName", args.PriorityClass},
			{"replace", "/spec/template/spec/containers/0/resources", c.resources.Requirements()},
		}
		for _, argument := range c.arguments {
			operations = append(operations, operation{"add", "/spec/template/spec/containers/0/args/-", argument})
		}
		if patches, err = appendPatch(patches, target{"Deployment", c.name}, operations); err != nil {
			return instanceSpec{}, err
		}
	}
	spec.Kustomize = kustomize{patches}
	return spec, nil
}

func appendPatch(patches []patch, to target, content any) ([]patch, error) {
	text, err := json.Marshal(content) // YAML as well
	if err != nil {
		return nil, fmt.Errorf("patch of %s %s: %w", to.Kind, to.Name, err)
	}
	return append(patches, patch{string(text), to}), nil
}

// workers are the arguments of what works on many objects. One whose dependency is not there yet looks for it again after
// ten seconds instead of thirty.
func (s Size) workers() []string {
	return []string{fmt.Sprintf("--concurrent=%d", s.Concurrent), "--requeue-dependency=10s"}
}
