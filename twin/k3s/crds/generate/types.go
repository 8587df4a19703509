// Package generate keeps the module whose types the CustomResourceDefinitions are made from.
package generate

import _ "github.com/k3s-io/helm-controller/pkg/apis/helm.cattle.io/v1" // the source of the definitions
