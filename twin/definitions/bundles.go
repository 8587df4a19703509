package main

// bundle is what one operator brings along.
type bundle struct {
	// name is that of the file it becomes.
	name string
	// packages are those whose Go types the definitions are made from.
	packages []string
	// module and files are for definitions that cannot be made from types: those that the module's own archive holds.
	module, files string
}

// bundles are all of them; go.mod pins their versions. Flux's are those of one release.
// Source: go.mod of https://github.com/fluxcd/flux2 at v2.9.4
var bundles = []bundle{{
	name: "k3s", packages: []string{"github.com/k3s-io/helm-controller/pkg/apis/helm.cattle.io/v1"},
}, {
	// The types lead to a module that exists only inside Traefik's own repository, by a replacement.
	name: "traefik", module: "github.com/traefik/traefik/v3",
	files: "docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml",
}, {
	name: "flux-operator", packages: []string{"github.com/controlplaneio-fluxcd/flux-operator/api/v1"},
}, {
	name: "flux", packages: []string{
		"github.com/fluxcd/source-controller/api/v1",
		"github.com/fluxcd/kustomize-controller/api/v1",
		"github.com/fluxcd/helm-controller/api/v2",
		"github.com/fluxcd/image-reflector-controller/api/v1",
		"github.com/fluxcd/image-automation-controller/api/v1",
		"github.com/fluxcd/notification-controller/api/v1",
		"github.com/fluxcd/notification-controller/api/v1beta3",
	},
}, {
	name: "cert-manager", packages: []string{
		"github.com/cert-manager/cert-manager/pkg/apis/acme/v1",
		"github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1",
	},
}, {
	// Those that kube-prometheus-stack has: without the version v1beta1 of AlertmanagerConfig, which a webhook would convert.
	name: "prometheus-operator", packages: []string{
		"github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1",
		"github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1",
	},
}, {
	// The types lead to modules of the same makers that not every mirror of Go modules serves.
	name: "cloudnative-pg", module: "github.com/cloudnative-pg/cloudnative-pg", files: "config/crd/bases/*.yaml",
}}
