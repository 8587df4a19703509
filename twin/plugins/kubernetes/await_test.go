package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// deployment is an object that its kind is waited for by.
func deployment(name string, annotations values) resource.PropertyMap {
	labels := values{"app": name}
	return props(values{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": values{"name": name, "namespace": "default", "annotations": annotations},
		"spec": values{"selector": values{"matchLabels": labels}, "template": values{
			"metadata": values{"labels": labels}, "spec": values{"containers": []any{values{"name": "c", "image": "example.com/c:1"}}},
		}},
	})
}

// say makes a controller's statement about an object: it has seen a generation of it, and so many of its pods are ready.
func say(t *testing.T, p *provider, resource, name, status string) {
	t.Helper()
	group := schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: resource}
	if _, err := p.cluster.objects.Resource(group).Namespace("default").
		Patch(t.Context(), name, types.MergePatchType, []byte(`{"status": `+status+`}`), metav1.PatchOptions{}, "status"); err != nil {
		t.Fatal(err)
	}
}

// said is the text of a condition in what is said.
func said(kind, status, reason string) string {
	return fmt.Sprintf(`{"type": %q, "status": %q, "reason": %q, "message": "so it is", "lastTransitionTime": "2026-01-01T00:00:00Z", "lastUpdateTime": "2026-01-01T00:00:00Z"}`, kind, status, reason)
}

func (r *recorder) await(t *testing.T, want string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !strings.Contains(r.String(), want); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("got %q, want %q", r, want)
		}
	}
}

func TestObjectIsWaitedFor(t *testing.T) {
	p, log := configured(t, nil)
	o := newObject(t, p, deployment("waited", nil))
	made := make(chan error, 1)
	go func() { made <- o.create() }()
	log.await(t, "its last condition is Available=False, MinimumReplicasUnavailable") // the simulation leaves it at that
	replicas := func(updated, ready int, conditions ...string) {
		t.Helper()
		say(t, p, "deployments", "waited", fmt.Sprintf(`{"observedGeneration": 1, "replicas": 1, "updatedReplicas": %d, "readyReplicas": %d, "availableReplicas": %d, "conditions": [%s]}`,
			updated, ready, ready, strings.Join(conditions, ", ")))
	}
	replicas(0, 0, said("Available", "False", "Told"))
	log.await(t, "its last condition is Available=False, Told: so it is")
	// An old pod may still serve.
	replicas(0, 1, said("Available", "True", "Told"), said("Progressing", "True", "ReplicaSetUpdated"))
	log.await(t, "waiting for condition=Progressing, NewReplicaSetAvailable: its last condition is Progressing=True, ReplicaSetUpdated")
	replicas(0, 1, said("Available", "True", "Told"), said("Progressing", "True", "NewReplicaSetAvailable"))
	log.await(t, "waiting for all replicas updated and ready")
	replicas(1, 1, said("Available", "True", "Told"), said("Progressing", "True", "NewReplicaSetAvailable"))
	if err := <-made; err != nil {
		t.Fatal(err)
	}
}

func TestPatienceEndsWithTheLastCondition(t *testing.T) {
	p, _ := configured(t, nil)
	o := newObject(t, p, deployment("impatient", values{annotationTimeout: "1"}))
	err := o.create()
	if err == nil || !strings.Contains(err.Error(), "Deployment default/impatient: condition=Available not met after 1s; its last condition is Available=False, MinimumReplicasUnavailable: ") {
		t.Errorf("got %v, want it to name the object, what was waited for and its last condition", err)
	}
	rpc, ok := rpcerror.FromError(err)
	if !ok || len(rpc.Details()) != 1 {
		t.Fatalf("got %v, want the state of what was made with it", err)
	}
	if got := rpc.Details()[0].(*pulumirpc.ErrorResourceInitFailed); got.Id != "default/impatient" || len(got.Properties.Fields) == 0 {
		t.Errorf("got %v, want ID and properties", got)
	}
	newObject(t, p, deployment("skipped", values{annotationSkip: "true"})).mustCreate()
}

