package monitoring

import (
	"fmt"

	"github.com/lvs-cloud/lvs-cloud/platform/metrics"
)

const (
	// EtcdPort is where k3s' etcd shows its metrics on the host, and KubeletPort where the kubelet does.
	EtcdPort, KubeletPort = 2381, 10250

	// tokens is where a pod finds by whom it is known to the Kubernetes API.
	tokens = "/var/run/secrets/kubernetes.io/serviceaccount/"
)

// scrapeConfig is a job of Prometheus, in its own words. The operator has none for what is not a pod: it would make services in
// kube-system, which stay there when all of this goes.
// Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
type scrapeConfig struct {
	JobName                  string          `json:"job_name"`
	Scheme                   string          `json:"scheme,omitempty"`
	MetricsPath              string          `json:"metrics_path,omitempty"`
	HonorLabels              bool            `json:"honor_labels,omitempty"`
	TrackTimestampsStaleness bool            `json:"track_timestamps_staleness,omitempty"`
	BodySizeLimit            string          `json:"body_size_limit"`
	Authorization            *authorization  `json:"authorization,omitempty"`
	TLSConfig                *tlsConfig      `json:"tls_config,omitempty"`
	Kubernetes               []discovery     `json:"kubernetes_sd_configs,omitempty"`
	Static                   []staticTargets `json:"static_configs,omitempty"`
	RelabelConfigs           []relabelConfig `json:"relabel_configs"`
	MetricRelabelConfigs     []relabelConfig `json:"metric_relabel_configs"`
}

type authorization struct {
	CredentialsFile string `json:"credentials_file"`
}

type tlsConfig struct {
	CAFile             string `json:"ca_file"`
	InsecureSkipVerify bool   `json:"insecure_skip_verify"`
}

type discovery struct {
	Role string `json:"role"`
}

type staticTargets struct {
	Targets []string `json:"targets"`
}

// relabelConfig is a relabeling in Prometheus' own words.
type relabelConfig struct {
	SourceLabels []string `json:"source_labels,omitempty"`
	TargetLabel  string   `json:"target_label,omitempty"`
	Regex        string   `json:"regex,omitempty"`
	Replacement  string   `json:"replacement,omitempty"`
	Action       string   `json:"action,omitempty"`
}

func native(rules []relabeling) []relabelConfig {
	out := make([]relabelConfig, 0, len(rules))
	for _, r := range rules {
		out = append(out, relabelConfig(r))
	}
	return out
}

// jobs are those of the node: its kubelet, with the API server in it, the containers that it runs, and etcd.
func (args *Args) jobs() []scrapeConfig {
	home := relabelConfig{TargetLabel: "namespace", Replacement: "kube-system"}
	kubelet := func(name, path string, rules []relabeling) scrapeConfig {
		return scrapeConfig{
			JobName: name, Scheme: "https", MetricsPath: path, HonorLabels: true, BodySizeLimit: bodySizeLimit,
			Authorization: &authorization{tokens + "token"},
			// Not every k3s names the address of the node in the kubelet's certificate.
			TLSConfig:  &tlsConfig{CAFile: tokens + "ca.crt", InsecureSkipVerify: true},
			Kubernetes: []discovery{{"node"}},
			RelabelConfigs: []relabelConfig{
				home,
				{TargetLabel: "job", Replacement: "kubelet"},
				{SourceLabels: []string{"__metrics_path__"}, TargetLabel: "metrics_path"},
				{SourceLabels: []string{"__meta_kubernetes_node_name"}, TargetLabel: "instance"},
				{SourceLabels: []string{"__meta_kubernetes_node_name"}, TargetLabel: "node"},
			},
			MetricRelabelConfigs: native(rules),
		}
	}
	cadvisor := kubelet("cadvisor", "/metrics/cadvisor", containers())
	// It measures by its own clock, and a container that is gone must be so at once.
	cadvisor.TrackTimestampsStaleness = true
	return []scrapeConfig{
		kubelet("kubelet", "/metrics", keep(metrics.Kubelet, metrics.API)),
		cadvisor,
		{
			JobName: "kube-etcd", BodySizeLimit: bodySizeLimit,
			Static:         []staticTargets{{[]string{fmt.Sprintf("%v:%d", args.NodeAddress, EtcdPort)}}},
			RelabelConfigs: []relabelConfig{home}, MetricRelabelConfigs: native(keep(metrics.Etcd)),
		},
	}
}
