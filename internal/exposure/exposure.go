// Package exposure tells what of a recorded program can be reached from outside, by which name, and who is asked for what
// before. It is test support.
//
// It reads the rendered objects and nothing that rendered them: routes, the values of charts, middlewares and the rules of the
// sign-on. What it does not understand is an error, so that a new way in is either known here or found by a test. It cannot see
// what a chart makes without being told, nor what Flux brings from git.
package exposure

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

// Policy is what somebody must show to come in.
type Policy string

// The policies, from the one that asks for nothing: None is a way without a gate, all others are the gate's own words.
const (
	None      Policy = "none"
	Bypass    Policy = "bypass"
	OneFactor Policy = "one_factor"
	TwoFactor Policy = "two_factor"
	Deny      Policy = "deny"
)

// strength orders them.
var strength = map[Policy]int{None: 0, Bypass: 1, OneFactor: 2, TwoFactor: 3, Deny: 4}

// Door is one way in.
type Door struct {
	// Host and Path are what is asked for.
	Host, Path string
	// By is the type and the name of the resource that opens it, Namespace where that is.
	By, Namespace string
	// Target is the service and its port, as far as they are known.
	Target string
	// Middlewares are what a request passes, as Traefik calls them.
	Middlewares []string
	// Gated says that one of them asks the sign-on.
	Gated bool
}

// Host is one name with all its doors.
type Host struct {
	Name  string
	Doors []Door
	// Policy is that of the weakest door.
	Policy Policy
	// Subjects are those for whom the gate opens, as its rule has them.
	// Default: none; it opens for everybody who shows what the policy asks for.
	Subjects []string
}

// Hosts are all names of a program, in order.
//
// Errors: a way in that is not understood, leads past Traefik, or has a middleware that is not there; a gate without rules.
func Hosts(g *graph.Graph) ([]Host, error) {
	r := &reader{gates: map[string]gate{}}
	for _, o := range objects(g) {
		r.gate(o)
		r.rules(o)
	}
	for _, o := range objects(g) {
		r.doors(o)
	}
	byName := map[string]*Host{}
	for _, d := range r.found {
		h := byName[d.Host]
		if h == nil {
			h = &Host{Name: d.Host, Policy: Deny}
			byName[d.Host] = h
		}
		d = r.pass(d)
		policy, subjects := None, []string(nil)
		if d.Gated {
			policy, subjects = r.judge(d)
		}
		h.Doors = append(h.Doors, d)
		if strength[policy] <= strength[h.Policy] {
			h.Policy, h.Subjects = policy, subjects
		}
	}
	var hosts []Host
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		hosts = append(hosts, *byName[name])
	}
	return hosts, errors.Join(r.errs...)
}

// reader collects what a program has to do with the outside.
type reader struct {
	gates  map[string]gate // by their names at Traefik
	access *accessControl
	found  []Door
	errs   []error
}

type gate struct {
	namespace string
	// asks is the address of the sign-on, or nothing for a middleware that asks nobody.
	asks string
}

func (r *reader) fail(o object, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s: "+format, append([]any{o.by}, args...)...))
}

// pass looks at what stands before a door.
func (r *reader) pass(d Door) Door {
	for _, m := range d.Middlewares {
		g, is := r.gates[m]
		switch {
		case !is:
			r.errs = append(r.errs, fmt.Errorf("%s: got the middleware %q, which is not there", d.By, m))
		case g.namespace != d.Namespace:
			r.errs = append(r.errs, fmt.Errorf("%s: got the middleware %q, want one of the namespace %s", d.By, m, d.Namespace))
		case g.asks != "":
			d.Gated = true
		}
	}
	return d
}

// gate remembers a middleware.
func (r *reader) gate(o object) {
	if o.kind != "Middleware" {
		return
	}
	g := gate{namespace: o.namespace}
	if forward, is := o.spec["forwardAuth"].(map[string]any); is {
		g.asks = text(forward["address"])
		if !strings.HasSuffix(g.asks, "/api/authz/forward-auth") {
			r.fail(o, "got a gate that asks %q, want the sign-on", g.asks)
		}
	}
	r.gates[o.namespace+"-"+o.name+"@kubernetescrd"] = g
}

// add adds a door that is open at Traefik's port 443, to one name, and to no other class.
func (r *reader) add(o object, d Door, entryPoints string) {
	d.Host, d.Path = strings.ToLower(d.Host), cmp.Or(d.Path, "/")
	d.By, d.Namespace = o.by, o.namespace
	switch {
	case d.Host == "" || strings.Contains(d.Host, "*"):
		r.fail(o, "got the host %q, want one name", d.Host)
	case entryPoints != "websecure":
		r.fail(o, "%s: got the entry points %q, want websecure alone", d.Host, entryPoints)
	}
	r.found = append(r.found, d)
}
