package main

import (
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"golang.org/x/crypto/bcrypt"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

const (
	passwordToken = "random:index/randomPassword:RandomPassword"
	stringToken   = "random:index/randomString:RandomString"
	bytesToken    = "random:index/randomBytes:RandomBytes"
	idToken       = "random:index/randomId:RandomId"
	uuidToken     = "random:index/randomUuid:RandomUuid"
)

type values = map[string]any

func provider(t *testing.T) *plug.Provider {
	t.Helper()
	p, err := newProvider()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func props(v values) resource.PropertyMap { return resource.NewPropertyMapFromMap(v) }

func create(t *testing.T, token tokens.Type, inputs values, preview bool) plugin.CreateResponse {
	t.Helper()
	res, err := provider(t).Create(t.Context(), plugin.CreateRequest{
		Type: token, Name: "n", Properties: props(inputs), Preview: preview,
	})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestCheck(t *testing.T) {
	unknown := resource.MakeComputed(resource.NewProperty(""))
	for name, tc := range map[string]struct {
		token  tokens.Type
		inputs values
		want   string // in the failure, "" for none
	}{
		"defaults":             {passwordToken, values{"length": 16}, ""},
		"unknown length":       {passwordToken, values{"length": unknown, "minLower": 3}, ""},
		"no length":            {passwordToken, values{}, `missing required property "length"`},
		"unknown property":     {passwordToken, values{"length": 16, "lenght": 1}, `unrecognised property "lenght"`},
		"wrong type":           {passwordToken, values{"length": "long"}, `property "length" is of type string, want integer`},
		"broken number":        {passwordToken, values{"length": 1.5}, "want a whole number"},
		"keeper not a string":  {passwordToken, values{"length": 1, "keepers": values{"a": 1}}, `property "keepers.a" is of type number`},
		"length zero":          {passwordToken, values{"length": 0}, "length is 0, want at least 1"},
		"minimums over length": {passwordToken, values{"length": 3, "minLower": 2, "minUpper": 2}, "= 4"},
		"no class": {passwordToken, values{
			"length": 3, "upper": false, "lower": false, "special": false, "number": false}, "want at least one"},
		"number contradicts numeric": {stringToken, values{"length": 3, "number": true, "numeric": false}, "want only numeric"},
		"bytes of length zero":       {bytesToken, values{"length": 0}, "length is 0, want at least 1"},
		"id":                         {idToken, values{"byteLength": 4, "prefix": "p"}, ""},
		"uuid":                       {uuidToken, values{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := provider(t).Check(t.Context(), plugin.CheckRequest{Type: tc.token, News: props(tc.inputs)})
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case tc.want == "" && len(res.Failures) > 0:
				t.Errorf("failures %v, want none", res.Failures)
			case tc.want != "" && (len(res.Failures) != 1 || !strings.Contains(res.Failures[0].Reason, tc.want)):
				t.Errorf("failures %v, want one with %q", res.Failures, tc.want)
			}
		})
	}
}

func TestOtherTypesAreRefused(t *testing.T) {
	_, err := provider(t).Check(t.Context(), plugin.CheckRequest{Type: "random:index/randomPet:RandomPet"})
	if err == nil || !strings.Contains(err.Error(), "has only random:index/randomBytes:RandomBytes") {
		t.Errorf("got %v, want an error that lists what there is", err)
	}
}

func TestPassword(t *testing.T) {
	res := create(t, passwordToken, values{
		"length": 40, "minLower": 3, "minUpper": 4, "minNumeric": 5, "minSpecial": 6, "overrideSpecial": "_~",
	}, false)
	if res.ID != "none" {
		t.Errorf("ID %q, want none: it would tell the password", res.ID)
	}
	for _, key := range []resource.PropertyKey{"result", "bcryptHash"} {
		if !res.Properties[key].IsSecret() {
			t.Errorf("%s is not a secret", key)
		}
	}
	got := plug.Text(res.Properties, "result")
	count := func(set string) (n int) {
		for _, r := range got {
			n += strings.Count(set, string(r))
		}
		return n
	}
	if len(got) != 40 || count(lowerCase) < 3 || count(upperCase) < 4 || count(digits) < 5 || count("_~") < 6 || count(special) > count("_") {
		t.Errorf("password %q does not keep to its inputs", got)
	}
	if err := bcrypt.CompareHashAndPassword([]byte(plug.Text(res.Properties, "bcryptHash")), []byte(got)); err != nil {
		t.Errorf("bcryptHash: %v", err)
	}
	want := props(values{"numeric": true, "number": true, "special": true, "upper": true, "lower": true})
	for key, v := range want {
		if !res.Properties[key].DeepEquals(v) {
			t.Errorf("%s is %v, want the default %v", key, res.Properties[key], v)
		}
	}
}

func TestCharactersAreDrawnFromTheClassesThatAreOn(t *testing.T) {
	res := create(t, stringToken, values{"length": 200, "special": false, "upper": false, "number": false}, false)
	got := plug.Text(res.Properties, "result")
	if strings.Trim(got, lowerCase) != "" || res.Properties["result"].IsSecret() || string(res.ID) != got {
		t.Errorf("ID %q, result %v, want 200 lower-case letters, plain, as both", res.ID, res.Properties["result"])
	}
	if again := create(t, stringToken, values{"length": 200}, false); plug.Text(again.Properties, "result") == got {
		t.Error("two strings are the same")
	}
}

func TestIdentifiers(t *testing.T) {
	b := create(t, bytesToken, values{"length": 5}, false)
	raw, err := base64.StdEncoding.DecodeString(plug.Text(b.Properties, "base64"))
	if err != nil || len(raw) != 5 || plug.Text(b.Properties, "hex") != hex.EncodeToString(raw) ||
		!b.Properties["hex"].IsSecret() || !b.Properties["base64"].IsSecret() {
		t.Errorf("bytes %v, %v, want five, both forms secret", b.Properties, err)
	}
	i := create(t, idToken, values{"byteLength": 4, "prefix": "x-"}, false)
	if got := plug.Text(i.Properties, "b64Url"); got != "x-"+string(i.ID) || len(plug.Text(i.Properties, "hex")) != 10 {
		t.Errorf("ID %q with %v, want the prefix before every notation and not in the ID", i.ID, i.Properties)
	}
	u := create(t, uuidToken, values{}, false)
	if got := plug.Text(u.Properties, "result"); got != string(u.ID) || len(got) != 36 || got[14] != '4' {
		t.Errorf("UUID %q with ID %q, want the same version 4 UUID", got, u.ID)
	}
}

func TestPreviewTellsTheStateWithoutGenerating(t *testing.T) {
	res := create(t, passwordToken, values{"length": 16, "numeric": false}, true)
	for _, key := range []resource.PropertyKey{"result", "bcryptHash"} {
		if v := res.Properties[key]; !v.IsSecret() || !v.SecretValue().Element.IsComputed() {
			t.Errorf("%s is %v, want a secret that is not known yet", key, v)
		}
	}
	keys := slices.Collect(maps.Keys(res.Properties))
	if res.Properties["number"].BoolValue() || len(keys) != 12 {
		t.Errorf("state %v, want all twelve properties, number as numeric", res.Properties)
	}
}
