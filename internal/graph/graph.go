// Package graph records what a Pulumi program registers, without an engine, and checks what must be true of every
// component. It is test support.
package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Project is what recorded programs believe to belong to.
const Project = "lvs-cloud"

// Options say how a program is run.
type Options struct {
	// Stack is the name of the stack.
	// Default: test.
	Stack string
	// Config is the configuration, as the engine hands it to the program.
	Config map[string]string
	// Preview leaves computed outputs unknown, as an engine does before anything exists.
	Preview bool
}

// Resource is one registration.
type Resource struct {
	// Type and Name are the type token and the logical name.
	Type, Name string
	// Parent is the type and name of the parent, empty for children of the stack.
	Parent string
	// Custom says that a provider makes it; otherwise it is a component.
	Custom bool
	// Protect, Retain and DeleteFirst are the options of these names, as they were passed to the resource itself.
	Protect, Retain, DeleteFirst bool
	// Ignore are the properties whose changes are ignored.
	Ignore []string
	// Secret are the outputs that are encrypted in addition to those that follow from secret inputs.
	Secret []string
	// Dependencies are, by `type name`, the resources that it comes after.
	Dependencies []string
	// ImportID is the ID of the existing object that is taken over.
	ImportID string
	// Inputs are the properties; unknown values and secrets are wrapped as such.
	Inputs resource.PropertyMap
}

// Graph is everything a program registered.
type Graph struct {
	Resources []Resource
	// Outputs counts, by `type name`, how often each component registered outputs.
	Outputs map[string]int
}

// Run runs a program against a monitor that records and makes nothing.
func Run(program pulumi.RunFunc, o Options) (*Graph, error) {
	rec := &recorder{project: Project, stack: cmp.Or(o.Stack, "test"), preview: o.Preview, outputs: map[string]int{}}
	addr, stop, err := rec.serve()
	if err != nil {
		return nil, fmt.Errorf("recorder: %w", err)
	}
	defer stop()
	err = pulumi.RunErr(program, func(info *pulumi.RunInfo) {
		info.Project, info.Stack, info.Config, info.DryRun = rec.project, rec.stack, o.Config, o.Preview
		info.MonitorAddr, info.EngineAddr = addr, addr
	})
	slices.SortFunc(rec.resources, func(a, b Resource) int {
		return strings.Compare(a.Type+" "+a.Name, b.Type+" "+b.Name)
	})
	return &Graph{Resources: rec.resources, Outputs: rec.outputs}, err
}

// Find returns the resource of a type and a name.
func (g *Graph) Find(typeToken, name string) (Resource, error) {
	for _, r := range g.Resources {
		if r.Type == typeToken && r.Name == name {
			return r, nil
		}
	}
	return Resource{}, fmt.Errorf("%s %q: not registered", typeToken, name)
}
