package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// The expectations are what the official plug-in 4.21.1 answers to the same requests.
func TestDiff(t *testing.T) {
	unknown := resource.MakeComputed(resource.NewProperty(""))
	secret := resource.MakeSecret(resource.NewProperty("b"))
	a := values{"a": "b"}
	for name, tc := range map[string]struct {
		old, new         values // without length
		changed, replace []resource.PropertyKey
	}{
		"nothing":                {},
		"default spelt out":      {new: values{"numeric": true, "special": true, "minLower": 0}},
		"old name of a default":  {new: values{"number": true}},
		"keeper now a secret":    {old: values{"keepers": a}, new: values{"keepers": values{"a": secret}}},
		"length":                 {new: values{"length": 17}, changed: keys("length"), replace: keys("length")},
		"length unknown":         {new: values{"length": unknown}, changed: keys("length"), replace: keys("length")},
		"numeric":                {new: values{"numeric": false}, changed: keys("number", "numeric"), replace: keys("number", "numeric")},
		"number":                 {new: values{"number": false}, changed: keys("number", "numeric"), replace: keys("number", "numeric")},
		"keepers added":          {new: values{"keepers": a}, changed: keys("keepers"), replace: keys("keepers")},
		"keeper changed":         {old: values{"keepers": a}, new: values{"keepers": values{"a": "c"}}, changed: keys("keepers"), replace: keys("keepers")},
		"keeper unknown":         {old: values{"keepers": a}, new: values{"keepers": values{"a": unknown}}, changed: keys("keepers"), replace: keys("keepers")},
		"keepers gone":           {old: values{"keepers": a}, changed: keys("keepers"), replace: keys("keepers")},
		"empty keepers added":    {new: values{"keepers": values{}}, changed: keys("keepers")},
		"empty override dropped": {old: values{"overrideSpecial": ""}, changed: keys("overrideSpecial")},
		"override dropped":       {old: values{"overrideSpecial": "_"}, changed: keys("overrideSpecial"), replace: keys("overrideSpecial")},
		"empty override added":   {new: values{"overrideSpecial": ""}, changed: keys("overrideSpecial"), replace: keys("overrideSpecial")},
	} {
		t.Run(name, func(t *testing.T) {
			old, news := with(tc.old), with(tc.new)
			state := create(t, passwordToken, old, false)
			got, err := provider(t).Diff(t.Context(), plugin.DiffRequest{
				Type: passwordToken, ID: state.ID, OldInputs: props(old),
				OldOutputs: state.Properties, NewInputs: props(news),
			})
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(got.ChangedKeys)
			slices.Sort(got.ReplaceKeys)
			if !slices.Equal(got.ChangedKeys, tc.changed) || !slices.Equal(got.ReplaceKeys, tc.replace) || got.DeleteBeforeReplace {
				t.Errorf("changed %v, replacing %v, want %v, %v", got.ChangedKeys, got.ReplaceKeys, tc.changed, tc.replace)
			}
		})
	}
}

func with(v values) values {
	out := values{"length": 16}
	for k, e := range v {
		out[k] = e
	}
	return out
}

func keys(k ...resource.PropertyKey) []resource.PropertyKey { return k }

func TestIgnoredChanges(t *testing.T) {
	state := create(t, bytesToken, values{"length": 4}, false)
	got, err := provider(t).Diff(t.Context(), plugin.DiffRequest{
		Type: bytesToken, OldInputs: props(values{"length": 4}), OldOutputs: state.Properties,
		NewInputs: props(values{"length": 5}), IgnoreChanges: []string{"length"},
	})
	if err != nil || got.Changes != plugin.DiffNone {
		t.Errorf("got %+v, %v, want no change", got, err)
	}
}

func TestUpdateKeepsTheValue(t *testing.T) {
	state := create(t, passwordToken, values{"length": 16, "overrideSpecial": ""}, false)
	got, err := provider(t).Update(t.Context(), plugin.UpdateRequest{
		Type: passwordToken, ID: state.ID, OldOutputs: state.Properties, NewInputs: props(values{"length": 16}),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := state.Properties.Copy()
	delete(want, "overrideSpecial")
	if !got.Properties.DeepEquals(want) {
		t.Errorf("got %v, want %v", got.Properties, want)
	}
}

func TestImport(t *testing.T) {
	for name, tc := range map[string]struct {
		token     tokens.Type
		id        string
		wantID    resource.ID
		property  resource.PropertyKey
		want      string
		wantError string
	}{
		"password":  {token: passwordToken, id: "geheim12", wantID: "none", property: "result", want: "geheim12"},
		"string":    {token: stringToken, id: "abc", wantID: "abc", property: "result", want: "abc"},
		"bytes":     {token: bytesToken, id: "fE+Jesqco6w20rpufjykBA==", wantID: "fE+Jesqco6w20rpufjykBA==", property: "hex", want: "7c4f897aca9ca3ac36d2ba6e7e3ca404"},
		"id":        {token: idToken, id: "x-,p-9hUg", wantID: "p-9hUg", property: "dec", want: "x-2817483090"},
		"uuid":      {token: uuidToken, id: "AABBCCDD-0000-4000-8000-000000000000", wantID: "aabbccdd-0000-4000-8000-000000000000", property: "result", want: "aabbccdd-0000-4000-8000-000000000000"},
		"bad bytes": {token: bytesToken, id: "!!", wantError: `ID "!!", want base64`},
		"bad uuid":  {token: uuidToken, id: "1", wantError: `want a UUID`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := provider(t).Read(t.Context(), plugin.ReadRequest{Type: tc.token, ID: resource.ID(tc.id)})
			if tc.wantError != "" {
				if err == nil || !strings.Contains(err.Error(), tc.wantError) {
					t.Errorf("got %v, want an error with %q", err, tc.wantError)
				}
				return
			}
			if err != nil || got.ID != tc.wantID || plug.Text(got.Outputs, tc.property) != tc.want {
				t.Errorf("got ID %q, %s %q, %v", got.ID, tc.property, plug.Text(got.Outputs, tc.property), err)
			}
		})
	}
}
