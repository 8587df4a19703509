package main

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// object is one resource in a test.
type object struct {
	t     *testing.T
	p     *provider
	typ   tokens.Type
	urn   resource.URN
	id    resource.ID
	in    resource.PropertyMap
	state resource.PropertyMap
}

func newObject(t *testing.T, p *provider, in resource.PropertyMap) *object {
	t.Helper()
	module := in["apiVersion"].StringValue()
	if !strings.Contains(module, "/") {
		module = "core/" + module
	}
	typ := tokens.Type("kubernetes:" + module + ":" + in["kind"].StringValue())
	return &object{t: t, p: p, typ: typ, urn: resource.NewURN("test", "test", "", typ, "it"), in: in}
}

// create makes the object, as the engine would: checked, previewed, made. It goes with the test.
func (o *object) create() error {
	o.t.Helper()
	checked, err := o.p.Check(o.t.Context(), plugin.CheckRequest{URN: o.urn, Type: o.typ, News: o.in})
	if err != nil || len(checked.Failures) > 0 {
		o.t.Fatalf("check: %v %v", checked.Failures, err)
	}
	o.in = checked.Properties
	if _, err := o.p.Create(o.t.Context(), plugin.CreateRequest{URN: o.urn, Type: o.typ, Properties: o.in, Preview: true}); err != nil {
		return err
	}
	made, err := o.p.Create(o.t.Context(), plugin.CreateRequest{URN: o.urn, Type: o.typ, Properties: o.in})
	o.id, o.state = made.ID, made.Properties
	return err
}

func (o *object) mustCreate() *object {
	o.t.Helper()
	if err := o.create(); err != nil {
		o.t.Fatal(err)
	}
	return o
}

// diff is what the engine would be told about new inputs.
func (o *object) diff(in resource.PropertyMap) plugin.DiffResult {
	o.t.Helper()
	d, err := o.p.Diff(o.t.Context(), plugin.DiffRequest{URN: o.urn, ID: o.id, Type: o.typ, OldInputs: o.in, OldOutputs: o.state, NewInputs: in})
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

func (o *object) update(in resource.PropertyMap, preview bool) error {
	made, err := o.p.Update(o.t.Context(), plugin.UpdateRequest{
		URN: o.urn, ID: o.id, Type: o.typ, OldInputs: o.in, OldOutputs: o.state, NewInputs: in, Preview: preview,
	})
	if err == nil && !preview {
		o.in, o.state = in, made.Properties
	}
	return err
}

// refresh reads the object again.
func (o *object) refresh() plugin.ReadResponse {
	o.t.Helper()
	r, err := o.p.Read(o.t.Context(), plugin.ReadRequest{URN: o.urn, ID: o.id, Type: o.typ, Inputs: o.in, State: o.state})
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

func (o *object) delete() error {
	_, err := o.p.Delete(o.t.Context(), plugin.DeleteRequest{URN: o.urn, ID: o.id, Type: o.typ, Inputs: o.in, Outputs: o.state})
	return err
}
