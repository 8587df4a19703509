// Package registry keeps the images of the applications in the cluster: an OCI registry with two accounts, a rule for what
// stays, and pull secrets for those who read.
//
// It exists so that an application needs nobody else's registry between its build and its start. It refuses everybody
// without an account, and deletions by any account. Nothing of the platform comes from it: the cluster starts without it.
package registry

import (
	"fmt"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/claim"
	"github.com/lvs-cloud/lvs-cloud/platform/release"
)

const (
	typeToken = "lvs-cloud:platform:Registry"

	chartRepository = "oci://ghcr.io/project-zot/helm-charts"
	// imageRepository is zot without search, scan and user interface: it needs half the memory, and next to no processor time
	// at rest.
	imageRepository = "ghcr.io/project-zot/zot-minimal"

	// accountsName is that of the secret with the accounts, and claimName that of the volume claim.
	accountsName, claimName = "registry-accounts", "registry-images"
)

const (
	// ServiceName is that of the service, and of all that the chart makes.
	ServiceName = "registry"
	// Address is where the registry is within the cluster. It is fixed, since nodes ask for it that do not use the DNS of the
	// cluster, and taken from the band that Kubernetes hands out last.
	// Source: https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/
	Address = "10.43.0.50"
	// Port is where it listens.
	Port = 5000
)

// Host is the public name of the registry of a domain. Images are named by it.
func Host(domain string) string { return "registry." + domain }

// InClusterHost is the name by which pods reach a registry in a namespace, without TLS.
func InClusterHost(namespace string) string {
	return fmt.Sprintf("%s.%s.svc.cluster.local:%d", ServiceName, namespace, Port)
}

// Registry is the registry.
type Registry struct {
	pulumi.ResourceState

	// Host is its public name.
	Host pulumi.StringOutput `pulumi:"host"`
}

// New installs the registry, and waits until it answers. Invalid args register nothing.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Registry, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("registry %q: %w", name, err)
	}
	v, err := a.values()
	if err != nil {
		return nil, fmt.Errorf("registry %q: config: %w", name, err)
	}
	host := Host(a.Domain)
	r := &Registry{Host: pulumi.String(host).ToStringOutput()}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"host": pulumi.String(host)}, r, opts...); err != nil {
		return nil, fmt.Errorf("registry %q: %w", name, err)
	}
	needs, err := r.needs(ctx, name, a)
	if err != nil {
		return nil, fmt.Errorf("registry %q: %w", name, err)
	}
	if _, err := release.New(ctx, name, &release.Args{
		Namespace: a.Namespace, Chart: release.Chart{Repository: chartRepository, Name: "zot", Version: a.ChartVersion}, Values: v,
		// What a newer zot has written, an older one may not read.
		Stateful: true,
		After:    append(slices.Clone(a.After), needs...),
	}, pulumi.Parent(r)); err != nil {
		return nil, fmt.Errorf("registry %q: %w", name, err)
	}
	if a.ScanNamespace != "" {
		if _, err := NewPullSecret(ctx, name+"-scan", &PullSecretArgs{
			Namespace: a.ScanNamespace, Hosts: []string{host, InClusterHost(a.Namespace)}, Password: a.Accounts.PullPassword, After: a.After,
		}, pulumi.Parent(r)); err != nil {
			return nil, fmt.Errorf("registry %q: %w", name, err)
		}
	}
	if err := ctx.RegisterResourceOutputs(r, pulumi.Map{"host": r.Host}); err != nil {
		return nil, fmt.Errorf("registry %q: outputs: %w", name, err)
	}
	return r, nil
}

// needs makes what the chart is given by name: the accounts, the volume, and an identity.
func (r *Registry) needs(ctx *pulumi.Context, name string, a *Args) ([]pulumi.Resource, error) {
	meta := func(name string) *metav1.ObjectMetaArgs {
		return &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: pulumi.String(a.Namespace)}
	}
	opts := []pulumi.ResourceOption{pulumi.Parent(r), pulumi.DependsOn(a.After)}
	accounts, err := corev1.NewSecret(ctx, name+"-accounts", &corev1.SecretArgs{
		Metadata:   meta(accountsName),
		StringData: pulumi.ToSecret(pulumi.StringMap{accountsKey: a.Accounts.htpasswd}).(pulumi.StringMapOutput),
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	// The chart's pods would be given a token for the Kubernetes API, of which the registry has no use.
	identity, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata: meta(ServiceName), AutomountServiceAccountToken: pulumi.Bool(false),
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	images, err := claim.New(ctx, name+"-images", &claim.Args{
		Namespace: a.Namespace, Name: claimName, StorageClass: a.StorageClass, GiB: a.Size.DiskGiB,
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("images: %w", err)
	}
	return []pulumi.Resource{accounts, identity, images}, nil
}
