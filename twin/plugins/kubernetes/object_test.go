package main

import (
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

func configMap(name string, data values) resource.PropertyMap {
	return props(values{"apiVersion": "v1", "kind": "ConfigMap", "metadata": values{"name": name, "namespace": "default"}, "data": data})
}

// live reads an object past the plug-in.
func live(t *testing.T, p *provider, resources, name string) values {
	t.Helper()
	o, err := p.cluster.objects.Resource(schema.GroupVersionResource{Version: "v1", Resource: resources}).Namespace("default").
		Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return o.Object
}

// meddle changes an object past the plug-in.
func meddle(t *testing.T, p *provider, resources, name, patch string) {
	t.Helper()
	if _, err := p.cluster.objects.Resource(schema.GroupVersionResource{Version: "v1", Resource: resources}).Namespace("default").
		Patch(t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: "somebody"}); err != nil {
		t.Fatal(err)
	}
}

func TestObjectsLife(t *testing.T) {
	p, _ := configured(t, nil)
	o := newObject(t, p, configMap("life", values{"a": "1", "b": "2"})).mustCreate()
	if o.id != "default/life" || plug.Text(o.state, managerKey) == "" {
		t.Errorf("got ID %q and state %v, want default/life and a manager", o.id, o.state)
	}
	if d := o.diff(o.in.Copy()); d.Changes != plugin.DiffNone {
		t.Errorf("the same again: got %+v, want no change", d)
	}
	next := configMap("life", values{"a": "1", "c": "3"})
	d := o.diff(next)
	if len(d.ReplaceKeys) > 0 || d.DetailedDiff["data.b"].Kind != plugin.DiffDelete || d.DetailedDiff["data.c"].Kind != plugin.DiffAdd {
		t.Errorf("got %+v, want data.b to go and data.c to come, in place", d)
	}
	if err := o.update(next, true); err != nil {
		t.Fatal(err)
	}
	if got := live(t, p, "configmaps", "life")["data"].(values); len(got) != 2 || got["b"] != "2" {
		t.Errorf("a preview changed the object to %v", got)
	}
	if err := o.update(next, false); err != nil {
		t.Fatal(err)
	}
	if got := live(t, p, "configmaps", "life")["data"].(values); len(got) != 2 || got["c"] != "3" {
		t.Errorf("got %v, want a and c alone", got)
	}
	if err := o.delete(); err != nil {
		t.Fatal(err)
	}
	if r := o.refresh(); r.ID != "" || r.Outputs != nil {
		t.Errorf("got %v after it was deleted, want nothing", r.Outputs)
	}
	if err := o.delete(); err != nil {
		t.Errorf("deleted again: %v", err)
	}
}

func TestAnObjectOfOthersIsNotTaken(t *testing.T) {
	p, _ := configured(t, nil)
	newObject(t, p, configMap("taken", values{"a": "1"})).mustCreate()
	again := newObject(t, p, configMap("taken", values{"a": "2"}))
	if err := again.create(); err == nil || !strings.Contains(err.Error(), "ConfigMap default/taken exists already") {
		t.Errorf("got %v, want it refused", err)
	}
	upsert, _ := configured(t, values{"upsertExistingObjects": "true"})
	forced := configMap("taken", values{"a": "2"})
	forced["metadata"].ObjectValue()["annotations"] = resource.NewPropertyValue(values{annotationForce: "true"})
	newObject(t, upsert, forced).mustCreate()
	if got := live(t, p, "configmaps", "taken")["data"].(values)["a"]; got != "2" {
		t.Errorf("got %v, want it taken over", got)
	}
}

func TestDriftIsSeenAndMended(t *testing.T) {
	p, _ := configured(t, nil)
	o := newObject(t, p, configMap("drift", values{"a": "1"})).mustCreate()
	meddle(t, p, "configmaps", "drift", `{"metadata": {"labels": {"not": "ours"}}}`)
	if r := o.refresh(); !r.Inputs.DeepEquals(o.in) {
		t.Errorf("got %v for a label of others, want no drift", r.Inputs)
	}
	meddle(t, p, "configmaps", "drift", `{"data": {"a": "9"}}`)
	wanted := o.in
	r := o.refresh()
	o.in, o.state = r.Inputs, r.Outputs
	if d := o.diff(wanted); d.DetailedDiff["data.a"].Kind != plugin.DiffUpdate {
		t.Errorf("got %+v, want data.a to go back", d)
	}
	if err := o.update(wanted, false); err == nil || !strings.Contains(err.Error(), "somebody") {
		t.Errorf("got %v, want the conflict with the other writer named", err)
	}
}

