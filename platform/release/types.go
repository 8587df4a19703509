package release

// The parts of Flux' objects that a release sets. Upstream's own types bring along the whole of Kubernetes' API machinery.
// Source: https://fluxcd.io/flux/components/helm/api/v2/ and https://fluxcd.io/flux/components/source/api/v1/

type helmRelease struct {
	Interval       string       `json:"interval"`
	Timeout        string       `json:"timeout"`
	ReleaseName    string       `json:"releaseName"`
	MaxHistory     int          `json:"maxHistory"`
	Chart          *chart       `json:"chart,omitempty"`
	ChartRef       *reference   `json:"chartRef,omitempty"`
	Install        attempt      `json:"install"`
	Upgrade        attempt      `json:"upgrade"`
	DriftDetection detection    `json:"driftDetection"`
	ValuesFrom     []valuesFrom `json:"valuesFrom,omitempty"`
	Values         any          `json:"values,omitempty"`
}

type chart struct {
	Spec chartSpec `json:"spec"`
}

type chartSpec struct {
	Chart     string    `json:"chart"`
	Version   string    `json:"version"`
	Interval  string    `json:"interval"`
	SourceRef reference `json:"sourceRef"`
}

type reference struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// attempt is how an installation or an upgrade is made, and what follows when it fails.
type attempt struct {
	CRDs        string       `json:"crds"`
	Strategy    *strategy    `json:"strategy,omitempty"`
	Remediation *remediation `json:"remediation,omitempty"`
}

type strategy struct {
	Name          string `json:"name"`
	RetryInterval string `json:"retryInterval,omitempty"`
}

type remediation struct {
	Retries              int   `json:"retries"`
	RemediateLastFailure *bool `json:"remediateLastFailure,omitempty"`
}

type detection struct {
	Mode string `json:"mode"`
}

type valuesFrom struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	ValuesKey  string `json:"valuesKey"`
	TargetPath string `json:"targetPath"`
}

type helmRepository struct {
	Interval string `json:"interval"`
	Timeout  string `json:"timeout"`
	URL      string `json:"url"`
}

type ociRepository struct {
	Interval      string        `json:"interval"`
	Timeout       string        `json:"timeout"`
	URL           string        `json:"url"`
	Ref           ociTag        `json:"ref"`
	LayerSelector layerSelector `json:"layerSelector"`
}

type ociTag struct {
	Tag string `json:"tag"`
}

type layerSelector struct {
	MediaType string `json:"mediaType"`
	Operation string `json:"operation"`
}
