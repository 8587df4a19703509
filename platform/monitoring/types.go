package monitoring

import "github.com/lvs-cloud/lvs-cloud/internal/footprint"

// stackValues are those of kube-prometheus-stack that differ. What has no fields here but `enabled` is off.
// Source: https://github.com/prometheus-community/helm-charts/blob/main/charts/kube-prometheus-stack/values.yaml
type stackValues struct {
	FullnameOverride string `json:"fullnameOverride"`
	// CleanNames call Prometheus and Alertmanager by the name alone.
	CleanNames bool `json:"cleanPrometheusOperatorObjectNames"`

	DefaultRules creation `json:"defaultRules"`
	Grafana      enabled  `json:"grafana"`
	NodeExporter enabled  `json:"nodeExporter"`
	// ControlPlane is off: k3s runs all of it in one process, whose metrics are taken once.
	ControlPlane enabled `json:"kubernetesServiceMonitors"`

	KubeStateMetrics kubeState      `json:"kube-state-metrics"`
	Operator         operatorValues `json:"prometheusOperator"`
	Prometheus       prometheus     `json:"prometheus"`
	Alertmanager     manager        `json:"alertmanager"`
}

type enabled struct {
	Enabled bool `json:"enabled"`
}

type kubeState struct {
	FullnameOverride  string                 `json:"fullnameOverride"`
	Collectors        []string               `json:"collectors"`
	MetricAllowlist   []string               `json:"metricAllowlist"`
	Prometheus        kubeStateMonitor       `json:"prometheus"`
	PriorityClassName string                 `json:"priorityClassName"`
	Resources         footprint.Requirements `json:"resources"`
}

type kubeStateMonitor struct {
	Monitor enabled `json:"monitor"`
}

type operatorValues struct {
	// TLS and AdmissionWebhooks are off: the certificate for them is made by jobs, which a release by Flux must not wait for.
	// The operator judges rules all the same, and leaves out those that are wrong.
	TLS               enabled                `json:"tls"`
	AdmissionWebhooks admissionWebhooks      `json:"admissionWebhooks"`
	ServiceMonitor    selfMonitor            `json:"serviceMonitor"`
	KubeletService    enabled                `json:"kubeletService"`
	KubeletEndpoints  bool                   `json:"kubeletEndpointsEnabled"`
	PriorityClassName string                 `json:"priorityClassName"`
	Resources         footprint.Requirements `json:"resources"`
	ConfigReloader    reloader               `json:"prometheusConfigReloader"`
}

type admissionWebhooks struct {
	Enabled bool    `json:"enabled"`
	Patch   enabled `json:"patch"`
}

type selfMonitor struct {
	SelfMonitor bool `json:"selfMonitor"`
}

type reloader struct {
	Resources footprint.Requirements `json:"resources"`
}

type prometheus struct {
	ServiceMonitor selfMonitor    `json:"serviceMonitor"`
	Spec           prometheusSpec `json:"prometheusSpec"`
}

type prometheusSpec struct {
	ExternalURL        string `json:"externalUrl"`
	ScrapeInterval     string `json:"scrapeInterval"`
	ScrapeTimeout      string `json:"scrapeTimeout"`
	EvaluationInterval string `json:"evaluationInterval"`
	Retention          string `json:"retention"`
	RetentionSize      string `json:"retentionSize"`
	WALCompression     bool   `json:"walCompression"`
	Query              query  `json:"query"`

	// Whatever is not selected by a label of the chart's is selected as well.
	RuleSelectorNil           bool `json:"ruleSelectorNilUsesHelmValues"`
	ServiceMonitorSelectorNil bool `json:"serviceMonitorSelectorNilUsesHelmValues"`
	PodMonitorSelectorNil     bool `json:"podMonitorSelectorNilUsesHelmValues"`
	ProbeSelectorNil          bool `json:"probeSelectorNilUsesHelmValues"`
	ScrapeConfigSelectorNil   bool `json:"scrapeConfigSelectorNilUsesHelmValues"`

	EnforcedSampleLimit           int    `json:"enforcedSampleLimit"`
	EnforcedTargetLimit           int    `json:"enforcedTargetLimit"`
	EnforcedLabelLimit            int    `json:"enforcedLabelLimit"`
	EnforcedLabelNameLengthLimit  int    `json:"enforcedLabelNameLengthLimit"`
	EnforcedLabelValueLengthLimit int    `json:"enforcedLabelValueLengthLimit"`
	EnforcedBodySizeLimit         string `json:"enforcedBodySizeLimit"`
	KeepDroppedTargets            int    `json:"keepDroppedTargets"`

	// There is one Prometheus, of which an alert need not say that it is its own.
	ReplicaLabelClear    bool `json:"replicaExternalLabelNameClear"`
	PrometheusLabelClear bool `json:"prometheusExternalLabelNameClear"`

	// ScrapeConfigs are those of what is not a pod. What pods are asked is said by objects.
	ScrapeConfigs []scrapeConfig `json:"additionalScrapeConfigs"`
	// ServiceDiscoveryRole is the new kind of endpoints; the old one warns at every look.
	ServiceDiscoveryRole string                 `json:"serviceDiscoveryRole"`
	PodAntiAffinity      string                 `json:"podAntiAffinity"`
	PriorityClassName    string                 `json:"priorityClassName"`
	Resources            footprint.Requirements `json:"resources"`
	StorageSpec          storageSpec            `json:"storageSpec"`
}

type query struct {
	MaxConcurrency int    `json:"maxConcurrency"`
	MaxSamples     int    `json:"maxSamples"`
	Timeout        string `json:"timeout"`
}

type storageSpec struct {
	VolumeClaimTemplate claimTemplate `json:"volumeClaimTemplate"`
}

type claimTemplate struct {
	Spec claimSpec `json:"spec"`
}

type claimSpec struct {
	AccessModes      []string       `json:"accessModes"`
	StorageClassName string         `json:"storageClassName"`
	Resources        claimResources `json:"resources"`
}

type claimResources struct {
	Requests claimRequests `json:"requests"`
}

type claimRequests struct {
	Storage string `json:"storage"`
}

type manager struct {
	ServiceAccount identity    `json:"serviceAccount"`
	ServiceMonitor selfMonitor `json:"serviceMonitor"`
	Spec           managerSpec `json:"alertmanagerSpec"`
}

// identity without a token: Alertmanager has no use for the Kubernetes API.
type identity struct {
	AutomountToken bool `json:"automountServiceAccountToken"`
}

type managerSpec struct {
	AutomountToken    bool                   `json:"automountServiceAccountToken"`
	UseExistingSecret bool                   `json:"useExistingSecret"`
	ConfigSecret      string                 `json:"configSecret"`
	ExternalURL       string                 `json:"externalUrl"`
	PodAntiAffinity   string                 `json:"podAntiAffinity"`
	PriorityClassName string                 `json:"priorityClassName"`
	Resources         footprint.Requirements `json:"resources"`
}
