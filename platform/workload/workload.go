// Package workload runs one container in the cluster, with a service in front of it, for what has no chart that is worth
// having.
//
// It exists so that such a service is made by the same rules: an exact image, Pod Security's level "restricted", a root file
// system that cannot be written, no token for the Kubernetes API, probes, and limits. It keeps no data: what must last is in
// the shared PostgreSQL, or is no matter for this package. It refuses an image without an exact version.
package workload

import (
	"fmt"
	"slices"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	typeToken = "lvs-cloud:platform:Workload"

	// MetricsPortName is what the port is called that Prometheus reads.
	MetricsPortName = "metrics"
	// history is how many earlier versions can be gone back to by hand.
	history = 2
)

// Labels are those by which the pods of a workload are found: by policies, and by Prometheus.
func Labels(name string) map[string]string {
	return map[string]string{"app.kubernetes.io/name": name}
}

// Host is the name by which pods reach a workload.
func Host(namespace, name string) string { return name + "." + namespace + ".svc.cluster.local" }

// Workload is one container with its service.
type Workload struct {
	pulumi.ResourceState

	// Host is the name by which pods reach it, known once it takes requests.
	Host pulumi.StringOutput `pulumi:"host"`
	// Ready is what comes before whatever needs it. The component itself would not do: who depends on one depends on those of its
	// parts that are known at that moment, and they become known on the side.
	Ready []pulumi.Resource
}

// New makes an identity without a token, a deployment of one pod, and its service. Invalid args register nothing.
//
// The provider waits until the pod of the newest revision is ready, for ten minutes.
// A pod that never is stays as it is, and Kubernetes goes on with it; without Recreate the old one goes on as well.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Workload, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("workload %q: %w", name, err)
	}
	w := &Workload{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"image": pulumi.String(a.Image)}, w, opts...); err != nil {
		return nil, fmt.Errorf("workload %q: %w", name, err)
	}
	if err := w.create(ctx, name, a); err != nil {
		return nil, fmt.Errorf("workload %q: %w", name, err)
	}
	if err := ctx.RegisterResourceOutputs(w, pulumi.Map{"host": w.Host}); err != nil {
		return nil, fmt.Errorf("workload %q: outputs: %w", name, err)
	}
	return w, nil
}

func (w *Workload) create(ctx *pulumi.Context, name string, a *Args) error {
	after := func(also ...pulumi.Resource) []pulumi.ResourceOption {
		return []pulumi.ResourceOption{pulumi.Parent(w), pulumi.DependsOn(append(slices.Clone(a.After), also...))}
	}
	identity, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata: a.metadata(), AutomountServiceAccountToken: pulumi.Bool(false),
	}, after()...)
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	deployment, err := appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: a.metadata(),
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(1), RevisionHistoryLimit: pulumi.Int(history), Strategy: a.strategy(),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(Labels(a.Name))}, Template: a.pod(),
		},
	}, after(identity)...)
	if err != nil {
		return fmt.Errorf("deployment: %w", err)
	}
	// The provider would watch its endpoints for ten seconds, to see whether they change: the deployment was waited for already.
	meta := a.metadata()
	meta.Annotations = pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")}
	service, err := corev1.NewService(ctx, name, &corev1.ServiceArgs{
		Metadata: meta,
		Spec: &corev1.ServiceSpecArgs{
			Type: pulumi.String("ClusterIP"), Selector: pulumi.ToStringMap(Labels(a.Name)), Ports: a.servicePorts(),
		},
	}, after(deployment)...)
	if err != nil {
		return fmt.Errorf("service: %w", err)
	}
	w.Ready = []pulumi.Resource{deployment, service}
	w.Host = service.Metadata.Name().Elem().ApplyT(func(name string) string { return Host(a.Namespace, name) }).(pulumi.StringOutput)
	return nil
}

func (args *Args) metadata() *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{
		Name: pulumi.String(args.Name), Namespace: pulumi.String(args.Namespace), Labels: pulumi.ToStringMap(Labels(args.Name)),
	}
}

func (args *Args) strategy() *appsv1.DeploymentStrategyArgs {
	if args.Recreate {
		return &appsv1.DeploymentStrategyArgs{Type: pulumi.String("Recreate")}
	}
	return &appsv1.DeploymentStrategyArgs{
		Type:          pulumi.String("RollingUpdate"),
		RollingUpdate: &appsv1.RollingUpdateDeploymentArgs{MaxSurge: pulumi.Int(1), MaxUnavailable: pulumi.Int(0)},
	}
}

func (args *Args) servicePorts() corev1.ServicePortArray {
	var ports corev1.ServicePortArray
	for _, p := range args.Ports {
		ports = append(ports, &corev1.ServicePortArgs{
			Name: pulumi.String(p.Name), Port: pulumi.Int(p.Number), TargetPort: pulumi.String(p.Name), Protocol: pulumi.String("TCP"),
		})
	}
	return ports
}