func TestWaits(t *testing.T) {
	o := &unstructured.Unstructured{Object: values{
		"metadata": values{"generation": int64(2)},
		"status": values{"observedGeneration": int64(2), "phase": "Bound", "conditions": []any{
			values{"type": "Ready", "status": "False"}, values{"type": "Stalled", "status": "True"},
		}},
	}}
	for text, want := range map[string]bool{
		"condition=Ready": false, "condition=Ready=False": true, "condition=Stalled": true, "condition=Other": false,
		"jsonpath={.status.phase}=Bound": true, "jsonpath={.status.phase}=Lost": false, "jsonpath={.status.phase}": true, "jsonpath={.status.none}": false,
		`["condition=Stalled", "jsonpath={.status.phase}=Bound"]`: true, `["condition=Stalled", "condition=Ready"]`: false,
	} {
		waits, err := parseWaits(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := unmet(waits, o) == nil; got != want {
			t.Errorf("%s: got %t, want %t", text, got, want)
		}
	}
	o.SetGeneration(3)
	if waits, _ := parseWaits("condition=Stalled"); unmet(waits, o) == nil {
		t.Error("got what was said of an older generation taken for met")
	}
}

// crd defines a kind of object that has no schema to speak of.
func crd(kind string) resource.PropertyMap {
	lower := strings.ToLower(kind)
	return props(values{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": values{"name": lower + "s.example.com"},
		"spec": values{
			"group": "example.com", "scope": "Namespaced", "names": values{"kind": kind, "plural": lower + "s"},
			"versions": []any{values{"name": "v1", "served": true, "storage": true, "schema": values{"openAPIV3Schema": values{
				"type": "object", "properties": values{"spec": values{"type": "object", "properties": values{"size": values{"type": "integer"}}}},
			}}}},
		},
	})
}

func TestKindIsWaitedFor(t *testing.T) {
	p, log := configured(t, nil)
	thing := newObject(t, p, props(values{
		"apiVersion": "example.com/v1", "kind": "Thing", "metadata": values{"name": "early", "namespace": "default"}, "spec": values{"size": 3},
	}))
	made := make(chan error, 1)
	go func() { made <- thing.create() }()
	log.await(t, "waiting for the API server to know Thing of example.com/v1")
	other, _ := configured(t, nil)
	newObject(t, other, crd("Thing")).mustCreate()
	if err := <-made; err != nil {
		t.Fatal(err)
	}
	if size := thing.state["spec"].ObjectValue()["size"]; size.NumberValue() != 3 {
		t.Errorf("got size %v, want 3", size)
	}
}

// hasten has the plug-in wait less between its tries.
func hasten(t *testing.T, pauses ...time.Duration) {
	t.Helper()
	before := definitionPauses
	definitionPauses = pauses
	t.Cleanup(func() { definitionPauses = before })
}

func TestNamespaceToComeIsNoErrorInAPreview(t *testing.T) {
	hasten(t, 10*time.Millisecond, 20*time.Millisecond)
	p, _ := configured(t, nil)
	in := configMap("early", values{"a": "1"})
	in["metadata"].ObjectValue()["namespace"] = resource.NewProperty("to-come")
	if _, err := p.Create(t.Context(), plugin.CreateRequest{Properties: in, Preview: true}); err != nil {
		t.Errorf("preview: got %v, want none", err)
	}
	if _, err := p.Create(t.Context(), plugin.CreateRequest{Properties: in}); err == nil || !strings.Contains(err.Error(), "to-come") {
		t.Errorf("got %v, want the namespace named", err)
	}
}

// The official plug-in tries six times within 31 s, and fails after 63 s without another try.
func TestTriesAreThoseOfTheOfficialPlugin(t *testing.T) {
	var at time.Duration
	var tries []string
	for _, pause := range definitionPauses {
		tries = append(tries, at.String())
		at += pause
	}
	if got := strings.Join(tries, " ") + " end " + at.String(); got != "0s 1s 3s 7s 15s 31s end 1m3s" {
		t.Errorf("got tries at %s", got)
	}
	hasten(t, 10*time.Millisecond, 20*time.Millisecond)
	p, log := configured(t, nil)
	never := newObject(t, p, props(values{"apiVersion": "example.com/v1", "kind": "Never", "metadata": values{"name": "x", "namespace": "default"}}))
	if err := never.create(); err == nil || !strings.Contains(err.Error(), "after 30ms it is not defined in the cluster") {
		t.Errorf("got %v, want it given up", err)
	}
	if got := strings.Count(log.String(), "waiting for the API server to know Never"); got != 2 {
		t.Errorf("got %d tries, want 2", got)
	}
}

// An object without conditions is named with its message, or with its phase.
func TestLastWord(t *testing.T) {
	for want, status := range map[string]values{
		"it has no condition yet":         {},
		`its phase is "Pending"`:          {"phase": "Pending"},
		`its message is "no such secret"`: {"phase": "Pending", "message": "no such secret"},
		"its last condition is Ready=False, Why: because": {"message": "x", "conditions": []any{
			values{"type": "Reconciling", "status": "True", "lastTransitionTime": "2026-01-02T00:00:00Z"},
			values{"type": "Ready", "status": "False", "reason": "Why", "message": "because", "lastTransitionTime": "2026-01-01T00:00:00Z"},
		}},
	} {
		if got := lastWord(values{"status": status}, "Ready"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
