package plug

import (
	"context"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

const token = "test:index:Thing"

// thing is a resource whose diff is scripted and whose creation waits for its context.
type thing struct {
	diff map[string]plugin.PropertyDiff
}

func (thing) Table() Table {
	return Table{Inputs: []Field{
		{Name: "list", Type: Strings()},
		{Name: "secret", Type: Type{Kind: String}, Secret: true},
		{Name: "nested", Type: Type{Kind: Object, Token: "test:index:Nested", Fields: []Field{
			{Name: "on", Type: Type{Kind: Boolean}, Default: resource.NewProperty(true)},
		}}},
	}}
}

func (thing) Check(plugin.CheckRequest) []plugin.CheckFailure { return nil }

func (t thing) Diff(plugin.DiffRequest) (plugin.DiffResult, error) {
	return plugin.DiffResult{Changes: plugin.DiffSome, DetailedDiff: t.diff}, nil
}

func (thing) Create(ctx context.Context, _ plugin.CreateRequest) (plugin.CreateResponse, error) {
	<-ctx.Done()
	return plugin.CreateResponse{}, ctx.Err()
}

func (thing) Read(context.Context, plugin.ReadRequest) (plugin.ReadResponse, error) {
	return plugin.ReadResponse{}, nil
}

func (thing) Update(context.Context, plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	return plugin.UpdateResponse{}, nil
}

func (thing) Delete(context.Context, plugin.DeleteRequest) error { return nil }

func provide(t *testing.T, r Resource) *Provider {
	t.Helper()
	p, err := New("test", "1.2.3", map[tokens.Type]Resource{token: r})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCheckKeepsSecretsAtEveryDepth(t *testing.T) {
	secret := func(v any) resource.PropertyValue { return resource.MakeSecret(resource.NewPropertyValue(v)) }
	in := resource.PropertyMap{
		"list":      resource.NewProperty([]resource.PropertyValue{secret("a"), resource.NewProperty("b")}),
		"secret":    resource.NewProperty("s"),
		"nested":    secret(map[string]any{}),
		"__engine":  resource.NewProperty("own"),
		"__another": resource.NewNullProperty(),
	}
	got, failures := Check(thing{}.Table().Inputs, in)
	want := resource.PropertyMap{
		"list": in["list"], "secret": secret("s"), "nested": secret(map[string]any{"on": true}),
	}
	if len(failures) > 0 || !got.DeepEquals(want) {
		t.Errorf("got %v, %v\nwant %v", got, failures, want)
	}
	if plain := PlainMap(got); plain.ContainsSecrets() || Text(plain, "secret") != "s" {
		t.Errorf("plain: got %v", plain)
	}
}

func TestCheckReportsEveryFault(t *testing.T) {
	_, failures := Check(thing{}.Table().Inputs, resource.NewPropertyMapFromMap(map[string]any{
		"list": []any{1}, "nested": map[string]any{"on": "yes", "off": 1}, "other": 1,
	}))
	var got []string
	for _, f := range failures {
		got = append(got, string(f.Property))
	}
	if strings.Join(got, " ") != "list[0] nested.on nested.off other" {
		t.Errorf("failures at %q", got)
	}
}

func TestDiffIsCompleted(t *testing.T) {
	srv := Server(provide(t, thing{diff: map[string]plugin.PropertyDiff{
		"nested.on": {Kind: plugin.DiffUpdate}, "list[0]": {Kind: plugin.DiffDeleteReplace}, "list[1]": {Kind: plugin.DiffAdd},
	}}))
	empty := &structpb.Struct{}
	got, err := srv.Diff(t.Context(), &pulumirpc.DiffRequest{
		Urn: "urn:pulumi:s::p::" + token + "::n", Olds: empty, OldInputs: empty, News: empty,
	})
	if err != nil {
		t.Fatal(err)
	}
	if !got.HasDetailedDiff || strings.Join(got.Diffs, " ") != "list nested" ||
		got.DetailedDiff["list[0]"].Kind != pulumirpc.PropertyDiff_DELETE_REPLACE || len(got.Replaces) != 1 {
		t.Errorf("got %v", got)
	}
}

func TestCancelEndsACall(t *testing.T) {
	p := provide(t, thing{})
	if err := p.SignalCancellation(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Create(t.Context(), plugin.CreateRequest{Type: token}); err == nil {
		t.Error("a call went on after the plug-in was cancelled")
	}
}

func TestProviderTakesNoSettings(t *testing.T) {
	res, err := provide(t, thing{}).CheckConfig(t.Context(), plugin.CheckConfigRequest{
		News: resource.NewPropertyMapFromMap(map[string]any{"version": "1.2.3", "region": "x"}),
	})
	if err != nil || len(res.Failures) != 1 || res.Failures[0].Property != "region" {
		t.Errorf("got %v, %v, want one failure, of region", res.Failures, err)
	}
}
