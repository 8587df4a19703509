package registry

import "github.com/lvs-cloud/lvs-cloud/internal/footprint"

// values are those of zot's chart that differ. The chart ignores what it does not know; some of these its own list leaves
// out, and only its templates show.
// Source: https://github.com/project-zot/helm-charts/tree/main/charts/zot
type values struct {
	FullnameOverride string         `json:"fullnameOverride"`
	Image            image          `json:"image"`
	ServiceAccount   serviceAccount `json:"serviceAccount"`
	Service          service        `json:"service"`
	Ingress          ingress        `json:"ingress"`
	StartupProbe     startupProbe   `json:"startupProbe"`

	MountConfig     bool             `json:"mountConfig"`
	ConfigFiles     configFiles      `json:"configFiles"`
	ExternalSecrets []externalSecret `json:"externalSecrets"`

	// Persistence would make a stateful set, which after a broken upgrade waits for somebody to delete its pod. A deployment
	// goes on by itself; it has the volume as one more.
	Persistence       bool          `json:"persistence"`
	ExtraVolumes      []volume      `json:"extraVolumes"`
	ExtraVolumeMounts []volumeMount `json:"extraVolumeMounts"`
	Strategy          strategy      `json:"strategy"`

	PriorityClassName  string                 `json:"priorityClassName"`
	PodSecurityContext podSecurityContext     `json:"podSecurityContext"`
	SecurityContext    securityContext        `json:"securityContext"`
	Resources          footprint.Requirements `json:"resources"`
}

type image struct {
	Repository string `json:"repository"`
	Tag        string `json:"tag"`
}

type serviceAccount struct {
	Create bool   `json:"create"`
	Name   string `json:"name"`
}

type service struct {
	Type      string `json:"type"`
	Port      int    `json:"port"`
	ClusterIP string `json:"clusterIP"`
}

type ingress struct {
	Enabled     bool               `json:"enabled"`
	Annotations ingressAnnotations `json:"annotations"`
	ClassName   string             `json:"className"`
	PathType    string             `json:"pathtype"`
	Hosts       []ingressHost      `json:"hosts"`
	TLS         []ingressTLS       `json:"tls"`
}

type ingressAnnotations struct {
	EntryPoints string `json:"traefik.ingress.kubernetes.io/router.entrypoints"`
}

type ingressHost struct {
	Host  string        `json:"host"`
	Paths []ingressPath `json:"paths"`
}

type ingressPath struct {
	Path string `json:"path"`
}

// ingressTLS names no secret: Traefik then shows its default certificate, which is the cloud's.
type ingressTLS struct {
	Hosts []string `json:"hosts"`
}

type startupProbe struct {
	InitialDelaySeconds int `json:"initialDelaySeconds"`
	PeriodSeconds       int `json:"periodSeconds"`
	FailureThreshold    int `json:"failureThreshold"`
}

type configFiles struct {
	Config string `json:"config.json"`
}

type externalSecret struct {
	SecretName string `json:"secretName"`
	MountPath  string `json:"mountPath"`
}

type volume struct {
	Name  string        `json:"name"`
	Claim existingClaim `json:"persistentVolumeClaim"`
}

type existingClaim struct {
	ClaimName string `json:"claimName"`
}

type volumeMount struct {
	Name      string `json:"name"`
	MountPath string `json:"mountPath"`
}

type strategy struct {
	Type string `json:"type"`
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
	AllowPrivilegeEscalation bool         `json:"allowPrivilegeEscalation"`
	ReadOnlyRootFilesystem   bool         `json:"readOnlyRootFilesystem"`
	Capabilities             capabilities `json:"capabilities"`
}

type capabilities struct {
	Drop []string `json:"drop"`
}

// user is whom the registry runs as; its image names none.
const user = 65532

// values are what the chart is given. No secret is among them.
func (args *Args) values() (*values, error) {
	config, err := args.config()
	if err != nil {
		return nil, err
	}
	host := Host(args.Domain)
	return &values{
		FullnameOverride: ServiceName,
		Image:            image{imageRepository, args.Version},
		ServiceAccount:   serviceAccount{Name: ServiceName},
		Service:          service{"ClusterIP", Port, Address},
		Ingress: ingress{
			Enabled: true, Annotations: ingressAnnotations{"websecure"}, ClassName: "traefik", PathType: "Prefix",
			Hosts: []ingressHost{{host, []ingressPath{{"/"}}}}, TLS: []ingressTLS{{[]string{host}}},
		},
		// The first start after an upgrade reads every manifest on the disk.
		StartupProbe: startupProbe{InitialDelaySeconds: 1, PeriodSeconds: 5, FailureThreshold: 60},
		MountConfig:  true, ConfigFiles: configFiles{config},
		ExternalSecrets:   []externalSecret{{accountsName, accountsPath}},
		ExtraVolumes:      []volume{{"images", existingClaim{claimName}}},
		ExtraVolumeMounts: []volumeMount{{"images", dataPath}},
		// Two pods would write to one volume.
		Strategy:          strategy{"Recreate"},
		PriorityClassName: args.PriorityClass,
		PodSecurityContext: podSecurityContext{
			RunAsNonRoot: true, RunAsUser: user, RunAsGroup: user, FSGroup: user, FSGroupChangePolicy: "OnRootMismatch",
			SeccompProfile: seccompProfile{"RuntimeDefault"},
		},
		SecurityContext: securityContext{ReadOnlyRootFilesystem: true, Capabilities: capabilities{[]string{"ALL"}}},
		Resources:       args.Size.Registry.Requirements(),
	}, nil
}
