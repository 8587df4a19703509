package plug

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Resource is one resource type. The inputs it gets have passed Check against its table.
type Resource interface {
	// Table lists the properties.
	Table() Table
	// Check reports breaches of rules that the table cannot state. Values may be unknown or secret.
	Check(plugin.CheckRequest) []plugin.CheckFailure
	Diff(plugin.DiffRequest) (plugin.DiffResult, error)
	Create(context.Context, plugin.CreateRequest) (plugin.CreateResponse, error)
	Read(context.Context, plugin.ReadRequest) (plugin.ReadResponse, error)
	Update(context.Context, plugin.UpdateRequest) (plugin.UpdateResponse, error)
	Delete(context.Context, plugin.DeleteRequest) error
}

// Provider serves resource types as one plug-in.
type Provider struct {
	plugin.UnimplementedProvider
	name      string
	version   semver.Version
	resources map[tokens.Type]Resource
	cancelled context.Context
	cancel    context.CancelFunc
}

// New makes a plug-in of the resource types.
// Errors: the version is not a semantic version.
func New(name, version string, resources map[tokens.Type]Resource) (*Provider, error) {
	v, err := semver.Parse(version)
	if err != nil {
		return nil, fmt.Errorf("plug-in %q: version %q: %w", name, version, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Provider{name: name, version: v, resources: resources, cancelled: ctx, cancel: cancel}, nil
}

// find is the resource type of a token, or an error that names the types there are.
func (p *Provider) find(token tokens.Type) (Resource, error) {
	if r, ok := p.resources[token]; ok {
		return r, nil
	}
	var have []string
	for t := range p.resources {
		have = append(have, string(t))
	}
	slices.Sort(have)
	return nil, status.Errorf(codes.NotFound, "resource type %q: the rehearsal's stand-in for the %s plug-in has only %s",
		token, p.name, strings.Join(have, ", "))
}

// bound is a request's context that also ends when the engine cancels the plug-in.
func (p *Provider) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(p.cancelled, cancel)
	return ctx, func() { stop(); cancel() }
}

// Handshake tells the engine that secrets are kept apart.
func (p *Provider) Handshake(
	context.Context, plugin.ProviderHandshakeRequest,
) (*plugin.ProviderHandshakeResponse, error) {
	return &plugin.ProviderHandshakeResponse{AcceptSecrets: true, AcceptResources: true, AcceptOutputs: true}, nil
}

// GetPluginInfo tells the version.
func (p *Provider) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	return plugin.PluginInfo{Version: &p.version}, nil
}

// GetSchema is the package schema of the resource types.
func (p *Provider) GetSchema(context.Context, plugin.GetSchemaRequest) (plugin.GetSchemaResponse, error) {
	tables := make(map[tokens.Type]Table, len(p.resources))
	for token, r := range p.resources {
		tables[token] = r.Table()
	}
	b, err := schema(p.name, p.version.String(), tables)
	return plugin.GetSchemaResponse{Schema: b}, err
}

// CheckConfig accepts a provider without settings.
func (p *Provider) CheckConfig(_ context.Context, req plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	_, failures := Check(nil, req.News)
	return plugin.CheckConfigResponse{Properties: req.News, Failures: failures}, nil
}

// DiffConfig finds no difference: there are no settings.
func (p *Provider) DiffConfig(context.Context, plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
	return plugin.DiffResult{Changes: plugin.DiffNone}, nil
}

// Configure has nothing to set.
func (p *Provider) Configure(context.Context, plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	return plugin.ConfigureResponse{}, nil
}

// SignalCancellation ends every call that is under way.
func (p *Provider) SignalCancellation(context.Context) error {
	p.cancel()
	return nil
}

// Close ends every call that is under way.
func (p *Provider) Close() error {
	p.cancel()
	return nil
}
