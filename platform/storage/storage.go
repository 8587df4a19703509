// Package storage has volumes made for whoever claims them, on the data volume, by one storage class.
//
// It exists so that a manifest says the same whatever makes the volumes: Longhorn, tuned for one node, or k3s' own folders,
// which are there for the day on which Longhorn takes more than it gives. The class keeps what it made when its claim goes.
// It refuses to put data anywhere but on the data volume, and says what one copy means: the volume is the only one there is.
package storage

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/script"
	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/platform/release"
)

const (
	typeToken = "lvs-cloud:platform:Storage"

	// ClassName is the storage class of the cloud, and the default one.
	ClassName = "standard"

	repository = "https://charts.longhorn.io"
	// timeout of an attempt: the first pulls some 1.5 GB of images.
	timeout = 15 * time.Minute
	// hostPackages are what Longhorn needs of the host. What it asks for besides is left out: the NFS client is for volumes
	// that several nodes write to and for backups by NFS, and opens a port; cryptsetup and dm_crypt are for encrypted volumes.
	// Source: https://longhorn.io/docs/1.12.1/deploy/install/#installation-requirements
	hostPackages = "open-iscsi"
)

//go:embed host.sh
var hostScript string

// Storage is the storage class with what stands behind it.
type Storage struct {
	pulumi.ResourceState

	// ClassName is what the class is called, known once it is there.
	ClassName pulumi.StringOutput `pulumi:"className"`
	// Ready is what comes before whatever needs it. The component itself would not do: who depends on one depends on those of its
	// parts that are known at that moment, and they become known on the side.
	Ready []pulumi.Resource
}

// New makes the storage class and, with Longhorn, prepares the host for it and installs it. Invalid args register nothing.
// An installation that fails stays as it is, and Flux goes on with it; Longhorn itself refuses to be uninstalled.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Storage, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("storage %q: %w", name, err)
	}
	s := &Storage{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"kind": pulumi.String(a.Kind)}, s, opts...); err != nil {
		return nil, fmt.Errorf("storage %q: %w", name, err)
	}
	ready := a.After
	if a.Kind == Longhorn {
		if ready, err = s.longhorn(ctx, name, a); err != nil {
			return nil, fmt.Errorf("storage %q: %w", name, err)
		}
	}
	class, err := storagev1.NewStorageClass(ctx, name+"-class", a.class(),
		pulumi.Parent(s), pulumi.DependsOn(ready), pulumi.DeleteBeforeReplace(true)) // the name is the same with either kind
	if err != nil {
		return nil, fmt.Errorf("storage %q: class: %w", name, err)
	}
	s.ClassName, s.Ready = class.Metadata.Name().Elem(), []pulumi.Resource{class}
	if err := ctx.RegisterResourceOutputs(s, pulumi.Map{"className": s.ClassName}); err != nil {
		return nil, fmt.Errorf("storage %q: outputs: %w", name, err)
	}
	return s, nil
}

// longhorn prepares host and namespace, and installs Longhorn. It returns what the class needs.
func (s *Storage) longhorn(ctx *pulumi.Context, name string, a *Args) ([]pulumi.Resource, error) {
	host, err := script.New(ctx, name+"-host", &script.Args{
		Connection: a.Connection,
		Body:       hostScript,
		Settings: pulumi.StringMap{
			"SERVER_ID":   a.ServerID.ToIntOutput().ApplyT(strconv.Itoa).(pulumi.StringOutput),
			"PACKAGES":    pulumi.String(hostPackages),
			"MOUNT_POINT": a.MountPoint,
			"DATA_PATH":   pulumi.String(a.DataPath),
		},
	}, pulumi.Parent(s))
	if err != nil {
		return nil, err
	}
	limits, err := corev1.NewLimitRange(ctx, name+"-defaults", &corev1.LimitRangeArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String("defaults"), Namespace: pulumi.String(a.Namespace)},
		Spec: &corev1.LimitRangeSpecArgs{Limits: corev1.LimitRangeItemArray{corev1.LimitRangeItemArgs{
			Type: pulumi.String("Container"), DefaultRequest: amounts(a.Size.each(a.Volumes)),
		}}},
	}, pulumi.Parent(s), pulumi.DependsOn(a.After))
	if err != nil {
		return nil, fmt.Errorf("defaults: %w", err)
	}
	v, err := a.values()
	if err != nil {
		return nil, err
	}
	installed, err := release.New(ctx, name+"-longhorn", &release.Args{
		Namespace: a.Namespace, Chart: release.Chart{Repository: repository, Name: "longhorn", Version: a.Version},
		Values: v, Stateful: true, Timeout: timeout,
		After: append(slices.Clone(a.After), host, limits),
	}, pulumi.Parent(s))
	if err != nil {
		return nil, err
	}
	return installed.Ready, nil
}

func amounts(r footprint.Resources) pulumi.StringMap {
	requests := r.Requirements().Requests
	return pulumi.StringMap{"cpu": pulumi.String(requests.CPU), "memory": pulumi.String(requests.Memory)}
}
