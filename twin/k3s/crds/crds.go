// Package crds holds the CustomResourceDefinitions that k3s installs by itself, generated from
// the types of its Helm controller.
package crds

import "embed"

//go:generate sh -c "cd generate && go run sigs.k8s.io/controller-tools/cmd/controller-gen crd paths=github.com/k3s-io/helm-controller/pkg/apis/helm.cattle.io/v1 output:crd:dir=.."

// Files are the definitions, one in each file.
//
//go:embed *.yaml
var Files embed.FS
