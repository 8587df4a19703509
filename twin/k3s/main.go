// Command k3s stands in for the k3s binary on a rehearsal host.
//
// It reads the same files, keeps the same layout and serves the same API: Kubernetes' own
// kube-apiserver on real etcd, in one process, with the controllers that need no nodes. The
// node is simulated: no kubelet, no containers, no network plug-in, no scheduler, and none of
// the components k3s would deploy. The readiness of what would run on it is simulated as well.
// What it does not do is an error that says so.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
