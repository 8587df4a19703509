package monitoring

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
	"github.com/lvs-cloud/lvs-cloud/internal/object"
	"github.com/lvs-cloud/lvs-cloud/platform/metrics"
)

// TargetArgs says what Prometheus asks.
type TargetArgs struct {
	// Name is what the object is called, and the label `job` of all that is asked. Required.
	Name string
	// Namespace is where the pods are, and the object with them. It must be there. Required.
	Namespace string
	// Labels are those of the pods.
	// Default: none; all pods of the namespace that have the port.
	Labels map[string]string
	// Port is the container's, by name or by number. The container must declare it. Required.
	Port string
	// Path is what is asked for.
	// Default: /metrics.
	Path string
	// Component says which series are kept.
	// Default: none; all of them, within the limits that hold for every target.
	Component metrics.Component
	// HonorLabels lets what is asked say itself which namespace and pod a series is about, as kube-state-metrics must.
	HonorLabels bool
	// After is what must be there before it: the Monitoring, which brings the kind, and the namespace.
	// Default: nothing.
	After []pulumi.Resource
}

// NewTarget has Prometheus ask pods for their metrics. Invalid args register nothing.
func NewTarget(ctx *pulumi.Context, name string, args *TargetArgs, opts ...pulumi.ResourceOption) (*apiextensions.CustomResource, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("target %q: %w", name, err)
	}
	made, err := object.New(ctx, name, &object.Args{
		APIVersion: "monitoring.coreos.com/v1", Kind: "PodMonitor", Namespace: a.Namespace, Name: a.Name, Spec: a.spec(),
	}, append(opts, pulumi.DependsOn(a.After))...)
	if err != nil {
		return nil, fmt.Errorf("target %q: %w", name, err)
	}
	return made, nil
}

// complete returns a checked copy of the args with its defaults, or every problem at once.
func (args *TargetArgs) complete() (*TargetArgs, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *monitoring.TargetArgs")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got))
		}
	}
	check(naming.IsLabel(a.Name), "name: got %q, want a DNS label", a.Name)
	check(naming.IsLabel(a.Namespace), "namespace: got %q, want a DNS label", a.Namespace)
	number, err := strconv.Atoi(a.Port)
	check(err != nil && naming.IsLabel(a.Port) || err == nil && number >= 1 && number <= 65535, "port: got %q, want a name, or a number from 1 to 65535", a.Port)
	if a.Path == "" {
		a.Path = "/metrics"
	}
	check(strings.HasPrefix(a.Path, "/"), "path: got %q, want one that begins with /", a.Path)
	check(a.Component == "" || len(metrics.Of(a.Component)) > 0, "component: got %q, want one of package metrics, or none", a.Component)
	return &a, errors.Join(errs...)
}

// The parts of a PodMonitor that are set.
// Source: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor

type podMonitor struct {
	Selector  selector      `json:"selector"`
	Endpoints []podEndpoint `json:"podMetricsEndpoints"`
}

type selector struct {
	// MatchLabels are the pods' own; an empty list is all pods.
	MatchLabels map[string]string `json:"matchLabels,omitempty"`
}

type podEndpoint struct {
	Port              string       `json:"port,omitempty"`
	PortNumber        int          `json:"portNumber,omitempty"`
	Path              string       `json:"path"`
	HonorLabels       bool         `json:"honorLabels,omitempty"`
	Relabelings       []relabeling `json:"relabelings"`
	MetricRelabelings []relabeling `json:"metricRelabelings,omitempty"`
}

func (args *TargetArgs) spec() podMonitor {
	endpoint := podEndpoint{
		Port: args.Port, Path: args.Path, HonorLabels: args.HonorLabels,
		Relabelings: []relabeling{{TargetLabel: "job", Replacement: args.Name}},
	}
	if number, err := strconv.Atoi(args.Port); err == nil {
		endpoint.Port, endpoint.PortNumber = "", number
	}
	if args.Component == metrics.Node {
		// What it tells of is the host, which outlives the pod.
		endpoint.Relabelings = append(endpoint.Relabelings, relabeling{SourceLabels: []string{"__meta_kubernetes_pod_node_name"}, TargetLabel: "instance"})
	}
	if args.Component != "" {
		endpoint.MetricRelabelings = keep(args.Component)
	}
	return podMonitor{Selector: selector{args.Labels}, Endpoints: []podEndpoint{endpoint}}
}
