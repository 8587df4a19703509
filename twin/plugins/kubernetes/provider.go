package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// provider serves objects of every kind. Its cluster is known once it is configured.
type provider struct {
	plugin.UnimplementedProvider
	engine    speaker
	cluster   *cluster
	settings  settings
	cancelled context.Context
	cancel    context.CancelFunc
}

// speaker is the engine, as far as it is told what goes on.
type speaker interface {
	Status(ctx context.Context, urn resource.URN, message string)
	Warn(ctx context.Context, urn resource.URN, message string)
}

// settings are those of the official plug-in that have a meaning here.
type settings struct {
	// unreachable says why there is no cluster, if there is none.
	unreachable string
	// deleteUnreachable forgets an object whose cluster cannot be reached, skipUnreachable leaves it as it was.
	deleteUnreachable, skipUnreachable bool
	// force takes over fields that others wrote.
	force bool
	// upsert takes over an object that exists already.
	upsert bool
	// mutable are the kinds, ConfigMap and Secret, whose content is changed in place.
	mutable map[string]bool
}

// known are the settings that are understood; those that are bool may come as text.
var known = map[string]bool{
	"kubeconfig": false, "clusterIdentifier": false,
	"enableServerSideApply": true, "enablePatchForce": true, "upsertExistingObjects": true,
	"deleteUnreachable": true, "skipUpdateUnreachable": true,
	"enableConfigMapMutable": true, "enableSecretMutable": true,
}

func newProvider(engine *plug.Engine) (plugin.Provider, error) {
	ctx, cancel := context.WithCancel(context.Background())
	return &provider{engine: engine, cancelled: ctx, cancel: cancel}, nil
}

// Handshake tells the engine that secrets are kept apart.
func (p *provider) Handshake(context.Context, plugin.ProviderHandshakeRequest) (*plugin.ProviderHandshakeResponse, error) {
	return &plugin.ProviderHandshakeResponse{AcceptSecrets: true, AcceptResources: true}, nil
}

// GetPluginInfo tells the version.
func (p *provider) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	v, err := semver.Parse(version)
	return plugin.PluginInfo{Version: &v}, err
}

// GetSchema has no types of its own: kinds are the API server's.
func (p *provider) GetSchema(context.Context, plugin.GetSchemaRequest) (plugin.GetSchemaResponse, error) {
	return plugin.GetSchemaResponse{Schema: fmt.Appendf(nil, `{"name":"kubernetes","version":%q}`, version)}, nil
}

// CheckConfig refuses settings that have no meaning here.
func (p *provider) CheckConfig(_ context.Context, req plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	var failures []plugin.CheckFailure
	fail := func(key resource.PropertyKey, format string, args ...any) {
		failures = append(failures, plugin.CheckFailure{Property: key, Reason: fmt.Sprintf(format, args...)})
	}
	for _, key := range req.News.StableKeys() {
		isBool, ok := known[string(key)]
		switch {
		case key == "version" || strings.HasPrefix(string(key), "__"):
		case !ok:
			fail(key, "the rehearsal's stand-in for the kubernetes plug-in does not know %q", key)
		case isBool && !hasComputed(req.News[key]):
			if _, err := flag(req.News, key, false); err != nil {
				fail(key, "%v", err)
			}
		}
	}
	if on, err := flag(req.News, "enableServerSideApply", true); err == nil && !on {
		fail("enableServerSideApply", "got false, want true: the stand-in has server-side apply only")
	}
	return plugin.CheckConfigResponse{Properties: req.News, Failures: failures}, nil
}

// DiffConfig replaces the provider, and with it every object, when it leads to another cluster: never while the cluster
// has an identity that stays the same.
func (p *provider) DiffConfig(_ context.Context, req plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
	diff := req.OldInputs.Diff(req.NewInputs)
	if !diff.AnyChanges() {
		return plugin.DiffResult{Changes: plugin.DiffNone}, nil
	}
	result := plugin.DiffResult{Changes: plugin.DiffSome, ChangedKeys: diff.ChangedKeys()}
	before, after := plug.Text(req.OldInputs, "clusterIdentifier"), plug.Text(req.NewInputs, "clusterIdentifier")
	switch {
	case before != after:
		result.ReplaceKeys = []resource.PropertyKey{"clusterIdentifier"}
	case after == "" && slices.Contains(result.ChangedKeys, "kubeconfig") && !sameServer(req.OldInputs, req.NewInputs):
		result.ReplaceKeys = []resource.PropertyKey{"kubeconfig"}
	}
	return result, nil
}

// Configure takes the settings, and looks whether the cluster can be reached: what it finds holds for the whole run.
func (p *provider) Configure(_ context.Context, req plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	p.settings.mutable = map[string]bool{}
	for _, kind := range []string{"ConfigMap", "Secret"} {
		on, err := flag(req.Inputs, resource.PropertyKey("enable"+kind+"Mutable"), false)
		if err != nil {
			return plugin.ConfigureResponse{}, err
		}
		p.settings.mutable[kind] = on
	}
	if hasComputed(req.Inputs["kubeconfig"]) {
		p.settings.unreachable = "its kubeconfig is not known yet"
		return plugin.ConfigureResponse{}, nil
	}
	for key, to := range map[resource.PropertyKey]*bool{
		"deleteUnreachable": &p.settings.deleteUnreachable, "skipUpdateUnreachable": &p.settings.skipUnreachable,
		"upsertExistingObjects": &p.settings.upsert, "enablePatchForce": &p.settings.force,
	} {
		on, err := flag(req.Inputs, key, false)
		if err != nil {
			return plugin.ConfigureResponse{}, err
		}
		*to = on
	}
	var err error
	if p.cluster, err = connect(plug.Text(req.Inputs, "kubeconfig"), p.settings.force); err != nil {
		p.settings.unreachable = err.Error()
	}
	return plugin.ConfigureResponse{}, nil
}

// SignalCancellation ends every call that is under way.
func (p *provider) SignalCancellation(context.Context) error { p.cancel(); return nil }

// Close ends every call that is under way.
func (p *provider) Close() error { p.cancel(); return nil }

// bound is a request's context that also ends when the engine cancels the plug-in.
func (p *provider) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(p.cancelled, cancel)
	return ctx, func() { stop(); cancel() }
}

// flag reads a setting that may come as a bool or as text.
func flag(in resource.PropertyMap, key resource.PropertyKey, otherwise bool) (bool, error) {
	switch v := plug.Plain(in[key]); {
	case v.IsNull():
		return otherwise, nil
	case v.IsBool():
		return v.BoolValue(), nil
	case v.IsString():
		on, err := strconv.ParseBool(v.StringValue())
		if err != nil {
			return false, fmt.Errorf("%s: got %q, want true or false", key, v.StringValue())
		}
		return on, nil
	default:
		return false, fmt.Errorf("%s: got a %s, want true or false", key, v.TypeString())
	}
}

// hasComputed tells whether any part of a value is not known yet.
func hasComputed(v resource.PropertyValue) bool { return v.ContainsUnknowns() }
