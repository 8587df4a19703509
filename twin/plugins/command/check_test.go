package main

import (
	"maps"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

var unknown = resource.MakeComputed(resource.NewProperty(""))

func TestCheckFillsInTheConnection(t *testing.T) {
	got := start(t).checked(t, remoteToken, values{"create": "x", "connection": values{
		"host": "h", "privateKey": "k", "proxy": values{"host": "p"},
	}})
	secret := func(s string) resource.PropertyValue { return resource.MakeSecret(resource.NewProperty(s)) }
	want := props(values{"create": "x", "connection": resource.MakeSecret(resource.NewProperty(props(values{
		"host": "h", "port": 22, "user": "root", "dialErrorLimit": 10, "perDialTimeout": 15, "privateKey": secret("k"),
		"proxy": values{"host": "p", "port": 22, "user": "root", "dialErrorLimit": 10, "perDialTimeout": 15},
	})))})
	if !got.DeepEquals(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestCheckRefuses(t *testing.T) {
	host := values{"host": "h"}
	for name, tc := range map[string]struct {
		token  tokens.Type
		inputs values
		want   string
	}{
		"no connection":    {remoteToken, values{"create": "x"}, `missing required property "connection"`},
		"no host":          {remoteToken, values{"connection": values{}}, `missing required property "connection.host"`},
		"unknown property": {remoteToken, values{"creat": "x", "connection": host}, `unrecognised property "creat"`},
		"unknown nested":   {remoteToken, values{"connection": values{"host": "h", "key": "k"}}, `"connection.key"`},
		"logging":          {remoteToken, values{"logging": "all", "connection": host}, "want one of stdout, stderr"},
		"wrong type":       {remoteToken, values{"create": 5, "connection": host}, "is of type number, want string"},
		"assets":           {localToken, values{"assetPaths": []any{"*"}}, "makes no assets"},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := start(t).Check(t.Context(), plugin.CheckRequest{Type: tc.token, News: props(tc.inputs)})
			if err != nil || len(res.Failures) != 1 || !strings.Contains(res.Failures[0].Reason, tc.want) {
				t.Errorf("failures %v, %v, want one with %q", res.Failures, err, tc.want)
			}
		})
	}
	if _, err := start(t).Check(t.Context(), plugin.CheckRequest{Type: "command:remote:CopyToRemote"}); err == nil ||
		!strings.Contains(err.Error(), "has only command:local:Command, command:remote:Command") {
		t.Errorf("another type: got %v, want an error that lists what there is", err)
	}
}

// The expectations are what the official plug-in 1.2.1 answers to the same requests.
func TestDiff(t *testing.T) {
	for name, tc := range map[string]struct {
		old, new values
		want     map[string]plugin.DiffKind
	}{
		"nothing":         {values{"create": "a"}, values{"create": "a"}, nil},
		"create":          {values{"create": "a"}, values{"create": "b"}, kinds("create", plugin.DiffUpdate)},
		"now secret":      {values{"create": "a"}, values{"create": resource.MakeSecret(resource.NewProperty("a"))}, kinds("create", plugin.DiffUpdate)},
		"environment":     {values{"environment": values{"A": "1"}}, values{"environment": values{"A": "2"}}, kinds("environment.A", plugin.DiffUpdate)},
		"triggers come":   {values{}, values{"triggers": []any{"a"}}, kinds("triggers", plugin.DiffAddReplace)},
		"triggers go":     {values{"triggers": []any{"a"}}, values{}, kinds("triggers", plugin.DiffDeleteReplace)},
		"trigger changes": {values{"triggers": []any{"a"}}, values{"triggers": []any{"b"}}, kinds("triggers[0]", plugin.DiffUpdate)},
		"trigger added":   {values{"triggers": []any{"a"}}, values{"triggers": []any{"a", "b"}}, kinds("triggers[1]", plugin.DiffAdd)},
		"unknown":         {values{"create": "a"}, values{"create": unknown}, kinds("create", plugin.DiffUpdate)},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := start(t).Diff(t.Context(), plugin.DiffRequest{
				Type: localToken, OldInputs: props(tc.old), OldOutputs: props(tc.old), NewInputs: props(tc.new),
			})
			if err != nil {
				t.Fatal(err)
			}
			have := map[string]plugin.DiffKind{}
			for path, d := range got.DetailedDiff {
				have[path] = d.Kind
			}
			if !maps.Equal(have, tc.want) || got.DeleteBeforeReplace || (got.Changes == plugin.DiffSome) != (len(tc.want) > 0) {
				t.Errorf("got %v (%v), want %v", have, got.Changes, tc.want)
			}
		})
	}
}

func kinds(path string, kind plugin.DiffKind) map[string]plugin.DiffKind {
	return map[string]plugin.DiffKind{path: kind}
}

func TestPreviewRunsNothing(t *testing.T) {
	p := start(t)
	for name, tc := range map[string]struct {
		old, new values // inputs
		unknown  bool   // the outputs, after
	}{
		"changed":     {values{"create": "exit 1"}, values{"create": "exit 2"}, true},
		"unknown":     {values{"create": "exit 1"}, values{"create": unknown}, true},
		"only added":  {values{"create": "exit 1"}, values{"create": "exit 1", "update": "exit 2"}, false},
		"input taken": {values{"create": "exit 1", "dir": "/"}, values{"create": "exit 1"}, true},
	} {
		old := props(tc.old)
		old["stdout"], old["stderr"] = resource.NewProperty("o"), resource.NewProperty("e")
		got, err := p.Update(t.Context(), plugin.UpdateRequest{
			Type: localToken, OldOutputs: old, NewInputs: props(tc.new), Preview: true,
		})
		if err != nil || got.Properties["stdout"].IsComputed() != tc.unknown {
			t.Errorf("%s: got %v, %v, want unknown outputs: %v", name, got.Properties, err, tc.unknown)
		}
	}
	got, err := p.Create(t.Context(), plugin.CreateRequest{
		Type: localToken, Name: "n", Properties: props(values{"create": "exit 1"}), Preview: true,
	})
	if err != nil || !got.Properties["stdout"].IsComputed() || !got.Properties["stderr"].IsComputed() {
		t.Errorf("create: got %v, %v, want unknown outputs", got.Properties, err)
	}
}

func TestSchemaNamesEveryInput(t *testing.T) {
	res, err := start(t).GetSchema(t.Context(), plugin.GetSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"command:remote:Connection", "perDialTimeout", `"replaceOnChanges":true`, "stdoutAndStderr"} {
		if !strings.Contains(string(res.Schema), want) {
			t.Errorf("schema lacks %s", want)
		}
	}
	if strings.Contains(string(res.Schema), "assetPaths") {
		t.Error("schema offers assetPaths, which are refused")
	}
}
