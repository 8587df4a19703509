package plug

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Check holds inputs against the type's table, then against its own rules.
func (p *Provider) Check(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	r, err := p.find(req.Type)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	inputs, failures := Check(r.Table().Inputs, req.News)
	if len(failures) == 0 {
		req.News = inputs
		failures = r.Check(req)
	}
	return plugin.CheckResponse{Properties: inputs, Failures: failures}, nil
}

// Diff compares a resource with what the program now wants, changes to be ignored left out.
func (p *Provider) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResponse, error) {
	r, err := p.find(req.Type)
	if err != nil {
		return plugin.DiffResult{}, err
	}
	return r.Diff(req)
}

// Create makes a resource; in a preview it only tells what it would be.
func (p *Provider) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	r, err := p.find(req.Type)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	ctx, done := p.bound(ctx)
	defer done()
	return r.Create(ctx, req)
}

// Read refreshes a resource, or imports one.
func (p *Provider) Read(ctx context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	r, err := p.find(req.Type)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	ctx, done := p.bound(ctx)
	defer done()
	return r.Read(ctx, req)
}

// Update changes a resource in place; in a preview it only tells what would be.
func (p *Provider) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	r, err := p.find(req.Type)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	ctx, done := p.bound(ctx)
	defer done()
	return r.Update(ctx, req)
}

// Delete removes a resource.
func (p *Provider) Delete(ctx context.Context, req plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	r, err := p.find(req.Type)
	if err != nil {
		return plugin.DeleteResponse{}, err
	}
	ctx, done := p.bound(ctx)
	defer done()
	return plugin.DeleteResponse{}, r.Delete(ctx, req)
}
