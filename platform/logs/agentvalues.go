package logs

import "github.com/lvs-cloud/lvs-cloud/internal/footprint"

// agentValues are those of Alloy's chart that differ.
// Source: https://github.com/grafana/alloy/tree/main/operations/helm/charts/alloy
type agentValues struct {
	// Nothing of the API is read: there are no kinds of Alloy's own, no rights and no token.
	CRDs    creation     `json:"crds"`
	RBAC    creation     `json:"rbac"`
	Account tokenAccount `json:"serviceAccount"`
	// A change of the configuration is a new pod, so that it needs no second container to tell it.
	ConfigReloader toggle     `json:"configReloader"`
	Service        toggle     `json:"service"`
	Alloy          alloy      `json:"alloy"`
	Controller     controller `json:"controller"`
	Global         alloyPods  `json:"global"`
}

type creation struct {
	Create bool `json:"create"`
}

type alloy struct {
	ConfigMap       configMap              `json:"configMap"`
	StoragePath     string                 `json:"storagePath"`
	ListenPort      int                    `json:"listenPort"`
	EnableReporting bool                   `json:"enableReporting"`
	ExtraEnv        []variable             `json:"extraEnv"`
	Mounts          mounts                 `json:"mounts"`
	SecurityContext securityContext        `json:"securityContext"`
	Resources       footprint.Requirements `json:"resources"`
}

type configMap struct {
	Content string `json:"content"`
}

type mounts struct {
	Extra []mount `json:"extra"`
}

type mount struct {
	Name      string `json:"name"`
	MountPath string `json:"mountPath"`
	ReadOnly  bool   `json:"readOnly,omitempty"`
}

// securityContext is root's, to whom the files belong, without any of root's capabilities.
type securityContext struct {
	RunAsUser                int          `json:"runAsUser"`
	RunAsGroup               int          `json:"runAsGroup"`
	AllowPrivilegeEscalation bool         `json:"allowPrivilegeEscalation"`
	ReadOnlyRootFilesystem   bool         `json:"readOnlyRootFilesystem"`
	Capabilities             capabilities `json:"capabilities"`
}

type capabilities struct {
	Drop []string `json:"drop"`
}

type controller struct {
	Type              string  `json:"type"`
	PriorityClassName string  `json:"priorityClassName"`
	Volumes           volumes `json:"volumes"`
}

type volumes struct {
	Extra []volume `json:"extra"`
}

type volume struct {
	Name     string   `json:"name"`
	HostPath hostPath `json:"hostPath"`
}

type hostPath struct {
	Path string `json:"path"`
	Type string `json:"type"`
}

type alloyPods struct {
	PodSecurityContext podSecurityContext `json:"podSecurityContext"`
}

type podSecurityContext struct {
	SeccompProfile seccompProfile `json:"seccompProfile"`
}

type seccompProfile struct {
	Type string `json:"type"`
}

func (args *Args) alloyValues() *agentValues {
	return &agentValues{
		Alloy: alloy{
			ConfigMap: configMap{args.alloyConfig()}, StoragePath: statePath, ListenPort: AgentPort,
			ExtraEnv: []variable{memoryLimit(args.Size.Alloy)},
			Mounts: mounts{[]mount{
				{"pod-logs", podLogsPath, true}, {"journal", journalPath, true}, {"state", statePath, false},
			}},
			SecurityContext: securityContext{ReadOnlyRootFilesystem: true, Capabilities: capabilities{[]string{"ALL"}}},
			Resources:       args.Size.Alloy.Requirements(),
		},
		Controller: controller{
			Type: "daemonset", PriorityClassName: args.PriorityClass,
			Volumes: volumes{[]volume{
				{"pod-logs", hostPath{podLogsPath, "Directory"}},
				// Where systemd has kept its journal in memory so far, it keeps it here from its next start on.
				{"journal", hostPath{journalPath, "DirectoryOrCreate"}},
				{"state", hostPath{statePath, "DirectoryOrCreate"}},
			}},
		},
		Global: alloyPods{podSecurityContext{seccompProfile{"RuntimeDefault"}}},
	}
}
