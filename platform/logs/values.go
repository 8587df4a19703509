package logs

import (
	"fmt"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

// The values are those of the charts that differ. What is set to what it is by default holds something up here, or costs more
// than the node has.

// lokiValues are those of Loki's chart.
// Source: https://github.com/grafana-community/helm-charts/tree/main/charts/loki
type lokiValues struct {
	DeploymentMode string       `json:"deploymentMode"`
	Loki           lokiSettings `json:"loki"`
	SingleBinary   singleBinary `json:"singleBinary"`
	Defaults       lokiDefaults `json:"defaults"`

	// The parts of the other modes are there by default, and refused by the chart beside a single process.
	Read    scaled `json:"read"`
	Write   scaled `json:"write"`
	Backend scaled `json:"backend"`

	// Two caches of 8 and 1 GB and an identity for them, a proxy, a probe that writes lines of its own, a test, and a watcher of
	// rules with rights in the whole cluster.
	ChunksCache  toggle       `json:"chunksCache"`
	ResultsCache toggle       `json:"resultsCache"`
	Memcached    toggle       `json:"memcached"`
	Gateway      toggle       `json:"gateway"`
	LokiCanary   toggle       `json:"lokiCanary"`
	Test         toggle       `json:"test"`
	Sidecar      sidecar      `json:"sidecar"`
	Ruler        toggle       `json:"ruler"`
	RBAC         rights       `json:"rbac"`
	Account      tokenAccount `json:"serviceAccount"`
}

// lokiSettings have the chart's own template of a configuration replaced by an empty one, so that what is rendered is what
// stands in Config and nothing else.
type lokiSettings struct {
	Template string      `json:"config"`
	Config   lokiConfig  `json:"structuredConfig"`
	Storage  storageType `json:"storage"`
}

type storageType struct {
	Type string `json:"type"`
}

type singleBinary struct {
	Replicas int `json:"replicas"`
	// Parallel lets a stateful set go on by itself after a broken upgrade.
	PodManagementPolicy           string                 `json:"podManagementPolicy"`
	TerminationGracePeriodSeconds int                    `json:"terminationGracePeriodSeconds"`
	PriorityClassName             string                 `json:"priorityClassName"`
	PodDisruptionBudget           toggle                 `json:"podDisruptionBudget"`
	Persistence                   persistence            `json:"persistence"`
	Resources                     footprint.Requirements `json:"resources"`
	ExtraEnv                      []variable             `json:"extraEnv"`
}

type persistence struct {
	Enabled bool         `json:"enabled"`
	Volume  volumeSource `json:"dataVolumeParameters"`
}

type volumeSource struct {
	Claim claimSource `json:"persistentVolumeClaim"`
}

type claimSource struct {
	ClaimName string `json:"claimName"`
}

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type lokiDefaults struct {
	AutomountServiceAccountToken bool `json:"automountServiceAccountToken"`
	EnableServiceLinks           bool `json:"enableServiceLinks"`
}

type scaled struct {
	Replicas int `json:"replicas"`
}

type toggle struct {
	Enabled bool `json:"enabled"`
}

type sidecar struct {
	Rules toggle `json:"rules"`
}

// rights in one namespace are none without the watcher.
type rights struct {
	Namespaced bool `json:"namespaced"`
}

type tokenAccount struct {
	AutomountServiceAccountToken bool `json:"automountServiceAccountToken"`
}

// flushSeconds is how long Loki may take to write what is in its memory, on a slow disk, before it is killed.
const flushSeconds = 120

func (args *Args) lokiValues() *lokiValues {
	return &lokiValues{
		DeploymentMode: "Monolithic",
		Loki:           lokiSettings{"{}", args.lokiConfig(), storageType{"filesystem"}},
		SingleBinary: singleBinary{
			Replicas: 1, PodManagementPolicy: "Parallel", TerminationGracePeriodSeconds: flushSeconds,
			PriorityClassName: args.PriorityClass,
			Persistence:       persistence{Volume: volumeSource{claimSource{claimName}}},
			Resources:         args.Size.Loki.Requirements(),
			ExtraEnv:          []variable{memoryLimit(args.Size.Loki)},
		},
		RBAC: rights{true},
	}
}

// memoryLimit has a Go program collect its garbage harder before it is killed for it. A third is left to what the runtime does
// not count: the program itself, of which Loki has 90 MiB in use and would read them from the disk again and again.
func memoryLimit(r footprint.Resources) variable {
	return variable{"GOMEMLIMIT", fmt.Sprintf("%dMiB", r.MemoryLimit*2/3)}
}
