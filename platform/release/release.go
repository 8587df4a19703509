// Package release has one Helm release kept in the cluster by Flux.
//
// It exists so that every release is made by the same rules: an exact version, what drifts is put back, definitions are
// upgraded with the chart, and one that holds data is never uninstalled by a machine. It refuses values that are a map, in
// which Helm ignores a misspelt key. No secret is a value: charts are given references to them.
package release

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/object"
)

const typeToken = "lvs-cloud:platform:Release"

// The intervals at which Flux looks for itself whether all is as it should be. The version is exact, so there is nothing
// new to be found in a source.
const (
	sourceInterval  = 12 * time.Hour
	releaseInterval = 30 * time.Minute
	retryInterval   = time.Minute
	sourceTimeout   = time.Minute
	// maxHistory is how many revisions are kept, each of them a secret with the whole chart.
	maxHistory = 3
	// retries of a release that may be taken back.
	retries = 3
)

// Release is a Helm release.
type Release struct {
	pulumi.ResourceState

	// Ready is what comes before whatever needs it. The component itself would not do: who depends on one depends on those of its
	// parts that are known at that moment, and they become known on the side.
	Ready []pulumi.Resource
}

// New registers the source and the release, and waits until Flux says that it is ready: for two attempts and a minute.
// Invalid args register nothing. One that fails stays as it is, and Flux goes on with it.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Release, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("release %q: %w", name, err)
	}
	r := &Release{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{
		"chart": pulumi.String(a.Chart.Name), "version": pulumi.String(a.Chart.Version),
	}, r, opts...); err != nil {
		return nil, fmt.Errorf("release %q: %w", name, err)
	}
	spec := a.spec()
	source, err := object.New(ctx, name+"-source", a.source(&spec), pulumi.Parent(r), pulumi.DependsOn(a.After))
	if err != nil {
		return nil, fmt.Errorf("release %q: %w", name, err)
	}
	made, err := object.New(ctx, name, &object.Args{
		APIVersion: "helm.toolkit.fluxcd.io/v2", Kind: "HelmRelease", Namespace: a.Namespace, Name: a.Chart.Name, Spec: spec,
		WaitFor: "condition=Ready", Timeout: 2*a.Timeout + time.Minute,
	}, pulumi.Parent(r), pulumi.DependsOn(append(slices.Clone(a.After), source)))
	if err != nil {
		return nil, fmt.Errorf("release %q: %w", name, err)
	}
	r.Ready = []pulumi.Resource{made}
	if err := ctx.RegisterResourceOutputs(r, pulumi.Map{}); err != nil {
		return nil, fmt.Errorf("release %q: outputs: %w", name, err)
	}
	return r, nil
}

// source describes where the chart comes from, and points the release at it.
func (args *Args) source(spec *helmRelease) *object.Args {
	o := &object.Args{
		APIVersion: "source.toolkit.fluxcd.io/v1", Namespace: args.Namespace, Name: args.Chart.Name, WaitFor: "condition=Ready",
	}
	if !strings.HasPrefix(args.Chart.Repository, "oci://") {
		o.Kind = "HelmRepository"
		o.Spec = helmRepository{sourceInterval.String(), sourceTimeout.String(), args.Chart.Repository}
		spec.Chart = &chart{chartSpec{args.Chart.Name, args.Chart.Version, sourceInterval.String(), reference{o.Kind, o.Name}}}
		return o
	}
	o.Kind = "OCIRepository"
	o.Spec = ociRepository{
		Interval: sourceInterval.String(), Timeout: sourceTimeout.String(),
		URL: strings.TrimSuffix(args.Chart.Repository, "/") + "/" + args.Chart.Name,
		// A tag has no plus; registries hold an underscore in its place.
		Ref:           ociTag{strings.ReplaceAll(args.Chart.Version, "+", "_")},
		LayerSelector: layerSelector{"application/vnd.cncf.helm.chart.content.v1.tar+gzip", "copy"},
	}
	spec.ChartRef = &reference{o.Kind, o.Name}
	return o
}

func (args *Args) spec() helmRelease {
	h := helmRelease{
		Interval: releaseInterval.String(), Timeout: args.Timeout.String(), ReleaseName: args.Chart.Name, MaxHistory: maxHistory,
		Install: attempt{CRDs: "CreateReplace"}, Upgrade: attempt{CRDs: "CreateReplace"},
		DriftDetection: detection{"enabled"}, Values: args.Values,
	}
	if args.Stateful {
		again := &strategy{"RetryOnFailure", retryInterval.String()}
		h.Install.Strategy, h.Upgrade.Strategy = again, again
	} else {
		last := true
		h.Install.Remediation = &remediation{Retries: retries}
		h.Upgrade.Remediation = &remediation{retries, &last}
	}
	for _, s := range args.SecretValues {
		h.ValuesFrom = append(h.ValuesFrom, valuesFrom{"Secret", s.Secret, s.Key, s.Path})
	}
	return h
}
