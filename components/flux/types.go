package flux

import "github.com/lvs-cloud/lvs-cloud/internal/footprint"

// helmChart is the part of k3s' HelmChart that is set. An attempt that failed is uninstalled before the next, which is k3s'
// default and loses nothing here: the chart keeps its definitions, and Flux goes on without the operator.
// Source: https://docs.k3s.io/add-ons/helm
type helmChart struct {
	Chart           string         `json:"chart"`
	Version         string         `json:"version"`
	TargetNamespace string         `json:"targetNamespace"`
	Values          operatorValues `json:"values"`
}

// operatorValues are those of flux-operator's chart that differ.
// Source: https://github.com/controlplaneio-fluxcd/charts/blob/main/charts/flux-operator/values.yaml
type operatorValues struct {
	PriorityClassName string                 `json:"priorityClassName"`
	Resources         footprint.Requirements `json:"resources"`
	ExtraEnvs         []variable             `json:"extraEnvs"`
	// Web would be a page, with a network policy and roles of its own.
	Web web `json:"web"`
}

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type web struct {
	Enabled bool `json:"enabled"`
}

// instanceSpec is the part of a FluxInstance that is set.
// Source: https://fluxoperator.dev/docs/crd/fluxinstance/
type instanceSpec struct {
	Distribution distribution `json:"distribution"`
	Components   []string     `json:"components"`
	Cluster      cluster      `json:"cluster"`
	Kustomize    kustomize    `json:"kustomize"`
}

type distribution struct {
	Version  string `json:"version"`
	Registry string `json:"registry"`
}

// cluster turns off what the operator would do: policies of its own beside those of the namespace, and a lockdown between
// tenants where there is one.
type cluster struct {
	Type          string `json:"type"`
	Multitenant   bool   `json:"multitenant"`
	NetworkPolicy bool   `json:"networkPolicy"`
}

type kustomize struct {
	Patches []patch `json:"patches"`
}

type patch struct {
	Patch  string `json:"patch"`
	Target target `json:"target"`
}

type target struct {
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"`
}

// operation is one of a JSON patch.
// Source: RFC 6902
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// removal is a patch that takes a whole object away.
// Source: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
type removal struct {
	Patch      string  `json:"$patch"`
	APIVersion string  `json:"apiVersion"`
	Kind       string  `json:"kind"`
	Metadata   nameRef `json:"metadata"`
}

type nameRef struct {
	Name string `json:"name"`
}
