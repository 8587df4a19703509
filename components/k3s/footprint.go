package k3s

import "github.com/lvs-cloud/lvs-cloud/internal/footprint"

// Footprint is what k3s brings along, beside itself: its own memory is reserved on the node, and pods never get it. What its
// Traefik asks for is the ingress' own; as it comes, it asks for nothing.
// Source: the manifests of CoreDNS and metrics-server on https://github.com/k3s-io/k3s/tree/master/manifests
func Footprint() footprint.Footprint {
	return footprint.Footprint{
		Component: "k3s",
		Parts: []footprint.Part{
			{Name: "coredns", Replicas: 1, Resources: footprint.Resources{CPU: 100, Memory: 70, MemoryLimit: 170}},
			{Name: "metrics-server", Replicas: 1, Resources: footprint.Resources{CPU: 100, Memory: 70}},
		},
		// etcd keeps at most 2 GiB, and twelve snapshots of what is in it, which is some tens of MiB.
		Claims: []footprint.Claim{{Name: "etcd and its snapshots", GiB: 4}},
	}
}
