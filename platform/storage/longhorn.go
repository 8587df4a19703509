package storage

import (
	"encoding/json"
	"fmt"
	"strconv"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The user interface, as the chart makes it: its service, the port of that, and the one of the pod, by which a policy knows
// it. Whoever reaches it can do everything: it hands on what it is asked to Longhorn's manager.
const (
	UIService       = "longhorn-frontend"
	UIPort, UIOfPod = 80, 8000
)

// HealthService and HealthPort answer at HealthPath, by HTTPS and with a certificate of their own, whether Longhorn's manager
// is ready, and give no way to change anything.
const (
	HealthService = "longhorn-admission-webhook"
	HealthPort    = 9502
	HealthPath    = "/v1/healthz"
)

const (
	// replicas of every volume: on one disk a second copy would save nothing.
	replicas = 1
	// locality keeps the copy on the node that uses it, where there is ever a second one; on one node it costs nothing.
	locality = "best-effort"
	// snapshots that a volume can have. Each keeps what was overwritten since, on the same disk.
	snapshots = 20
)

// class describes the storage class. A volume is made on the node of its first pod, and stays when its claim goes.
func (args *Args) class() *storagev1.StorageClassArgs {
	c := &storagev1.StorageClassArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(ClassName), Annotations: pulumi.StringMap{"storageclass.kubernetes.io/is-default-class": pulumi.String("true")},
		},
		Provisioner:       pulumi.String("rancher.io/local-path"),
		ReclaimPolicy:     pulumi.String("Retain"),
		VolumeBindingMode: pulumi.String("WaitForFirstConsumer"), // a folder cannot be made elsewhere
	}
	if args.Kind == LocalPath {
		// No size is held to, so that none can grow: without leave, a claim that wants to is told so at once.
		return c
	}
	c.Provisioner = pulumi.String("driver.longhorn.io")
	c.AllowVolumeExpansion = pulumi.Bool(true)
	c.Parameters = pulumi.StringMap{
		"numberOfReplicas": pulumi.String(strconv.Itoa(replicas)),
		"dataLocality":     pulumi.String(locality),
		// Minutes until a copy that failed is given up; the last one never is.
		"staleReplicaTimeout": pulumi.String("30"),
		// Longhorn's own choice and what it is tested with. XFS refuses a second mount of the same file system, which a
		// restored or cloned volume is on the node of the first.
		"fsType": pulumi.String("ext4"),
	}
	return c
}

// values are Longhorn for one node with one disk. What stays out of the literals is off, and said to be: the chart's own
// class, the checks for newer versions, the second engine, which takes a whole core, and the leave to be uninstalled.
func (args *Args) values() (*values, error) {
	size := args.Size
	controller, helper := size.Controller.Requirements(), size.Helper.Requirements()
	containers, err := json.Marshal(csiResources{
		controller, controller, controller, controller, size.Plugin.Requirements(), helper, helper,
	})
	if err != nil {
		return nil, fmt.Errorf("values: %w", err)
	}
	return &values{
		CSI:             csi{"/var/lib/kubelet", 1, 1, 1, 1},
		LonghornManager: manager{args.PriorityClass, size.Manager.Requirements()},
		LonghornDriver:  driver{args.PriorityClass},
		// It asks nobody who he is: the door before it must.
		LonghornUI: ui{1, args.PriorityClass},
		DefaultSettings: settings{
			DefaultDataPath:                         args.DataPath,
			StorageReservedPercentageForDefaultDisk: args.reservedPercent(),
			StorageMinimalAvailablePercentage:       10,
			// No more is promised than there is.
			StorageOverProvisioningPercentage: 100,

			DefaultReplicaCount: both(strconv.Itoa(replicas)),
			DefaultDataLocality: locality,
			// The only copy is given up last: after twice this, in seconds, the most that there is. Then it is taken again.
			EngineReplicaWait: both("30"),
			AutoSalvage:       true,
			// Any stricter one never lets the only node be drained.
			NodeDrainPolicy: "allow-if-replica-is-stopped",

			ConcurrentReplicaRebuildPerNodeLimit: 1,
			// Old engines would stay otherwise, and with each of them what runs it.
			ConcurrentAutomaticEngineUpgradePerNodeLimit: 1,

			SnapshotMaxCount:                 snapshots,
			SnapshotHeavyTaskConcurrentLimit: 1,
			// There is no other copy that a damaged snapshot could be made good from.
			SnapshotDataIntegrity: both("disabled"),

			PriorityClass:                args.PriorityClass,
			GuaranteedInstanceManagerCPU: both(size.share()),
			CSIComponentsResources:       string(containers),
			// A busy node answers late. An instance manager that is started anew takes every disk away, and a probe of an
			// engine's image, every 5 s as it comes, starts a program each time.
			InstanceManagerLivenessTimeout: 30,
			EngineImageLivenessPeriod:      30,
			EngineImageLivenessTimeout:     15,
		},
	}, nil
}
