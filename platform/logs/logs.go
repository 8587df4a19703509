// Package logs keeps what the pods and the node have to say: Loki in one process, with a disk of its own, and Alloy on each
// node, which ships the pods' log files and the journal to it.
//
// It exists so that a question about last night has an answer, and so that the answer is gone a week later: what is kept has
// an end, and so has the number of labels by which it is found. Nothing asks who it is that reads or writes: the network
// policies of the namespaces let nobody but the agents and those beside Loki reach it. An agent never gives up on Loki: while it
// is gone the agent waits, and the files with it.
package logs

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/claim"
	"github.com/lvs-cloud/lvs-cloud/platform/release"
)

const (
	typeToken = "lvs-cloud:platform:Logs"

	// lokiRepository has been the home of Loki's chart since March 2026; Alloy's chart is still released by Grafana.
	lokiRepository  = "oci://ghcr.io/grafana-community/helm-charts"
	alloyRepository = "https://grafana.github.io/helm-charts"

	// lokiName and alloyName are those of the charts, and of what they make.
	lokiName, alloyName = "loki", "alloy"
	// claimName is that of the volume claim.
	claimName = "loki-data"
)

const (
	// Port is where Loki is asked, and told.
	Port = 3100
	// AgentPort is where Alloy tells how it is doing.
	AgentPort = 12345
	// PortName is what both ports are called in their pods.
	PortName = "http-metrics"
)

var chartForm = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

// URL is where Loki is reached in the cluster, when it lives in a namespace.
func URL(namespace string) string {
	return fmt.Sprintf("http://%s.%s.svc.cluster.local:%d", lokiName, namespace, Port)
}

// Labels are those of Loki's pod, and AgentLabels those of Alloy's.
func Labels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": lokiName, "app.kubernetes.io/instance": lokiName}
}

// AgentLabels are those of Alloy's pods.
func AgentLabels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": alloyName, "app.kubernetes.io/instance": alloyName}
}

// Logs is where the logs are kept.
type Logs struct {
	pulumi.ResourceState

	// URL is where Loki is asked, such as by Grafana.
	URL pulumi.StringOutput `pulumi:"url"`
}

// New installs Loki and Alloy, and waits until both are ready. Invalid args register nothing.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Logs, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("logs %q: %w", name, err)
	}
	url := pulumi.String(URL(a.Namespace))
	l := &Logs{URL: url.ToStringOutput()}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"url": url}, l, opts...); err != nil {
		return nil, fmt.Errorf("logs %q: %w", name, err)
	}
	claim, err := l.claim(ctx, name, a)
	if err != nil {
		return nil, fmt.Errorf("logs %q: claim: %w", name, err)
	}
	if _, err := release.New(ctx, name+"-loki", &release.Args{
		Namespace: a.Namespace, Chart: release.Chart{Repository: lokiRepository, Name: lokiName, Version: a.LokiChartVersion}, Values: a.lokiValues(),
		// What a newer Loki has written, an older one may not read.
		Stateful: true,
		After:    append(slices.Clone(a.After), claim),
	}, pulumi.Parent(l)); err != nil {
		return nil, fmt.Errorf("logs %q: %w", name, err)
	}
	// The agents need no Loki to start: they wait for it.
	if _, err := release.New(ctx, name+"-alloy", &release.Args{
		Namespace: a.AgentNamespace, Chart: release.Chart{Repository: alloyRepository, Name: alloyName, Version: a.AlloyChartVersion}, Values: a.alloyValues(),
		After: a.After,
	}, pulumi.Parent(l)); err != nil {
		return nil, fmt.Errorf("logs %q: %w", name, err)
	}
	if err := ctx.RegisterResourceOutputs(l, pulumi.Map{"url": l.URL}); err != nil {
		return nil, fmt.Errorf("logs %q: outputs: %w", name, err)
	}
	return l, nil
}

// claim makes the disk. A stateful set's own claim could not grow: what it is made from never changes.
func (l *Logs) claim(ctx *pulumi.Context, name string, a *Args) (pulumi.Resource, error) {
	return claim.New(ctx, name, &claim.Args{
		Namespace: a.Namespace, Name: claimName, StorageClass: a.StorageClass, GiB: a.Size.DiskGiB,
	}, pulumi.Parent(l), pulumi.DependsOn(a.After))
}
