// Package monitoring measures the cloud: Prometheus with what it asks, and Alertmanager, which tells a person.
//
// It exists because a chart's defaults for this take more memory than a small node has: nothing is kept that no rule and no
// dashboard asks for, and no dashboard or rule comes with it. Where alerts are sent is in one secret and nowhere else. It
// refuses nobody who reads: whoever reaches its ports sees everything that is measured, so a door stands before them.
package monitoring

import (
	"fmt"
	"slices"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/claim"
	"github.com/lvs-cloud/lvs-cloud/platform/release"
)

const (
	typeToken = "lvs-cloud:platform:Monitoring"

	chartRepository   = "oci://ghcr.io/prometheus-community/charts"
	stackChart        = "kube-prometheus-stack"
	nodeExporterChart = "prometheus-node-exporter"

	// objectName is that of Prometheus and of Alertmanager, and what the names of all that the chart makes begin with.
	objectName = "monitoring"
	// claimName is what the stateful set of Prometheus calls its claim. Made beforehand, it is taken as it is: then it grows with
	// the configuration and goes with the release, which claims of a stateful set do not.
	claimName = "prometheus-" + objectName + "-db-prometheus-" + objectName + "-0"
	// alertingName is the secret that says where alerts are sent, and alertingKey its file.
	alertingName, alertingKey = "alertmanager-config", "alertmanager.yaml"
)

// Where Prometheus and Alertmanager answer in their namespace.
const (
	PrometheusService, PrometheusPort     = objectName + "-prometheus", 9090
	AlertmanagerService, AlertmanagerPort = objectName + "-alertmanager", 9093
)

// Interval is how often everything is measured, and every rule is evaluated.
const Interval = time.Minute

// PrometheusURL is where pods ask Prometheus.
func PrometheusURL(namespace string) string {
	return fmt.Sprintf("http://%s.%s.svc.cluster.local:%d", PrometheusService, namespace, PrometheusPort)
}

// AlertmanagerURL is where pods ask Alertmanager.
func AlertmanagerURL(namespace string) string {
	return fmt.Sprintf("http://%s.%s.svc.cluster.local:%d", AlertmanagerService, namespace, AlertmanagerPort)
}

// PrometheusLabels are those of Prometheus' pod, which asks everything that is measured.
func PrometheusLabels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": "prometheus"}
}

// AlertmanagerLabels are those of Alertmanager's pod, which sends what is to be told.
func AlertmanagerLabels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": "alertmanager"}
}

// Definitions are the kinds that come with it and are made by others.
func Definitions() []string {
	return []string{"podmonitors.monitoring.coreos.com", "prometheusrules.monitoring.coreos.com"}
}

// Monitoring is Prometheus and all that belongs to it.
type Monitoring struct {
	pulumi.ResourceState

	// Ready is what comes before whatever needs it. The component itself would not do: who depends on one depends on those of its
	// parts that are known at that moment, and they become known on the side.
	Ready []pulumi.Resource
}

// New installs Prometheus, Alertmanager and the exporters, and waits for the operator that keeps them. Invalid args register
// nothing.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Monitoring, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("monitoring %q: %w", name, err)
	}
	m := &Monitoring{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"domain": pulumi.String(a.Domain)}, m, opts...); err != nil {
		return nil, fmt.Errorf("monitoring %q: %w", name, err)
	}
	needs, err := m.needs(ctx, name, a)
	if err != nil {
		return nil, fmt.Errorf("monitoring %q: %w", name, err)
	}
	stack, err := release.New(ctx, name, &release.Args{
		Namespace: a.Namespace, Chart: release.Chart{Repository: chartRepository, Name: stackChart, Version: a.Version}, Values: a.stack(),
		// What a newer Prometheus has written, an older one may not read.
		Stateful: true,
		After:    append(slices.Clone(a.After), needs...),
	}, pulumi.Parent(m))
	if err != nil {
		return nil, fmt.Errorf("monitoring %q: %w", name, err)
	}
	exporter, err := release.New(ctx, name+"-node", &release.Args{
		Namespace: a.AgentNamespace, Chart: release.Chart{Repository: chartRepository, Name: nodeExporterChart, Version: a.NodeExporterVersion},
		Values: a.nodeExporter(), After: a.After,
	}, pulumi.Parent(m))
	if err != nil {
		return nil, fmt.Errorf("monitoring %q: %w", name, err)
	}
	if err := m.targets(ctx, name, a, slices.Concat(stack.Ready, exporter.Ready)...); err != nil {
		return nil, fmt.Errorf("monitoring %q: %w", name, err)
	}
	m.Ready = stack.Ready
	if err := ctx.RegisterResourceOutputs(m, pulumi.Map{}); err != nil {
		return nil, fmt.Errorf("monitoring %q: outputs: %w", name, err)
	}
	return m, nil
}

// needs makes what the chart is given by name: where alerts are sent, and the disk.
func (m *Monitoring) needs(ctx *pulumi.Context, name string, a *Args) ([]pulumi.Resource, error) {
	opts := []pulumi.ResourceOption{pulumi.Parent(m), pulumi.DependsOn(a.After)}
	alerting, err := corev1.NewSecret(ctx, name+"-alerting", &corev1.SecretArgs{
		Metadata:   &metav1.ObjectMetaArgs{Name: pulumi.String(alertingName), Namespace: pulumi.String(a.Namespace)},
		StringData: pulumi.ToSecret(pulumi.StringMap{alertingKey: a.alerting()}).(pulumi.StringMapOutput),
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("alerting: %w", err)
	}
	data, err := claim.New(ctx, name+"-data", &claim.Args{
		Namespace: a.Namespace, Name: claimName, StorageClass: a.StorageClass, GiB: a.Size.DiskGiB,
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	return []pulumi.Resource{alerting, data}, nil
}
