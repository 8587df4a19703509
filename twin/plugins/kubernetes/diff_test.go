package main

import (
	"maps"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// As with the official plug-in, new content replaces a ConfigMap or a Secret unless the provider is told otherwise.
func TestContentReplacesUnlessItIsMutable(t *testing.T) {
	fixed, _ := configured(t, values{"enableConfigMapMutable": nil, "enableSecretMutable": nil})
	mutable, _ := configured(t, nil)
	for name, c := range map[string]struct {
		p        *provider
		kind     string
		extra    values
		replaces bool
	}{
		"a ConfigMap":                {fixed, "ConfigMap", nil, true},
		"a Secret":                   {fixed, "Secret", nil, true},
		"a mutable ConfigMap":        {mutable, "ConfigMap", nil, false},
		"a mutable Secret":           {mutable, "Secret", nil, false},
		"one that says it is not so": {mutable, "Secret", values{"immutable": true}, true},
		"another kind":               {fixed, "Namespace", nil, false},
	} {
		in := func(v string) resource.PropertyMap {
			m := values{"apiVersion": "v1", "kind": c.kind, "metadata": values{"name": "content"}, "data": values{"a": v}}
			maps.Copy(m, c.extra)
			return props(m)
		}
		d := newObject(t, c.p, in("1")).diff(in("2"))
		if got := len(d.ReplaceKeys) > 0; got != c.replaces || d.Changes != plugin.DiffSome || d.DeleteBeforeReplace != c.replaces {
			t.Errorf("%s: got %+v, want it replaced: %t", name, d, c.replaces)
		}
	}
}

func TestFieldsForLifeReplace(t *testing.T) {
	p, _ := configured(t, nil)
	class := func(policy string) resource.PropertyMap {
		return props(values{
			"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": values{"name": "for-life"},
			"provisioner": "example.com/none", "reclaimPolicy": policy,
		})
	}
	o := newObject(t, p, class("Retain")).mustCreate()
	d := o.diff(class("Delete"))
	if !d.DeleteBeforeReplace || d.DetailedDiff["reclaimPolicy"].Kind != plugin.DiffUpdateReplace {
		t.Errorf("got %+v, want it replaced, the old one deleted first", d)
	}
	if err := o.update(class("Delete"), true); err == nil || !strings.Contains(err.Error(), "reclaimPolicy") {
		t.Errorf("got %v from the API server, want it to refuse the change in place", err)
	}
	moved := o.in.Copy()
	moved["metadata"] = resource.NewPropertyValue(values{"name": "other"})
	if d := o.diff(moved); d.DeleteBeforeReplace || d.DetailedDiff["metadata.name"].Kind != plugin.DiffUpdateReplace {
		t.Errorf("got %+v, want it replaced under another name, made first", d)
	}
}
