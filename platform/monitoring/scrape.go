package monitoring

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/metrics"
)

// relabeling changes the labels of a target or of a series, or drops it.
// Source: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.RelabelConfig
type relabeling struct {
	SourceLabels []string `json:"sourceLabels,omitempty"`
	TargetLabel  string   `json:"targetLabel,omitempty"`
	Regex        string   `json:"regex,omitempty"`
	Replacement  string   `json:"replacement,omitempty"`
	Action       string   `json:"action,omitempty"`
}

// keep drops every series of components that is not in their lists.
func keep(components ...metrics.Component) []relabeling {
	var out []relabeling
	for _, rule := range metrics.Rules(components...) {
		out = append(out, relabeling{SourceLabels: rule.Labels, Regex: rule.Regex, Action: "keep"})
	}
	return out
}

// containers are the series of cAdvisor: of each container what it uses, and of each pod its network. It also tells of every
// control group of the host, and of each pod as the sum of its containers.
func containers() []relabeling {
	return append(keep(metrics.Cadvisor),
		relabeling{SourceLabels: []string{"pod"}, Regex: ".+", Action: "keep"},
		relabeling{SourceLabels: []string{"__name__", "container"}, Regex: "container_network_.*;.*|.*;.+", Action: "keep"},
		// A pod of the host's network has every interface of it, among them one for each other pod.
		relabeling{SourceLabels: []string{"interface"}, Regex: "|eth0", Action: "keep"},
		// Each start of a container would be new series.
		relabeling{Regex: "id|image|name", Action: "labeldrop"},
	)
}

// What one target may show at most. One that shows more is not taken in at all: an application must not fill the memory.
const (
	sampleLimit           = 10000
	labelLimit            = 40
	labelNameLengthLimit  = 128
	labelValueLengthLimit = 1024
	// targetLimit is how many targets one object may name.
	targetLimit = 100
	// bodySizeLimit is several times what k3s shows at once: the kubelet, the API server and all the others.
	bodySizeLimit = "32MB"
)

// What one query may take. A sample takes 16 bytes.
const (
	queryConcurrency = 4
	querySamples     = 5_000_000
	queryTimeout     = "1m"
)

// targets are those of its own pods.
func (m *Monitoring) targets(ctx *pulumi.Context, name string, a *Args, after ...pulumi.Resource) error {
	for _, t := range []TargetArgs{
		{Name: "prometheus", Labels: PrometheusLabels(), Port: portName, Component: metrics.Prometheus},
		{Name: "alertmanager", Labels: AlertmanagerLabels(), Port: portName, Component: metrics.Alertmanager},
		{Name: "prometheus-operator", Labels: map[string]string{"app": stackChart + "-operator"}, Port: "http", Component: metrics.Prometheus},
		{Name: "kube-state-metrics", Labels: map[string]string{"app.kubernetes.io/name": "kube-state-metrics"}, Port: "http", Component: metrics.KubeState, HonorLabels: true},
		{Name: "node-exporter", Namespace: a.AgentNamespace, Labels: map[string]string{"app.kubernetes.io/name": nodeExporterChart}, Port: nodeExporterPortName, Component: metrics.Node},
	} {
		if t.Namespace == "" {
			t.Namespace = a.Namespace
		}
		t.After = after
		if _, err := NewTarget(ctx, name+"-"+t.Name, &t, pulumi.Parent(m)); err != nil {
			return fmt.Errorf("targets: %w", err)
		}
	}
	return nil
}
