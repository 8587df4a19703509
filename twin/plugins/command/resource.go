package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// logger is where a command's output and warnings go.
type logger interface {
	Status(ctx context.Context, urn resource.URN, message string)
	Warn(ctx context.Context, urn resource.URN, message string)
	Error(ctx context.Context, urn resource.URN, message string)
}

// command is a resource that is a command's having run. It is replaced by creating anew
// before the old one is deleted, as in the official plug-in.
type command struct {
	log    logger
	fields []plug.Field
	// open makes ready to run one command, described by the resource's plain state.
	open func(ctx context.Context, say func(string), state resource.PropertyMap) (runner, error)
}

func (c *command) Table() plug.Table {
	return plug.Table{Inputs: c.fields, Outputs: []plug.Field{
		{Name: "stdout", Type: textType, Required: true},
		{Name: "stderr", Type: textType, Required: true},
	}}
}

func (c *command) Check(plugin.CheckRequest) []plugin.CheckFailure { return nil }

// Diff compares inputs with inputs. Only triggers that appear or go as a whole replace
// the resource here; the SDKs ask the engine to replace it for a change within.
func (c *command) Diff(req plugin.DiffRequest) (plugin.DiffResult, error) {
	news := req.NewInputs.Copy()
	for _, key := range req.IgnoreChanges {
		if old, ok := req.OldOutputs[resource.PropertyKey(key)]; ok {
			news[resource.PropertyKey(key)] = old
		}
	}
	diff := req.OldInputs.Diff(news, resource.IsInternalPropertyKey)
	if diff == nil {
		return plugin.DiffResult{Changes: plugin.DiffNone}, nil
	}
	detailed := plugin.NewDetailedDiffFromObjectDiff(diff, false)
	for path, d := range detailed {
		if slices.ContainsFunc(c.fields, func(f plug.Field) bool { return f.Replaces && f.Name == path }) {
			detailed[path] = d.ToReplace()
		}
	}
	return plugin.DiffResult{Changes: plugin.DiffSome, DetailedDiff: detailed}, nil
}

// Create runs the create command, if there is one.
func (c *command) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	id, err := resource.NewUniqueHex(req.Name, 8, 0)
	if err != nil {
		return plugin.CreateResponse{}, fmt.Errorf("make an ID: %w", err)
	}
	state := req.Properties.Copy()
	state["stdout"], state["stderr"] = resource.NewProperty(""), resource.NewProperty("")
	if req.Preview {
		state["stdout"], state["stderr"] = plug.Unknown(), plug.Unknown()
		return plugin.CreateResponse{ID: resource.ID(id), Properties: state}, nil
	}
	if err := c.run(ctx, req.URN, "create", state); err != nil {
		return plugin.CreateResponse{}, err
	}
	return plugin.CreateResponse{ID: resource.ID(id), Properties: state}, nil
}

// Update runs the update command or, without one, the create command again.
func (c *command) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	state := req.NewInputs.Copy()
	state["stdout"], state["stderr"] = req.OldOutputs["stdout"], req.OldOutputs["stderr"]
	if req.Preview {
		if c.rewrites(req.OldOutputs, req.NewInputs) {
			state["stdout"], state["stderr"] = plug.Unknown(), plug.Unknown()
		}
		return plugin.UpdateResponse{Properties: state}, nil
	}
	which := resource.PropertyKey("update")
	if _, given := state[which]; !given {
		which = "create"
	}
	if err := c.run(ctx, req.URN, which, state); err != nil {
		return plugin.UpdateResponse{}, err
	}
	return plugin.UpdateResponse{Properties: state}, nil
}

// rewrites tells whether a preview must take the output as unknown: an input is unknown
// or is not what it was. As in the official plug-in, an input that was not there before
// leaves the output as it is.
func (c *command) rewrites(olds, news resource.PropertyMap) bool {
	return slices.ContainsFunc(c.fields, func(f plug.Field) bool {
		old, was := olds[resource.PropertyKey(f.Name)]
		now := news[resource.PropertyKey(f.Name)]
		return plug.Plain(now).IsComputed() || was && !now.DeepEquals(old)
	})
}

// Delete runs the delete command, if there is one.
func (c *command) Delete(ctx context.Context, req plugin.DeleteRequest) error {
	return c.run(ctx, req.URN, "delete", req.Outputs.Copy())
}

// Read has nothing to look at: a command leaves no trace that could be read.
func (c *command) Read(_ context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	return plugin.ReadResponse{ReadResult: plugin.ReadResult{ID: req.ID, Inputs: req.Inputs, Outputs: req.State}}, nil
}
