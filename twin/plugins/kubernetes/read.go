package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// Read refreshes an object, or imports one whose properties the program has given. What differs from the inputs becomes
// the inputs, so that the next preview shows the way back.
func (p *provider) Read(ctx context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	ctx, done := p.bound(ctx)
	defer done()
	if err := p.reachable(); err != nil {
		return p.unread(ctx, req, err)
	}
	o, err := identify(req)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	live, err := p.cluster.get(ctx, o)
	if err != nil || live == nil {
		return plugin.ReadResponse{}, err
	}
	manager, inputs := plug.Text(req.State, managerKey), req.Inputs
	if manager != "" && len(inputs) > 0 {
		wanted, err := p.asApplied(ctx, inputs, manager)
		if err != nil {
			return plugin.ReadResponse{}, fmt.Errorf("%s: %w", title(live), err)
		}
		inputs = drift(resource.NewProperty(inputs), wanted, live.Object).ObjectValue()
	}
	return plugin.ReadResponse{ReadResult: plugin.ReadResult{ID: idOf(live), Inputs: inputs, Outputs: encode(live, inputs, manager)}, Status: resource.StatusOK}, nil
}

// unread is what is known of an object whose cluster cannot be reached.
func (p *provider) unread(ctx context.Context, req plugin.ReadRequest, cause error) (plugin.ReadResponse, error) {
	switch {
	case p.settings.deleteUnreachable:
		p.engine.Warn(ctx, req.URN, "forgotten: "+cause.Error())
		return plugin.ReadResponse{}, nil
	case p.settings.skipUnreachable:
		p.engine.Warn(ctx, req.URN, "left as it was: "+cause.Error())
		return plugin.ReadResponse{ReadResult: plugin.ReadResult{ID: req.ID, Inputs: req.Inputs, Outputs: req.State}, Status: resource.StatusOK}, nil
	}
	return plugin.ReadResponse{}, cause
}

// identify is the object that is asked for, as far as it is needed to find it.
func identify(req plugin.ReadRequest) (*unstructured.Unstructured, error) {
	o := &unstructured.Unstructured{Object: map[string]any{}}
	from := req.State
	if plug.Text(from, "kind") == "" {
		from = req.Inputs
	}
	o.SetAPIVersion(plug.Text(from, "apiVersion"))
	o.SetKind(plug.Text(from, "kind"))
	if o.GetKind() == "" { // an import: the type's token says what it is
		module, kind, _ := strings.Cut(strings.TrimPrefix(string(req.Type), "kubernetes:"), ":")
		o.SetAPIVersion(strings.TrimPrefix(module, "core/"))
		o.SetKind(kind)
	}
	namespace, name, ok := strings.Cut(string(req.ID), "/")
	if !ok {
		namespace, name = "", string(req.ID)
	}
	o.SetNamespace(namespace)
	o.SetName(name)
	if name == "" {
		return nil, fmt.Errorf("ID: got %q, want name or namespace/name", req.ID)
	}
	return o, nil
}

// asApplied is what an object would be if its inputs were applied again.
func (p *provider) asApplied(ctx context.Context, inputs resource.PropertyMap, manager string) (map[string]any, error) {
	o, err := decode(inputs)
	if err != nil {
		return nil, err
	}
	forced := o.DeepCopy()
	a := forced.GetAnnotations()
	if a == nil {
		a = map[string]string{}
	}
	a[annotationForce] = "true" // who else wrote a field is no matter for a comparison
	forced.SetAnnotations(a)
	applied, err := p.cluster.apply(ctx, forced, manager, true)
	if err != nil {
		return nil, err
	}
	if _, had := o.GetAnnotations()[annotationForce]; !had {
		unstructured.RemoveNestedField(applied.Object, "metadata", "annotations", annotationForce)
	}
	return applied.Object, nil
}

// drift takes into the inputs what is live where applying them again would change it. Their own form is kept elsewhere: the
// API server writes 1000m as 1.
func drift(input resource.PropertyValue, wanted, live any) resource.PropertyValue {
	if equality.Semantic.DeepEqual(wanted, live) {
		return input
	}
	w, isW := wanted.(map[string]any)
	l, isL := live.(map[string]any)
	if !input.IsObject() || !isW || !isL {
		return conceal(resource.NewPropertyValue(live), input)
	}
	out := resource.PropertyMap{}
	for key, v := range input.ObjectValue() {
		now, has := l[string(key)]
		would, wants := w[string(key)]
		switch {
		case has:
			out[key] = drift(v, would, now)
		case !has && !wants && key != "stringData":
			out[key] = v // the API server does not write down what is false or empty
		case key == "stringData" && !equality.Semantic.DeepEqual(w["data"], l["data"]):
			// written only; what it became has changed, so it has to be written again
		case key == "stringData":
			out[key] = v
		}
	}
	return resource.NewProperty(out)
}

// Delete removes an object and waits until it is gone.
func (p *provider) Delete(ctx context.Context, req plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	ctx, done := p.bound(ctx)
	defer done()
	err := p.reachable()
	if err == nil {
		err = p.remove(ctx, req)
	}
	if err != nil && p.settings.deleteUnreachable && (p.settings.unreachable != "" || unreachable(err)) {
		p.engine.Warn(ctx, req.URN, "forgotten, since its cluster cannot be reached: "+err.Error())
		err = nil
	}
	return plugin.DeleteResponse{Status: resource.StatusOK}, err
}

func (p *provider) remove(ctx context.Context, req plugin.DeleteRequest) error {
	o, err := identify(plugin.ReadRequest{Type: req.Type, ID: req.ID, State: req.Outputs, Inputs: req.Inputs})
	if err != nil {
		return err
	}
	client, err := p.cluster.client(o)
	if meta.IsNoMatchError(err) {
		return nil // its definition went, and it with that
	}
	if err != nil {
		return err
	}
	foreground := metav1.DeletePropagationForeground
	err = client.Delete(ctx, o.GetName(), metav1.DeleteOptions{PropagationPolicy: &foreground})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", title(o), err)
	}
	return p.gone(ctx, req, o)
}

// gone returns when an object is gone, and at the latest when patience ends.
func (p *provider) gone(ctx context.Context, req plugin.DeleteRequest, o *unstructured.Unstructured) error {
	limit, err := patience(nil, req.Timeout)
	if err != nil {
		return err
	}
	for end := time.Now().Add(limit); ; {
		live, err := p.cluster.get(ctx, o)
		if err != nil || live == nil {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s is not gone after %s; it waits for its finalizers %q", title(o), limit, live.GetFinalizers())
		}
		p.engine.Status(ctx, req.URN, fmt.Sprintf("waiting until it is gone; finalizers %q", live.GetFinalizers()))
		if err := sleep(ctx, pollPause); err != nil {
			return err
		}
	}
}
