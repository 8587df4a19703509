package main

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// generated is a resource that is generated once and then only kept. Nothing about it
// exists outside the state, so reading and deleting need no work.
type generated struct {
	table plug.Table
	// check reports breaches of rules between inputs.
	check func(inputs resource.PropertyMap) []plugin.CheckFailure
	// plan fills in the defaults that the state shows and the inputs do not.
	plan func(inputs resource.PropertyMap) resource.PropertyMap
	// generate makes the ID and the outputs.
	generate func(plan resource.PropertyMap) (string, resource.PropertyMap, error)
	// adopt makes the ID and the whole state from what is given as the ID to import.
	adopt func(id string) (string, resource.PropertyMap, error)
}

// keepers are values whose change generates anew.
var keepers = plug.Field{Name: "keepers", Type: plug.StringMap(), Replaces: true}

func (g generated) Table() plug.Table { return g.table }

func (g generated) Check(req plugin.CheckRequest) []plugin.CheckFailure {
	if g.check == nil {
		return nil
	}
	return g.check(plug.PlainMap(req.News))
}

// planned is what the state will show of the inputs, null values left out.
func (g generated) planned(inputs resource.PropertyMap) resource.PropertyMap {
	out := resource.PropertyMap{}
	for _, f := range g.table.Inputs {
		if v, ok := inputs[resource.PropertyKey(f.Name)]; ok && !v.IsNull() {
			out[resource.PropertyKey(f.Name)] = v
		}
	}
	if g.plan != nil {
		out = g.plan(out)
	}
	return out
}

// Diff compares the state with the plan, not inputs with inputs: spelling out a default
// changes nothing.
func (g generated) Diff(req plugin.DiffRequest) (plugin.DiffResult, error) {
	news := g.planned(keepIgnored(req))
	olds := resource.PropertyMap{}
	for _, f := range g.table.Inputs {
		if v, ok := req.OldOutputs[resource.PropertyKey(f.Name)]; ok {
			olds[resource.PropertyKey(f.Name)] = v
		}
	}
	diff := plug.PlainMap(olds).Diff(plug.PlainMap(news))
	if diff == nil {
		return plugin.DiffResult{Changes: plugin.DiffNone}, nil
	}
	result := plugin.DiffResult{Changes: plugin.DiffSome, ChangedKeys: diff.ChangedKeys()}
	for _, key := range diff.ChangedKeys() {
		if !sameMeaning(key, olds[key], news[key]) {
			result.ReplaceKeys = append(result.ReplaceKeys, key)
		}
	}
	return result, nil
}

// sameMeaning tells whether a change needs no new value: an empty overrideSpecial that
// goes away, and keepers that have no entries before and after.
func sameMeaning(key resource.PropertyKey, before, after resource.PropertyValue) bool {
	before, after = plug.Plain(before), plug.Plain(after)
	switch key {
	case "overrideSpecial":
		return before.IsString() && before.StringValue() == "" && after.IsNull()
	case "keepers":
		none := func(v resource.PropertyValue) bool {
			return v.IsNull() || v.IsObject() && len(v.ObjectValue()) == 0
		}
		return none(before) && none(after)
	}
	return false
}

// keepIgnored is the new inputs with the old values of the properties to be ignored.
func keepIgnored(req plugin.DiffRequest) resource.PropertyMap {
	news := req.NewInputs.Copy()
	for _, path := range req.IgnoreChanges {
		key := resource.PropertyKey(path)
		if old, ok := req.OldInputs[key]; ok {
			news[key] = old
		} else {
			delete(news, key)
		}
	}
	return news
}

func (g generated) Create(_ context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	state := g.planned(req.Properties)
	if req.Preview {
		for _, f := range g.table.Outputs {
			state[resource.PropertyKey(f.Name)] = plug.Unknown()
		}
		g.seal(state)
		return plugin.CreateResponse{Properties: state}, nil
	}
	id, outputs, err := g.generate(plug.PlainMap(state))
	if err != nil {
		return plugin.CreateResponse{}, fmt.Errorf("%s %q: %w", req.Type, req.Name, err)
	}
	for k, v := range outputs {
		state[k] = v
	}
	g.seal(state)
	return plugin.CreateResponse{ID: resource.ID(id), Properties: state}, nil
}

// seal marks the secret outputs of a state.
func (g generated) seal(state resource.PropertyMap) {
	for _, f := range g.table.Outputs {
		key := resource.PropertyKey(f.Name)
		if v, ok := state[key]; ok && f.Secret {
			state[key] = resource.MakeSecret(v)
		}
	}
}

// Read keeps what is there; without a state it is an import.
func (g generated) Read(_ context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	if len(req.State) > 0 {
		return read(req.ID, req.Inputs, req.State), nil
	}
	id, state, err := g.adopt(string(req.ID))
	if err != nil {
		return plugin.ReadResponse{}, fmt.Errorf("%s %q: import: %w", req.Type, req.Name, err)
	}
	inputs := resource.PropertyMap{}
	for _, f := range g.table.Inputs {
		if v, ok := state[resource.PropertyKey(f.Name)]; ok {
			inputs[resource.PropertyKey(f.Name)] = v
		}
	}
	g.seal(state)
	return read(resource.ID(id), inputs, state), nil
}

func read(id resource.ID, inputs, state resource.PropertyMap) plugin.ReadResponse {
	return plugin.ReadResponse{ReadResult: plugin.ReadResult{ID: id, Inputs: inputs, Outputs: state}}
}

// Update keeps what was generated and takes over the inputs.
func (g generated) Update(_ context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	state := req.OldOutputs.Copy()
	for _, f := range g.table.Inputs {
		delete(state, resource.PropertyKey(f.Name))
	}
	for key, v := range g.planned(req.NewInputs) {
		state[key] = v
	}
	return plugin.UpdateResponse{Properties: state}, nil
}

func (g generated) Delete(context.Context, plugin.DeleteRequest) error { return nil }
