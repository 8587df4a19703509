package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"
)

// rehearsal is a cluster whose readiness follows a script.
type rehearsal struct {
	t       *testing.T
	m       *machine
	p       *process
	script  atomic.Value // text
	objects dynamic.Interface
	kinds   *restmapper.DeferredDiscoveryRESTMapper
}

// rehearse starts a cluster that follows a script.
func rehearse(t *testing.T, script string) *rehearsal {
	t.Helper()
	r := &rehearsal{t: t, m: newMachine(t, "cluster-init: true\netcd-expose-metrics: true\nnode-ip: 127.0.0.2\nnode-name: main\n")}
	r.script.Store(script)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, r.script.Load()) //nolint:errcheck // the reader has gone
	}))
	t.Cleanup(server.Close)
	r.m.args = append(r.m.args, "--twin-readiness", server.URL)
	r.restart()
	return r
}

// restart starts the server, or ends it as a power-off would and starts it again.
func (r *rehearsal) restart() {
	r.t.Helper()
	if r.p != nil {
		r.p.kill()
	}
	r.p = r.m.start()
	config, err := clientcmd.BuildConfigFromFlags("", r.m.paths().kubeconfig())
	if err != nil {
		r.t.Fatal(err)
	}
	config.QPS = -1
	if r.objects, err = dynamic.NewForConfig(config); err != nil {
		r.t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		r.t.Fatal(err)
	}
	r.kinds = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client.Discovery()))
}

// like is where objects like this one are.
func (r *rehearsal) like(o *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	kind := o.GroupVersionKind()
	mapping, err := r.kinds.RESTMapping(kind.GroupKind(), kind.Version)
	if meta.IsNoMatchError(err) {
		r.kinds.Reset()
		mapping, err = r.kinds.RESTMapping(kind.GroupKind(), kind.Version)
	}
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		return r.objects.Resource(mapping.Resource).Namespace(o.GetNamespace()), nil
	}
	return r.objects.Resource(mapping.Resource), nil
}

// read makes an object of a line of YAML: kind, version, namespace/name, and the rest of it.
func read(t *testing.T, version, kind, name, rest string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(rest), &o.Object); err != nil {
		t.Fatal(err)
	}
	if o.Object == nil {
		o.Object = map[string]any{}
	}
	o.SetAPIVersion(version)
	o.SetKind(kind)
	namespace, only, ok := strings.Cut(name, "/")
	if !ok {
		namespace, only = "", name
	}
	o.SetNamespace(namespace)
	o.SetName(only)
	return o
}

// try applies an object as the program does, or only asks whether it could.
func (r *rehearsal) try(o *unstructured.Unstructured, dry bool) error {
	client, err := r.like(o)
	if err != nil {
		return err
	}
	text, err := o.MarshalJSON()
	if err != nil {
		return err
	}
	force := true
	options := metav1.PatchOptions{FieldManager: "test", Force: &force, FieldValidation: metav1.FieldValidationStrict}
	if dry {
		options.DryRun = []string{metav1.DryRunAll}
	}
	_, err = client.Patch(r.t.Context(), o.GetName(), "application/apply-patch+yaml", text, options)
	return err
}

func (r *rehearsal) apply(version, kind, name, rest string) *unstructured.Unstructured {
	r.t.Helper()
	o := read(r.t, version, kind, name, rest)
	if err := r.try(o, false); err != nil {
		r.t.Fatalf("%s %s: %v", kind, name, err)
	}
	return o
}

func (r *rehearsal) get(o *unstructured.Unstructured) *unstructured.Unstructured {
	r.t.Helper()
	client, err := r.like(o)
	if err != nil {
		r.t.Fatal(err)
	}
	live, err := client.Get(r.t.Context(), o.GetName(), metav1.GetOptions{})
	if err != nil {
		r.t.Fatal(err)
	}
	return live
}

// comes waits until the status of an object holds a text.
func (r *rehearsal) comes(o *unstructured.Unstructured, texts ...string) {
	r.t.Helper()
	said := ""
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if said = r.says(o); containsAll(said, texts) {
			return
		}
	}
	r.t.Fatalf("%s %s: got %s, want %q; the server says\n%s", o.GetKind(), o.GetName(), said, texts, r.p.log)
}

// stays makes sure that the status of an object keeps a text for a while.
func (r *rehearsal) stays(o *unstructured.Unstructured, text string) {
	r.t.Helper()
	r.comes(o, text)
	for end := time.Now().Add(1500 * time.Millisecond); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if said := r.says(o); !strings.Contains(said, text) {
			r.t.Fatalf("%s %s: got %s, want %q for good", o.GetKind(), o.GetName(), said, text)
		}
	}
}

func (r *rehearsal) says(o *unstructured.Unstructured) string {
	r.t.Helper()
	text, err := json.Marshal(r.get(o).Object["status"])
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}

func containsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

const ready = `"status":"True","type":"Ready"`

// unserved makes sure that a kind is not there yet.
func (r *rehearsal) unserved(version, kind string) {
	r.t.Helper()
	if err := r.try(read(r.t, version, kind, "default/early", "spec: {}"), true); !meta.IsNoMatchError(err) {
		r.t.Errorf("%s: got %v, want that nobody knows the kind yet", kind, err)
	}
}

// served waits until a kind is there.
func (r *rehearsal) served(version, kind string) {
	r.t.Helper()
	var err error
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if _, err = r.like(read(r.t, version, kind, "default/x", "")); err == nil {
			return
		}
	}
	r.t.Fatalf("%s: %v; the server says\n%s", kind, err, r.p.log)
}
