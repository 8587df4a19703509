package simulation

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// ingressActors stand in for Traefik, as far as it publishes where an Ingress is reached: at the address that its own
// service has, which is the node's.
// Source: https://doc.traefik.io/traefik/reference/install-configuration/providers/kubernetes/kubernetes-ingress/ (publishedService)
var ingressActors = []*actor{{
	kind: "Ingress", manager: "traefik", builtIn: true, follows: []string{"Node"},
	resource: schema.GroupVersionResource{Group: "networking.k8s.io", Version: "v1", Resource: "ingresses"},
	ready: func(s *Simulation, o object) bool {
		return o.text("spec", "ingressClassName") != "traefik" || publishedAt(o) != "" && publishedAt(o) == nodeAddress(s)
	},
	missing: func(s *Simulation, _ object) *trouble {
		if !s.serves("ingressroutes.traefik.io") || nodeAddress(s) == "" {
			return &trouble{said: false} // nobody is there to say it
		}
		return nil
	},
	fail:    func(o object, _ trouble) { o.set(map[string]any{}, "loadBalancer") },
	failure: because(""),
	finish: func(_ context.Context, s *Simulation, o object) error {
		o.set(map[string]any{"ingress": []any{map[string]any{"ip": nodeAddress(s)}}}, "loadBalancer")
		return nil
	},
}}

// publishedAt is where an Ingress is reached.
func publishedAt(o object) string {
	list := o.list("status", "loadBalancer", "ingress")
	if len(list) == 0 {
		return ""
	}
	first, ok := list[0].(map[string]any)
	if !ok {
		return ""
	}
	return at[string](first, "ip")
}

// nodeAddress is where the node is reached: from outside, if it has such an address.
func nodeAddress(s *Simulation) string {
	found := map[string]string{}
	for _, n := range s.all("Node") {
		for _, a := range n.list("status", "addresses") {
			if a, ok := a.(map[string]any); ok {
				found[at[string](a, "type")] = at[string](a, "address")
			}
		}
	}
	if found["ExternalIP"] != "" {
		return found["ExternalIP"]
	}
	return found["InternalIP"]
}
