package storage

import "github.com/lvs-cloud/lvs-cloud/internal/footprint"

// values are those of Longhorn's chart that are set. Neither Helm nor the chart says a word about one that it does not know.
// Source: https://github.com/longhorn/longhorn/blob/v1.12.1/chart/values.yaml
type values struct {
	Persistence       persistence       `json:"persistence"`
	PreUpgradeChecker preUpgradeChecker `json:"preUpgradeChecker"`
	CSI               csi               `json:"csi"`
	DefaultSettings   settings          `json:"defaultSettings"`
	LonghornManager   manager           `json:"longhornManager"`
	LonghornDriver    driver            `json:"longhornDriver"`
	LonghornUI        ui                `json:"longhornUI"`
}

// persistence leaves the chart's own class out; should it come all the same, it is not the default one.
type persistence struct {
	CreateStorageClass bool `json:"createStorageClass"`
	DefaultClass       bool `json:"defaultClass"`
}

// preUpgradeChecker is a job before an upgrade, which a release by Flux must not wait for. The manager itself still refuses
// an upgrade that skips a version.
type preUpgradeChecker struct {
	JobEnabled bool `json:"jobEnabled"`
}

// csi are the four controllers, of which one each is enough on one node, and where the kubelet is: told, it is not looked
// for by a pod that sees every process of the host.
type csi struct {
	KubeletRootDir          string `json:"kubeletRootDir"`
	AttacherReplicaCount    int    `json:"attacherReplicaCount"`
	ProvisionerReplicaCount int    `json:"provisionerReplicaCount"`
	ResizerReplicaCount     int    `json:"resizerReplicaCount"`
	SnapshotterReplicaCount int    `json:"snapshotterReplicaCount"`
}

type manager struct {
	PriorityClass string                 `json:"priorityClass"`
	Resources     footprint.Requirements `json:"resources"`
}

type driver struct {
	PriorityClass string `json:"priorityClass"`
}

type ui struct {
	Replicas      int    `json:"replicas"`
	PriorityClass string `json:"priorityClass"`
}

// settings are Longhorn's own. It takes up a change within seconds; those that touch the engines wait until they rest.
// Source: https://github.com/longhorn/longhorn-manager/blob/v1.12.1/types/setting.go
type settings struct {
	DefaultDataPath                         string `json:"defaultDataPath"`
	StorageReservedPercentageForDefaultDisk int    `json:"storageReservedPercentageForDefaultDisk"`
	StorageMinimalAvailablePercentage       int    `json:"storageMinimalAvailablePercentage"`
	StorageOverProvisioningPercentage       int    `json:"storageOverProvisioningPercentage"`

	DefaultReplicaCount engines `json:"defaultReplicaCount"`
	DefaultDataLocality string  `json:"defaultDataLocality"`
	EngineReplicaWait   engines `json:"engineReplicaTimeout"`
	AutoSalvage         bool    `json:"autoSalvage"`
	NodeDrainPolicy     string  `json:"nodeDrainPolicy"`

	ConcurrentReplicaRebuildPerNodeLimit         int `json:"concurrentReplicaRebuildPerNodeLimit"`
	ConcurrentAutomaticEngineUpgradePerNodeLimit int `json:"concurrentAutomaticEngineUpgradePerNodeLimit"`

	SnapshotMaxCount                 int     `json:"snapshotMaxCount"`
	SnapshotHeavyTaskConcurrentLimit int     `json:"snapshotHeavyTaskConcurrentLimit"`
	SnapshotDataIntegrity            engines `json:"snapshotDataIntegrity"`

	PriorityClass                  string  `json:"priorityClass"`
	GuaranteedInstanceManagerCPU   engines `json:"guaranteedInstanceManagerCPU"`
	CSIComponentsResources         string  `json:"systemManagedCSIComponentsResourceLimits"`
	InstanceManagerLivenessTimeout int     `json:"instanceManagerPodLivenessProbeTimeout"`
	EngineImageLivenessPeriod      int     `json:"engineImagePodLivenessProbePeriod"`
	EngineImageLivenessTimeout     int     `json:"engineImagePodLivenessProbeTimeout"`

	NodeDiskHealthMonitoring            bool `json:"nodeDiskHealthMonitoring"`
	UpgradeChecker                      bool `json:"upgradeChecker"`
	AllowCollectingLonghornUsageMetrics bool `json:"allowCollectingLonghornUsageMetrics"`
	V2DataEngine                        bool `json:"v2DataEngine"`
	DeletingConfirmationFlag            bool `json:"deletingConfirmationFlag"`
}

// engines is a setting that each data engine has one of, as text. The first engine alone is used; without a value for the
// second Longhorn drops the setting, with a line in its log.
type engines struct {
	V1 string `json:"v1"`
	V2 string `json:"v2"`
}

func both(value string) engines { return engines{value, value} }

// csiResources are what Longhorn gives the containers that its chart does not know, as JSON in one setting.
type csiResources struct {
	Attacher      footprint.Requirements `json:"csi-attacher"`
	Provisioner   footprint.Requirements `json:"csi-provisioner"`
	Resizer       footprint.Requirements `json:"csi-resizer"`
	Snapshotter   footprint.Requirements `json:"csi-snapshotter"`
	Plugin        footprint.Requirements `json:"longhorn-csi-plugin"`
	Registrar     footprint.Requirements `json:"node-driver-registrar"`
	LivenessProbe footprint.Requirements `json:"longhorn-liveness-probe"`
}
