package simulation

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// actor is what stands in for the controller of one kind.
type actor struct {
	kind     string
	resource schema.GroupVersionResource
	builtIn  bool   // a kind of Kubernetes' own, which needs no definition
	manager  string // under which name the real controller writes
	// follows are the kinds whose objects it may wait for.
	follows []string

	// ready tells by its status that an object is what it is to be.
	ready func(*Simulation, object) bool
	// prepare makes what the controller makes before it waits for anything. Default: nothing.
	prepare func(context.Context, *Simulation, object) error
	// missing says what an object waits for; nil if it can go on. Default: it waits for nothing.
	missing func(*Simulation, object) *trouble
	// progress says in the status that work is under way. Default: nothing is said.
	progress func(object)
	// fail says in the status what keeps the object from being ready, and failure is the usual reason for it.
	fail    func(object, trouble)
	failure func(object) string
	// finish makes what the controller makes, and says in the status that the object is ready.
	finish func(context.Context, *Simulation, object) error
}

// trouble is what keeps an object from being ready.
type trouble struct {
	status          string // of the condition; False if empty
	reason, message string
	said            bool // the status tells of it; some controllers just wait
}

func lack(reason, message string) *trouble {
	return &trouble{status: "False", reason: reason, message: message, said: true}
}

// actors are all of them.
var actors = slices.Concat(k3sActors, fluxActors, certificateActors, databaseActors, workloadActors, ingressActors)

func (a *actor) followed(kind string) bool { return slices.Contains(a.follows, kind) }

// definition is the name of the CustomResourceDefinition of its kind.
func (a *actor) definition() string { return a.resource.Resource + "." + a.resource.Group }

// because makes an actor's usual reason for a failure.
func because(reason string) func(object) string { return func(object) string { return reason } }
