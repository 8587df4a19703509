package flux

// The parts of Flux' objects that are set. Upstream's own types bring along the whole of Kubernetes' API machinery.

// gitRepository is that of a GitRepository.
// Source: https://fluxcd.io/flux/components/source/api/v1/
type gitRepository struct {
	URL            string   `json:"url"`
	Ref            branch   `json:"ref"`
	Interval       string   `json:"interval"`
	Timeout        string   `json:"timeout"`
	Provider       string   `json:"provider,omitempty"`
	SecretRef      nameRef  `json:"secretRef"`
	SparseCheckout []string `json:"sparseCheckout"`
}

type branch struct {
	Branch string `json:"branch"`
}

// imageUpdateAutomation is that of an ImageUpdateAutomation.
// Source: https://fluxcd.io/flux/components/image/imageupdateautomations/
type imageUpdateAutomation struct {
	Interval  string    `json:"interval"`
	SourceRef reference `json:"sourceRef"`
	Git       gitSpec   `json:"git"`
	Update    update    `json:"update"`
}

type reference struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
}

type gitSpec struct {
	Checkout checkout `json:"checkout"`
	Commit   commit   `json:"commit"`
	Push     branch   `json:"push"`
}

type checkout struct {
	Ref branch `json:"ref"`
}

type commit struct {
	Author          author `json:"author"`
	MessageTemplate string `json:"messageTemplate"`
}

type author struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

type update struct {
	Strategy string `json:"strategy"`
	Path     string `json:"path"`
}

// receiver is that of a Receiver.
// Source: https://fluxcd.io/flux/components/notification/receivers/
type receiver struct {
	Type      string     `json:"type"`
	Events    []string   `json:"events"`
	SecretRef nameRef    `json:"secretRef"`
	Resources []selected `json:"resources"`
}

type selected struct {
	reference
	MatchLabels *hookLabel `json:"matchLabels,omitempty"`
}

type hookLabel struct {
	Hook string `json:"lvs-cloud/hook"`
}

// provider and alert are those of a Provider and an Alert.
// Source: https://fluxcd.io/flux/components/notification/providers/ and https://fluxcd.io/flux/components/notification/alerts/
type provider struct {
	Type      string  `json:"type"`
	Address   string  `json:"address"`
	SecretRef nameRef `json:"secretRef"`
}

type alert struct {
	ProviderRef   nameRef     `json:"providerRef"`
	EventSeverity string      `json:"eventSeverity"`
	EventSources  []reference `json:"eventSources"`
}
