package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// definitionPauses are how long the official plug-in waits after each of its tries at an object whose kind or namespace is
// not there yet. After the last one it gives up without another try: what comes between 31 s and 63 s comes too late.
// Source: https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/retry/retry.go
var definitionPauses = []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 32 * time.Second}

// Create makes an object and waits for it; in a preview the API server only judges it, if it can.
func (p *provider) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	ctx, done := p.bound(ctx)
	defer done()
	manager := "pulumi-kubernetes-" + rand.Text()[:8]
	if req.Preview {
		out, err := p.preview(ctx, req.Properties, manager, !p.settings.upsert)
		return plugin.CreateResponse{Properties: out, Status: resource.StatusOK}, err
	}
	if err := p.reachable(); err != nil {
		return plugin.CreateResponse{}, err
	}
	o, err := decode(req.Properties)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	if !p.settings.upsert {
		if err := p.free(ctx, o); err != nil {
			return plugin.CreateResponse{}, err
		}
	}
	live, err := p.applyDefined(ctx, req.URN, o, manager)
	if err != nil {
		return plugin.CreateResponse{}, fmt.Errorf("%s: %w", title(o), err)
	}
	ready, err := p.await(ctx, req.URN, live, req.Timeout)
	out := encode(ready, req.Properties, manager)
	if err != nil {
		return plugin.CreateResponse{}, unfinished(idOf(live), out, req.Properties, err)
	}
	return plugin.CreateResponse{ID: idOf(live), Properties: out, Status: resource.StatusOK}, nil
}

// Update changes an object in place and waits for it; in a preview the API server only judges it.
func (p *provider) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	ctx, done := p.bound(ctx)
	defer done()
	manager := plug.Text(req.OldOutputs, managerKey)
	if req.Preview {
		out, err := p.preview(ctx, req.NewInputs, manager, false)
		return plugin.UpdateResponse{Properties: out, Status: resource.StatusOK}, err
	}
	if err := p.reachable(); err != nil {
		return plugin.UpdateResponse{}, err
	}
	o, err := decode(req.NewInputs)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	live, err := p.cluster.apply(ctx, o, manager, false)
	if err != nil {
		return plugin.UpdateResponse{}, fmt.Errorf("%s: %w", title(o), err)
	}
	ready, err := p.await(ctx, req.URN, live, req.Timeout)
	out := encode(ready, req.NewInputs, manager)
	if err != nil {
		return plugin.UpdateResponse{}, unfinished(req.ID, out, req.NewInputs, err)
	}
	return plugin.UpdateResponse{Properties: out, Status: resource.StatusOK}, nil
}

// preview tells what an object would be: as the API server answers to a dry run, or as the program says where it cannot.
func (p *provider) preview(ctx context.Context, in resource.PropertyMap, manager string, fresh bool) (resource.PropertyMap, error) {
	asSaid := in.Copy()
	asSaid[managerKey] = resource.NewProperty(manager)
	if p.reachable() != nil || in.ContainsUnknowns() {
		return asSaid, nil
	}
	o, err := decode(in)
	if err != nil {
		return nil, err
	}
	if fresh {
		if err := p.free(ctx, o); err != nil && !unreachable(err) {
			return nil, err
		}
	}
	live, err := p.cluster.apply(ctx, o, manager, true)
	switch {
	case err == nil:
		return encode(live, in, manager), nil
	case meta.IsNoMatchError(err), apierrors.IsNotFound(err), unreachable(err):
		return asSaid, nil // its definition or its namespace is still to come, or the cluster
	default:
		return nil, fmt.Errorf("%s: %w", title(o), err)
	}
}

// applyDefined applies an object whose definition, or namespace, may still be on its way.
func (p *provider) applyDefined(ctx context.Context, urn resource.URN, o *unstructured.Unstructured, manager string) (live *unstructured.Unstructured, err error) {
	var waited time.Duration
	for _, pause := range definitionPauses {
		live, err = p.cluster.apply(ctx, o, manager, false)
		switch {
		case meta.IsNoMatchError(err):
			p.engine.Status(ctx, urn, fmt.Sprintf("waiting for the API server to know %s of %s", o.GetKind(), o.GetAPIVersion()))
		case apierrors.IsNotFound(err):
			p.engine.Status(ctx, urn, "waiting: "+err.Error())
		default:
			return live, err
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
		waited += pause
	}
	if apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("%w; after %s it is still so", err, waited)
	}
	return nil, fmt.Errorf("%w; after %s it is not defined in the cluster, want its definition there first", err, waited)
}

// reachable is an error while there is no cluster.
func (p *provider) reachable() error {
	if p.settings.unreachable != "" {
		return fmt.Errorf("the cluster cannot be reached: %s", p.settings.unreachable)
	}
	return nil
}

// free is an error if an object exists already.
func (p *provider) free(ctx context.Context, o *unstructured.Unstructured) error {
	live, err := p.cluster.get(ctx, o)
	if err != nil || live == nil {
		return err
	}
	return fmt.Errorf("%s exists already, want none; import it, or set upsertExistingObjects on the provider", title(live))
}

// unfinished is the error of an object that exists and does not become what was waited for: the next update waits again.
func unfinished(id resource.ID, state, inputs resource.PropertyMap, cause error) error {
	options := plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true}
	properties, err := plugin.MarshalProperties(state, options)
	if err != nil {
		return errors.Join(cause, err)
	}
	given, err := plugin.MarshalProperties(inputs, options)
	if err != nil {
		return errors.Join(cause, err)
	}
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, cause.Error()), &pulumirpc.ErrorResourceInitFailed{
		Id: string(id), Properties: properties, Inputs: given, Reasons: []string{cause.Error()},
	})
}

func sleep(ctx context.Context, pause time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
		return nil
	}
}
