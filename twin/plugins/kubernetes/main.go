// Command pulumi-resource-kubernetes stands in for the official Kubernetes plug-in in the rehearsal: any object of
// any kind that the API server serves, by server-side apply with a dry run in the preview, with waiting on conditions,
// a fixed cluster identity, and secrets that stay secret. Helm charts, YAML files, patches of objects that others made,
// names made up by the plug-in, and functions are refused.
package main

import (
	"os"

	"k8s.io/apimachinery/pkg/util/runtime"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// Version of the official plug-in that this one stands in for.
const version = "4.32.0"

func main() {
	runtime.ErrorHandlers = nil // what goes wrong is returned; standard error would be shown a second time
	os.Exit(plug.Main(os.Args, newProvider))
}
