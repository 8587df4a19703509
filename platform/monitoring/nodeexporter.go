package monitoring

import (
	"regexp"
	"strings"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

// NodeExporterPort is where node-exporter listens on the host, at its private address alone.
const NodeExporterPort = 9100

const nodeExporterPortName = "metrics"

// nodeExporterValues are those of the chart that differ. Its service is left out: Prometheus asks the pod.
// Source: https://github.com/prometheus-community/helm-charts/tree/main/charts/prometheus-node-exporter
type nodeExporterValues struct {
	FullnameOverride         string                 `json:"fullnameOverride"`
	Image                    distroless             `json:"image"`
	Service                  nodeExporterService    `json:"service"`
	ExtraArgs                []string               `json:"extraArgs"`
	PriorityClassName        string                 `json:"priorityClassName"`
	Resources                footprint.Requirements `json:"resources"`
	SecurityContext          podSecurity            `json:"securityContext"`
	ContainerSecurityContext containerSecurity      `json:"containerSecurityContext"`
	RBAC                     creation               `json:"rbac"`
}

// distroless is an image without a shell.
type distroless struct {
	Distroless bool `json:"distroless"`
}

type nodeExporterService struct {
	Enabled               bool   `json:"enabled"`
	Port                  int    `json:"port"`
	TargetPort            int    `json:"targetPort"`
	PortName              string `json:"portName"`
	ListenOnAllInterfaces bool   `json:"listenOnAllInterfaces"`
}

type podSecurity struct {
	RunAsNonRoot   bool           `json:"runAsNonRoot"`
	RunAsUser      int            `json:"runAsUser"`
	RunAsGroup     int            `json:"runAsGroup"`
	FSGroup        int            `json:"fsGroup"`
	SeccompProfile seccompProfile `json:"seccompProfile"`
}

type seccompProfile struct {
	Type string `json:"type"`
}

type containerSecurity struct {
	AllowPrivilegeEscalation bool         `json:"allowPrivilegeEscalation"`
	ReadOnlyRootFilesystem   bool         `json:"readOnlyRootFilesystem"`
	Capabilities             capabilities `json:"capabilities"`
}

type capabilities struct {
	Drop []string `json:"drop"`
}

type creation struct {
	Create bool `json:"create"`
}

// collectors are what node-exporter reads; all others are off.
// Source: https://github.com/prometheus/node_exporter#collectors
var collectors = []string{
	"conntrack", "cpu", "diskstats", "filefd", "filesystem", "loadavg", "meminfo", "netdev", "pressure", "stat", "time", "timex", "uname", "vmstat",
}

const unprivileged = 65534

func (args *Args) nodeExporter() nodeExporterValues {
	flags := []string{"--web.disable-exporter-metrics", "--collector.disable-defaults"}
	for _, c := range collectors {
		flags = append(flags, "--collector."+c)
	}
	// The host has a mount more for each volume of a pod and for each folder that k3s binds from the data volume.
	watched := []string{"/", "/boot", "/boot/efi", args.DataPath}
	for i, path := range watched {
		watched[i] = regexp.QuoteMeta(path)
	}
	flags = append(flags,
		"--collector.filesystem.mount-points-include=^("+strings.Join(watched, "|")+")$",
		"--collector.netdev.device-exclude=^(lo|veth.*|cni0|flannel.*)$",
	)
	return nodeExporterValues{
		FullnameOverride: "node-exporter", Image: distroless{true},
		Service:   nodeExporterService{Port: NodeExporterPort, TargetPort: NodeExporterPort, PortName: nodeExporterPortName},
		ExtraArgs: flags, PriorityClassName: args.PriorityClass, Resources: args.Size.NodeExporter.Requirements(),
		SecurityContext: podSecurity{
			RunAsNonRoot: true, RunAsUser: unprivileged, RunAsGroup: unprivileged, FSGroup: unprivileged, SeccompProfile: seccompProfile{"RuntimeDefault"},
		},
		ContainerSecurityContext: containerSecurity{ReadOnlyRootFilesystem: true, Capabilities: capabilities{[]string{"ALL"}}},
	}
}