// The API server writes some values in another form; that is no drift.
func TestNormalFormIsNoDrift(t *testing.T) {
	p, _ := configured(t, nil)
	o := newObject(t, p, props(values{
		"apiVersion": "v1", "kind": "ResourceQuota", "metadata": values{"name": "normal", "namespace": "default"},
		"spec": values{"hard": values{"requests.cpu": "1000m", "pods": "3"}},
	})).mustCreate()
	if r := o.refresh(); !r.Inputs.DeepEquals(o.in) {
		t.Errorf("got %v, want the inputs as they were, %v", r.Inputs, o.in)
	}
}

func TestWhatIsNotWrittenDownIsNoDrift(t *testing.T) {
	p, _ := configured(t, nil)
	o := newObject(t, p, props(values{
		"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": values{"name": "false-default"}, "value": 7, "globalDefault": false,
	})).mustCreate()
	if r := o.refresh(); !r.Inputs.DeepEquals(o.in) {
		t.Errorf("got %v, want the inputs as they were, %v", r.Inputs, o.in)
	}
}

func TestSecretsStaySecret(t *testing.T) {
	p, _ := configured(t, nil)
	in := props(values{"apiVersion": "v1", "kind": "Secret", "metadata": values{"name": "secret", "namespace": "default"}, "type": "Opaque"})
	in["stringData"] = resource.NewProperty(resource.PropertyMap{"password": secret("canary")})
	o := newObject(t, p, in).mustCreate()
	if !o.state["data"].IsSecret() {
		t.Errorf("got state %v, want its data secret", o.state)
	}
	if r := o.refresh(); !r.Inputs.DeepEquals(o.in) {
		t.Errorf("got inputs %v after a refresh, want them as they were", r.Inputs)
	}
	meddle(t, p, "secrets", "secret", `{"data": {"password": "b3RoZXI="}}`)
	if r := o.refresh(); r.Inputs.HasValue("stringData") {
		t.Errorf("got inputs %v, want the password to be written again", r.Inputs)
	}
	config := configMap("secretive", nil)
	config["data"] = resource.NewProperty(resource.PropertyMap{"a": secret("canary"), "b": resource.NewProperty("plain")})
	c := newObject(t, p, config).mustCreate()
	if data := c.state["data"].ObjectValue(); !data["a"].IsSecret() || data["b"].IsSecret() {
		t.Errorf("got state %v, want data.a secret and data.b not", c.state)
	}
}

func TestMisspeltFieldsAreErrors(t *testing.T) {
	p, _ := configured(t, nil)
	in := configMap("misspelt", nil)
	in["dtaa"] = resource.NewPropertyValue(values{"a": "1"})
	if err := newObject(t, p, in).create(); err == nil || !strings.Contains(err.Error(), "dtaa") {
		t.Errorf("got %v, want the field named", err)
	}
}

func TestCheckReportsEverything(t *testing.T) {
	p, _ := configured(t, nil)
	for name, c := range map[string]struct {
		typ  string
		in   values
		want []string
	}{
		"nothing": {"core/v1:ConfigMap", values{}, []string{"apiVersion", "kind", "metadata.name"}},
		"a chart": {"helm.sh/v3:Release", values{"apiVersion": "v1", "kind": "x", "metadata": values{"name": "x"}}, []string{"charts"}},
		"a patch": {"core/v1:ConfigMapPatch", values{"apiVersion": "v1", "kind": "x", "metadata": values{"name": "x"}}, []string{"patches"}},
		"a strange wait": {"core/v1:ConfigMap", values{"apiVersion": "v1", "kind": "x", "metadata": values{
			"name": "x", "annotations": values{annotationWait: "soon", annotationTimeout: "1m"},
		}}, []string{`got "soon"`, `got "1m"`}},
	} {
		r, err := p.Check(t.Context(), plugin.CheckRequest{Type: tokens.Type("kubernetes:" + c.typ), News: props(c.in)})
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, f := range r.Failures {
			all.WriteString(string(f.Property) + ": " + f.Reason + "\n")
		}
		for _, want := range c.want {
			if !strings.Contains(all.String(), want) {
				t.Errorf("%s: got\n%swant %q", name, all.String(), want)
			}
		}
	}
}

func TestDeleteWaitsForFinalizers(t *testing.T) {
	p, log := configured(t, nil)
	in := configMap("finalized", nil)
	in["metadata"].ObjectValue()["finalizers"] = resource.NewPropertyValue([]any{"example.com/hold"})
	o := newObject(t, p, in).mustCreate()
	gone := make(chan error, 1)
	go func() { gone <- o.delete() }()
	for end := time.Now().Add(30 * time.Second); !strings.Contains(log.String(), "example.com/hold"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("got %q, want it said what is waited for", log)
		}
	}
	meddle(t, p, "configmaps", "finalized", `{"metadata": {"finalizers": null}}`)
	if err := <-gone; err != nil {
		t.Error(err)
	}
}
