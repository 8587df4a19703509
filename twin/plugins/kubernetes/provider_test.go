package main

import (
	"context"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// at is a kubeconfig of an API server at that address; nothing answers there.
func at(server string) string {
	return `{"apiVersion": "v1", "kind": "Config", "current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
		"clusters": [{"name": "c", "cluster": {"server": "` + server + `"}}], "users": [{"name": "u", "user": {"token": "t"}}]}`
}

func TestIdentityOfTheCluster(t *testing.T) {
	p, _ := configured(t, values{"kubeconfig": at("https://127.0.0.1:1")})
	unknown := resource.MakeComputed(resource.NewProperty(""))
	with := func(kubeconfig any, identifier string) resource.PropertyMap {
		in := resource.PropertyMap{"kubeconfig": resource.NewPropertyValue(kubeconfig)}
		if identifier != "" {
			in["clusterIdentifier"] = resource.NewProperty(identifier)
		}
		return in
	}
	for name, c := range map[string]struct {
		before, after resource.PropertyMap
		changes       plugin.DiffChanges
		replace       string
	}{
		"the same":                            {with(at("https://a"), ""), with(at("https://a"), ""), plugin.DiffNone, ""},
		"another server":                      {with(at("https://a"), ""), with(at("https://b"), ""), plugin.DiffSome, "kubeconfig"},
		"another server, the same identity":   {with(at("https://a"), "one"), with(at("https://b"), "one"), plugin.DiffSome, ""},
		"a server to come":                    {with(at("https://a"), ""), with(unknown, ""), plugin.DiffSome, "kubeconfig"},
		"a server to come, the same identity": {with(at("https://a"), "one"), with(unknown, "one"), plugin.DiffSome, ""},
		"another identity":                    {with(at("https://a"), "one"), with(at("https://a"), "two"), plugin.DiffSome, "clusterIdentifier"},
	} {
		d, err := p.DiffConfig(t.Context(), plugin.DiffConfigRequest{OldInputs: c.before, NewInputs: c.after})
		if err != nil {
			t.Fatal(err)
		}
		var replace []string
		for _, k := range d.ReplaceKeys {
			replace = append(replace, string(k))
		}
		if d.Changes != c.changes || strings.Join(replace, " ") != c.replace {
			t.Errorf("%s: got %v and replaced for %q, want %v and %q", name, d.Changes, replace, c.changes, c.replace)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	p := &provider{}
	r, err := p.CheckConfig(t.Context(), plugin.CheckConfigRequest{News: props(values{
		"kubeconfig": "x", "version": "4.32.0", "enableServerSideApply": "false", "deleteUnreachable": "maybe", "renderYamlToDirectory": "out",
	})})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Failures {
		got = append(got, string(f.Property))
	}
	if strings.Join(got, " ") != "deleteUnreachable renderYamlToDirectory enableServerSideApply" {
		t.Errorf("got failures of %q", got)
	}
}

// A cluster that cannot be reached does not stop a preview, but everything else.
func TestUnreachableCluster(t *testing.T) {
	for name, kubeconfig := range map[string]resource.PropertyValue{
		"not known yet":        resource.MakeComputed(resource.NewProperty("")),
		"nobody answers":       resource.NewProperty(at("https://127.0.0.1:1")),
		"no kubeconfig at all": resource.NewProperty("hello"),
	} {
		log := &recorder{}
		p := &provider{engine: log}
		p.cancelled, p.cancel = context.WithCancel(t.Context())
		settings := resource.PropertyMap{"kubeconfig": kubeconfig}
		if _, err := p.Configure(t.Context(), plugin.ConfigureRequest{Inputs: settings}); err != nil {
			t.Fatal(err)
		}
		in := configMap("nowhere", nil)
		made, err := p.Create(t.Context(), plugin.CreateRequest{Properties: in, Preview: true})
		if err != nil || !made.Properties["kind"].IsString() {
			t.Errorf("%s: preview: got %v (%v), want what the program says", name, made.Properties, err)
		}
		if _, err := p.Create(t.Context(), plugin.CreateRequest{Properties: in}); err == nil {
			t.Errorf("%s: create: got no error, want one", name)
		}
		gone := plugin.DeleteRequest{ID: "default/nowhere", Inputs: in, Outputs: in}
		if _, err := p.Delete(t.Context(), gone); err == nil {
			t.Errorf("%s: delete: got no error, want one", name)
		}
		known := configMap("nowhere", values{"a": "1"})
		read := plugin.ReadRequest{ID: "default/nowhere", Inputs: known, State: known}
		if _, err := p.Read(t.Context(), read); err == nil {
			t.Errorf("%s: read: got no error, want one", name)
		}
		p.settings.skipUnreachable = true
		r, err := p.Read(t.Context(), read)
		if err != nil || !r.Outputs.DeepEquals(known) || !strings.Contains(log.String(), "warning: left as it was") {
			t.Errorf("%s: read, to be left: got %v (%v) and %q, want it as it was, and said so", name, r.Outputs, err, log)
		}
		c, err := p.Check(t.Context(), plugin.CheckRequest{Type: "kubernetes:core/v1:ConfigMap", Olds: known, News: in})
		if err != nil || !c.Properties.DeepEquals(known) {
			t.Errorf("%s: check, to be left: got %v (%v), want it as it was", name, c.Properties, err)
		}
		p.settings.deleteUnreachable = true
		if _, err := p.Delete(t.Context(), gone); err != nil {
			t.Errorf("%s: delete, to be forgotten: %v", name, err)
		}
	}
}
