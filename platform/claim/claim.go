// Package claim claims a volume of the cluster for a service that keeps something.
//
// It exists because a claim that a stateful set makes can never change: one that is made here grows with the configuration,
// and goes when its service is left out. It refuses nothing; its callers have checked what they pass.
package claim

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Args configures a claim.
type Args struct {
	// Namespace and Name are where it is, and what it is called. Required.
	Namespace, Name string
	// StorageClass makes the volume. Required.
	StorageClass string
	// GiB is its size, which can grow and not shrink. Required.
	// Unit: GiB.
	GiB int
}

// New makes the claim. It is not waited for: where a volume is only made for the pod that uses it, the claim waits for the pod.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*corev1.PersistentVolumeClaim, error) {
	made, err := corev1.NewPersistentVolumeClaim(ctx, name, &corev1.PersistentVolumeClaimArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(args.Name), Namespace: pulumi.String(args.Namespace),
			Annotations: pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")},
		},
		Spec: &corev1.PersistentVolumeClaimSpecArgs{
			AccessModes: pulumi.ToStringArray([]string{"ReadWriteOnce"}), StorageClassName: pulumi.String(args.StorageClass),
			Resources: &corev1.VolumeResourceRequirementsArgs{
				Requests: pulumi.StringMap{"storage": pulumi.String(fmt.Sprintf("%dGi", args.GiB))},
			},
		},
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("claim %s: %w", args.Name, err)
	}
	return made, nil
}
