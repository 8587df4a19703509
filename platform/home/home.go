// Package home shows one page that lists every service and every application, with whether it is well.
//
// It exists so that nobody must know the names by heart. It runs Glance, which asks each service within the cluster, past the
// gate that would answer in its place. It refuses everything that Glance could fetch from elsewhere: no feed, no weather and no
// icon. It asks nobody who he is: the door before it must.
package home

import (
	"fmt"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/workload"
)

const (
	typeToken = "lvs-cloud:platform:Home"

	// ServiceName is that of the service, and of all that is made for it.
	ServiceName = "home"
	// Port is where it listens.
	Port = 8080

	// configPath is where the image's own command looks for the configuration, and configKey the file.
	configPath, configKey = "/app/config", "glance.yml"
	// healthPath answers without asking any service.
	healthPath = "/api/healthz"
	// user is nobody's: the image has none but root, and files that all can read.
	user = 65532
)

// Home is the page.
type Home struct {
	pulumi.ResourceState

	// Host is the name by which pods reach it, known once it answers.
	Host pulumi.StringOutput `pulumi:"host"`
	// Ready is what comes before whatever needs it. The component itself would not do: who depends on one depends on those of its
	// parts that are known at that moment, and they become known on the side.
	Ready []pulumi.Resource
}

// New makes the page, and waits until it answers. Invalid args register nothing. Another configuration starts it anew.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Home, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("home %q: %w", name, err)
	}
	text, err := a.Config()
	if err != nil {
		return nil, fmt.Errorf("home %q: %w", name, err)
	}
	h := &Home{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"title": pulumi.String(a.Title)}, h, opts...); err != nil {
		return nil, fmt.Errorf("home %q: %w", name, err)
	}
	config, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(ServiceName), Namespace: pulumi.String(a.Namespace), Labels: pulumi.ToStringMap(workload.Labels(ServiceName)),
		},
		Data: pulumi.StringMap{configKey: pulumi.String(text)},
	}, pulumi.Parent(h), pulumi.DependsOn(a.After))
	if err != nil {
		return nil, fmt.Errorf("home %q: configuration: %w", name, err)
	}
	w, err := workload.New(ctx, name, &workload.Args{
		Namespace: a.Namespace, Name: ServiceName, Image: a.Image, User: user,
		Ports: []workload.Port{{Name: "http", Number: Port}}, Probe: workload.Probe{Port: Port, Path: healthPath},
		Files:         []workload.File{{Path: configPath, ConfigMap: config.Metadata.Name().Elem()}},
		PriorityClass: a.PriorityClass, Resources: a.Size.Page,
		Revision: workload.Hash(pulumi.String(text)), After: append(slices.Clone(a.After), config),
	}, pulumi.Parent(h))
	if err != nil {
		return nil, fmt.Errorf("home %q: %w", name, err)
	}
	h.Host, h.Ready = w.Host, w.Ready
	if err := ctx.RegisterResourceOutputs(h, pulumi.Map{"host": h.Host}); err != nil {
		return nil, fmt.Errorf("home %q: outputs: %w", name, err)
	}
	return h, nil
}
