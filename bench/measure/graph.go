package measure

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Resource is one of a stack's state, with what creating it took.
type Resource struct {
	URN                  string              `json:"urn"`
	Type                 string              `json:"type"`
	Custom               bool                `json:"custom"`
	Created              time.Time           `json:"created"`
	Dependencies         []string            `json:"dependencies"`
	PropertyDependencies map[string][]string `json:"propertyDependencies"`
	// Took is the time that its provider had for it.
	Took time.Duration `json:"-"`
}

// Name is the last part of the URN.
func (r *Resource) Name() string { return r.URN[strings.LastIndex(r.URN, "::")+2:] }

// plugin is the package that provides the resource.
// Default: none, for components and providers themselves.
func (r *Resource) plugin() string {
	name, _, _ := strings.Cut(r.Type, ":")
	if !r.Custom || name == "pulumi" {
		return ""
	}
	return name
}

// Graph is the resources of a stack that a provider made, by URN.
type Graph map[string]*Resource

// ReadGraph reads what `pulumi stack export` writes. Components and providers are left out: making them takes no
// provider any time, and the engine writes down what depends on a component as a dependency on its children.
func ReadGraph(r io.Reader) (Graph, error) {
	var state struct {
		Deployment struct {
			Resources []*Resource `json:"resources"`
		} `json:"deployment"`
	}
	if err := json.NewDecoder(r).Decode(&state); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	g := Graph{}
	for _, res := range state.Deployment.Resources {
		if res.plugin() != "" {
			g[res.URN] = res
		}
	}
	return g, nil
}

// Time takes over from a trace how long each creation took. Calls do not name the resource: those of one plug-in are
// told apart by their end, which the state knows as the time of creation.
//
// Errors: a plug-in that made more or fewer resources than the state holds.
func (g Graph) Time(t Trace) error {
	byPlugin := map[string][]*Resource{}
	for _, r := range g {
		byPlugin[r.plugin()] = append(byPlugin[r.plugin()], r)
	}
	for plugin, resources := range byPlugin {
		calls := t.Creates(plugin)
		if len(calls) != len(resources) {
			return fmt.Errorf("trace: got %d creations by %s, want %d as in the state", len(calls), plugin, len(resources))
		}
		slices.SortFunc(resources, func(a, b *Resource) int { return a.Created.Compare(b.Created) })
		for i, r := range resources {
			r.Took = calls[i].Length()
		}
	}
	return nil
}

// Depth is how many resources the longest chain of dependencies has.
func (g Graph) Depth() int {
	return len(g.longest(func(*Resource) time.Duration { return 1 }))
}

// CriticalPath is the chain of dependencies whose creations take longest together, first to last. No run can be
// faster than their sum.
func (g Graph) CriticalPath() []*Resource {
	return g.longest(func(r *Resource) time.Duration { return r.Took })
}

// longest returns the heaviest chain.
func (g Graph) longest(weight func(*Resource) time.Duration) []*Resource {
	type way struct {
		sum  time.Duration
		path []*Resource
	}
	known := map[string]way{}
	var to func(urn string) way
	to = func(urn string) way {
		r := g[urn]
		if r == nil {
			return way{}
		}
		if w, ok := known[urn]; ok {
			return w
		}
		var best way
		for _, before := range r.before() {
			if w := to(before); w.sum > best.sum {
				best = w
			}
		}
		known[urn] = way{best.sum + weight(r), append(slices.Clone(best.path), r)}
		return known[urn]
	}
	var best way
	for urn := range g {
		if w := to(urn); w.sum > best.sum {
			best = w
		}
	}
	return best.path
}

// before are the URNs of everything that must exist first.
func (r *Resource) before() []string {
	out := slices.Clone(r.Dependencies)
	for _, urns := range r.PropertyDependencies {
		out = append(out, urns...)
	}
	return out
}

// Sum adds up what creating resources took.
func Sum(resources []*Resource) (sum time.Duration) {
	for _, r := range resources {
		sum += r.Took
	}
	return sum
}
