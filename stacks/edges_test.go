package stacks

import (
	"slices"
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

// whole is the graph of a cloud with everything that can be chosen.
func whole(t *testing.T) *graph.Graph {
	t.Helper()
	config := stackConfig(t, "prod")
	config[graph.Project+":secrets"] = `{"zoneToken": "a-token", "gitStatusToken": "another"}`
	config[graph.Project+":cloud"] = strings.Replace(config[graph.Project+":cloud"], `"git":{`, `"git":{"statuses":true,`, 1)
	g, err := graph.Run(Program, graph.Options{Stack: "prod", Config: config})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestNothingIsMadeTooEarly(t *testing.T) {
	g := whole(t)
	for _, b := range broken(g) {
		t.Error(b)
	}
	// Rules that nothing falls under hold for nothing.
	seen := map[string]int{}
	for _, x := range newOrder(g).objects() {
		seen[x.kind]++
	}
	for _, kind := range append([]string{"Namespace", "Secret", "Receiver", "Provider", "NetworkPolicy", "PriorityClass", "StorageClass"}, runsPods...) {
		if seen[kind] == 0 {
			t.Errorf("got no %s, want some", kind)
		}
	}
}

// edges are what one component, or one resource, is made after, and the rule that is broken without it.
var edges = []struct{ from, to, rule string }{
	{"flux", "lvs-cloud:platform:Namespace flux-system", "policies first"},
	{"flux", "priorities", "ranks first"},
	{"flux-instance", "flux-definitions", "kinds first"},
	{"kubernetes:source.toolkit.fluxcd.io/v1:GitRepository flux-source", "kubernetes:core/v1:Secret flux-git", "secrets first"},
	{"kubernetes:notification.toolkit.fluxcd.io/v1:Receiver flux-hook", "kubernetes:core/v1:Secret flux-hook-token", "secrets first"},
	{"ingress", "traefik-definitions", "kinds first"},
	{"certificates", "flux", "kinds first"},
	{"certificates", "lvs-cloud:platform:Namespace cert-manager", "namespaces first"},
	{"storage", "flux", "kinds first"},
	{"storage", "lvs-cloud:platform:Namespace longhorn-system", "namespaces first"},
	{"lvs-cloud:platform:Postgres postgres", "lvs-cloud:platform:Namespace postgres-operator", "namespaces first"},
	{"lvs-cloud:platform:Postgres postgres", "lvs-cloud:platform:Namespace postgres", "namespaces first"},
	{"lvs-cloud:platform:Postgres postgres", "lvs-cloud:platform:Storage storage", "storage first"},
	{"kubernetes:postgresql.cnpg.io/v1:Cluster postgres", "lvs-cloud:platform:Release postgres-operator", "kinds first"},
	{"lvs-cloud:platform:Registry registry", "lvs-cloud:platform:Namespace registry", "namespaces first"},
	{"lvs-cloud:platform:Registry registry", "lvs-cloud:platform:Storage storage", "storage first"},
	{"lvs-cloud:platform:Release registry", "kubernetes:core/v1:Secret registry-accounts", "secrets first"},
	{"lvs-cloud:platform:Authentication authentication", "lvs-cloud:platform:Namespace authentication", "namespaces first"},
	{"lvs-cloud:platform:Authentication authentication", "lvs-cloud:platform:Certificates certificates", "kinds first"},
	{"lvs-cloud:platform:Database authentication-database", "lvs-cloud:platform:Postgres postgres", "kinds first"},
	{"lvs-cloud:platform:Workload authentication", "kubernetes:core/v1:Secret authentication-users", "secrets first"},
	{"lvs-cloud:platform:Monitoring monitoring", "lvs-cloud:platform:Namespace monitoring", "namespaces first"},
	{"lvs-cloud:platform:Monitoring monitoring", "lvs-cloud:platform:Namespace host-agents", "namespaces first"},
	{"lvs-cloud:platform:Monitoring monitoring", "lvs-cloud:platform:Storage storage", "storage first"},
	{"lvs-cloud:platform:Alerts alerts", "lvs-cloud:platform:Monitoring monitoring", "kinds first"},
	{"kubernetes:monitoring.coreos.com/v1:PodMonitor target-postgres", "lvs-cloud:platform:Monitoring monitoring", "kinds first"},
	{"lvs-cloud:platform:Logs logs", "lvs-cloud:platform:Storage storage", "storage first"},
	{"lvs-cloud:platform:Logs logs", "lvs-cloud:platform:Namespace host-agents", "namespaces first"},
	{"lvs-cloud:platform:Grafana grafana", "lvs-cloud:platform:Namespace monitoring", "namespaces first"},
	{"lvs-cloud:platform:Grafana grafana", "lvs-cloud:platform:Storage storage", "storage first"},
	{"lvs-cloud:platform:Gate gate-home", "traefik-definitions", "kinds first"},
	{"lvs-cloud:platform:Door home", "lvs-cloud:platform:Gate gate-home", "gates first"},
	{"lvs-cloud:platform:Home home", "lvs-cloud:platform:Namespace home", "namespaces first"},
}

// TestEveryEdgeIsNeeded takes one edge after the other out of the graph: what one component is made after. Each must be missed.
func TestEveryEdgeIsNeeded(t *testing.T) {
	for _, edge := range edges {
		t.Run(edge.from+" after "+edge.to, func(t *testing.T) {
			g := whole(t)
			if cut(g, edge.from, edge.to) == 0 {
				t.Fatalf("got no such edge, want one")
			}
			got := broken(g)
			if !slices.ContainsFunc(got, func(b string) bool { return strings.HasPrefix(b, edge.rule+": ") }) {
				t.Errorf("got %q broken, want %q among them", got, edge.rule)
			}
		})
	}
}

// cut takes away every dependency of resources of one name, or below it, on resources of another, and counts them.
func cut(g *graph.Graph, from, to string) (n int) {
	parents := map[string]string{}
	for _, r := range g.Resources {
		parents[id(r)] = r.Parent
	}
	within := func(resource, name string) bool {
		for ; resource != ""; resource = parents[resource] {
			if _, called, _ := strings.Cut(resource, " "); called == name || resource == name {
				return true
			}
		}
		return false
	}
	for i, r := range g.Resources {
		if !within(id(r), from) {
			continue
		}
		g.Resources[i].Dependencies = slices.DeleteFunc(slices.Clone(r.Dependencies), func(d string) bool {
			out := within(d, to) && !within(d, from)
			if out {
				n++
			}
			return out
		})
	}
	return n
}
