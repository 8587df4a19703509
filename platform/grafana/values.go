package grafana

import (
	"fmt"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

// values are those of Grafana's chart that differ.
// Source: https://github.com/grafana-community/helm-charts/tree/main/charts/grafana
type values struct {
	FullnameOverride string  `json:"fullnameOverride"`
	Image            image   `json:"image"`
	Service          service `json:"service"`
	RBAC             create  `json:"rbac"`
	TestFramework    enabled `json:"testFramework"`
	// AutomountServiceAccountToken would give the pod a token for the Kubernetes API, of which it has no use.
	AutomountServiceAccountToken bool     `json:"automountServiceAccountToken"`
	EnableServiceLinks           bool     `json:"enableServiceLinks"`
	Command                      []string `json:"command"`

	Ini                 ini                `json:"grafana.ini"`
	Admin               admin              `json:"admin"`
	ExtraSecretMounts   []secretMount      `json:"extraSecretMounts"`
	Datasources         datasources        `json:"datasources"`
	DashboardProviders  *dashboardProvider `json:"dashboardProviders,omitempty"`
	DashboardsConfigMap map[string]string  `json:"dashboardsConfigMaps,omitempty"`

	Persistence         persistence     `json:"persistence"`
	InitChownData       enabled         `json:"initChownData"`
	ExtraEmptyDirMounts []emptyDirMount `json:"extraEmptyDirMounts"`
	DeploymentStrategy  strategy        `json:"deploymentStrategy"`
	StartupProbe        startupProbe    `json:"startupProbe"`

	PriorityClassName        string                 `json:"priorityClassName"`
	SecurityContext          podSecurityContext     `json:"securityContext"`
	ContainerSecurityContext securityContext        `json:"containerSecurityContext"`
	Resources                footprint.Requirements `json:"resources"`
}

type image struct {
	Tag string `json:"tag"`
}

type service struct {
	Port       int    `json:"port"`
	TargetPort int    `json:"targetPort"`
	PortName   string `json:"portName"`
}

type create struct {
	Create bool `json:"create"`
}

type admin struct {
	ExistingSecret string `json:"existingSecret"`
	UserKey        string `json:"userKey"`
	PasswordKey    string `json:"passwordKey"`
}

type secretMount struct {
	Name        string       `json:"name"`
	SecretName  string       `json:"secretName"`
	MountPath   string       `json:"mountPath"`
	DefaultMode int          `json:"defaultMode"`
	ReadOnly    bool         `json:"readOnly"`
	Items       []secretItem `json:"items"`
}

type secretItem struct {
	Key  string `json:"key"`
	Path string `json:"path"`
}

type persistence struct {
	Enabled       bool   `json:"enabled"`
	ExistingClaim string `json:"existingClaim"`
}

type emptyDirMount struct {
	Name      string `json:"name"`
	MountPath string `json:"mountPath"`
}

type strategy struct {
	Type string `json:"type"`
}

type startupProbe struct {
	HTTPGet          httpGet `json:"httpGet"`
	PeriodSeconds    int     `json:"periodSeconds"`
	FailureThreshold int     `json:"failureThreshold"`
}

type httpGet struct {
	Path string `json:"path"`
	Port string `json:"port"`
}

type podSecurityContext struct {
	RunAsNonRoot        bool           `json:"runAsNonRoot"`
	RunAsUser           int            `json:"runAsUser"`
	RunAsGroup          int            `json:"runAsGroup"`
	FSGroup             int            `json:"fsGroup"`
	FSGroupChangePolicy string         `json:"fsGroupChangePolicy"`
	SeccompProfile      seccompProfile `json:"seccompProfile"`
}

type seccompProfile struct {
	Type string `json:"type"`
}

type securityContext struct {
	AllowPrivilegeEscalation bool           `json:"allowPrivilegeEscalation"`
	ReadOnlyRootFilesystem   bool           `json:"readOnlyRootFilesystem"`
	Capabilities             capabilities   `json:"capabilities"`
	SeccompProfile           seccompProfile `json:"seccompProfile"`
}

type capabilities struct {
	Drop []string `json:"drop"`
}

// user is whom Grafana's image runs as.
const user = 472

// values are what the chart is given. No secret is among them.
func (args *Args) values() *values {
	v := &values{
		FullnameOverride: ServiceName, Image: image{args.Version}, Service: service{Port, Port, "http"},
		// The chart tells Go of the whole limit, which the plug-ins and the files of the database share.
		Command: []string{"env", fmt.Sprintf("GOMEMLIMIT=%dMiB", args.Size.Grafana.MemoryLimit*3/5), "/run.sh"},
		Ini:     args.ini(), Admin: admin{secretName, adminUserKey, adminPasswordKey},
		ExtraSecretMounts: []secretMount{{
			Name: "secrets", SecretName: secretName, MountPath: secretsPath, DefaultMode: 0o440, ReadOnly: true,
			Items: []secretItem{{encryptionKey, encryptionKey}},
		}},
		Datasources: args.datasources(), DashboardProviders: args.providers(),
		Persistence: persistence{true, claimName},
		// Plug-ins and Grafana speak through sockets there.
		ExtraEmptyDirMounts: []emptyDirMount{{"tmp", "/tmp"}},
		// Two pods would write to one volume.
		DeploymentStrategy: strategy{"Recreate"},
		// The first start makes the database, and one after an upgrade changes it.
		StartupProbe:      startupProbe{httpGet{"/api/health", PortName}, 5, 60},
		PriorityClassName: args.PriorityClass,
		SecurityContext: podSecurityContext{
			RunAsNonRoot: true, RunAsUser: user, RunAsGroup: user, FSGroup: user, FSGroupChangePolicy: "OnRootMismatch",
			SeccompProfile: seccompProfile{"RuntimeDefault"},
		},
		ContainerSecurityContext: securityContext{
			ReadOnlyRootFilesystem: true, Capabilities: capabilities{[]string{"ALL"}}, SeccompProfile: seccompProfile{"RuntimeDefault"},
		},
		Resources: args.Size.Grafana.Requirements(),
	}
	if args.SignOn != nil {
		v.ExtraSecretMounts[0].Items = append(v.ExtraSecretMounts[0].Items, secretItem{clientSecretKey, clientSecretKey})
	}
	for _, f := range args.Folders {
		if v.DashboardsConfigMap == nil {
			v.DashboardsConfigMap = map[string]string{}
		}
		v.DashboardsConfigMap[f.Name] = f.configMap()
	}
	return v
}
