package certificates

import "github.com/lvs-cloud/lvs-cloud/internal/footprint"

// managerValues are those of cert-manager's chart that differ. The chart refuses what it does not know.
// Source: https://artifacthub.io/packages/helm/cert-manager/cert-manager
type managerValues struct {
	CRDs            crds   `json:"crds"`
	Global          global `json:"global"`
	StartupAPICheck toggle `json:"startupapicheck"`
	// Only has a challenge's record looked up by the cluster's own resolver, which is all that its policies let it ask.
	Only bool `json:"dns01RecursiveNameserversOnly"`

	Resources  footprint.Requirements `json:"resources"`
	CAInjector sized                  `json:"cainjector"`
	Webhook    sized                  `json:"webhook"`
}

// crds stay when the release goes: with them would go every certificate's object.
type crds struct {
	Enabled bool `json:"enabled"`
	Keep    bool `json:"keep"`
}

type global struct {
	PriorityClassName string `json:"priorityClassName"`
}

type toggle struct {
	Enabled bool `json:"enabled"`
}

type sized struct {
	Resources footprint.Requirements `json:"resources"`
}

// solverValues are those of the chart that answers challenges in Hetzner's DNS.
// Source: https://github.com/hetzner/cert-manager-webhook-hetzner/tree/main/chart
type solverValues struct {
	PriorityClassName string                 `json:"priorityClassName"`
	Resources         footprint.Requirements `json:"resources"`
	CertManager       home                   `json:"certManager"`
}

type home struct {
	Namespace string `json:"namespace"`
}

// The parts of cert-manager's objects that are set.
// Source: https://cert-manager.io/docs/reference/api-docs/

type issuerSpec struct {
	ACME acme `json:"acme"`
}

type acme struct {
	Server              string   `json:"server"`
	Email               string   `json:"email,omitempty"`
	PrivateKeySecretRef nameRef  `json:"privateKeySecretRef"`
	Solvers             []solver `json:"solvers"`
}

type nameRef struct {
	Name string `json:"name"`
}

type solver struct {
	DNS01  *dns01  `json:"dns01,omitempty"`
	HTTP01 *http01 `json:"http01,omitempty"`
}

type dns01 struct {
	Webhook webhook `json:"webhook"`
}

type webhook struct {
	GroupName  string       `json:"groupName"`
	SolverName string       `json:"solverName"`
	Config     solverConfig `json:"config"`
}

type solverConfig struct {
	TokenSecretKeyRef keyRef `json:"tokenSecretKeyRef"`
}

type keyRef struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

type http01 struct {
	Ingress ingressSolver `json:"ingress"`
}

type ingressSolver struct {
	IngressClassName string `json:"ingressClassName"`
}

type certificateSpec struct {
	SecretName string     `json:"secretName"`
	DNSNames   []string   `json:"dnsNames"`
	IssuerRef  issuerRef  `json:"issuerRef"`
	PrivateKey privateKey `json:"privateKey"`
}

type issuerRef struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Group string `json:"group"`
}

type privateKey struct {
	Algorithm      string `json:"algorithm"`
	RotationPolicy string `json:"rotationPolicy"`
}
