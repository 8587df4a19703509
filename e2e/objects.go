package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
)

// api is how the stack's kubeconfig leads to its cluster.
func (c *Cloud) api() (*rest.Config, error) {
	text, err := c.Output("kubeconfig")
	if err != nil {
		return nil, err
	}
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	config.Timeout = 30 * time.Second
	config.QPS = -1 // by itself it would ask five times a second, and there are hundreds of objects
	return config, nil
}

// Kubernetes returns a client made of the stack's kubeconfig, as any tool would read it.
func (c *Cloud) Kubernetes() (*kubernetes.Clientset, error) {
	config, err := c.api()
	if err != nil {
		return nil, err
	}
	return kubernetes.NewForConfig(config)
}

// Sent returns every object of the cluster that the state holds, as the program wanted it.
func (c *Cloud) Sent() ([]*unstructured.Unstructured, error) {
	text, err := c.Pulumi("stack", "export", "--stack", Stack, "--show-secrets")
	if err != nil {
		return nil, err
	}
	var state struct {
		Deployment struct {
			Resources []struct {
				Type   string         `json:"type"`
				Inputs map[string]any `json:"inputs"`
			} `json:"resources"`
		} `json:"deployment"`
	}
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	var out []*unstructured.Unstructured
	for _, r := range state.Deployment.Resources {
		if strings.HasPrefix(r.Type, "kubernetes:") {
			maps.DeleteFunc(r.Inputs, func(key string, _ any) bool { return strings.HasPrefix(key, "__") })
			object, err := opened(r.Inputs)
			if err != nil {
				return nil, fmt.Errorf("state: %w", err)
			}
			out = append(out, &unstructured.Unstructured{Object: object.(map[string]any)})
		}
	}
	return out, nil
}

// secretMark is the key by which Pulumi marks a secret in a state; its text is beside it, as JSON.
const secretMark = "4dabf18193072939515e22adb298388d"

// opened is a value of a state with its secrets readable.
func opened(v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		if text, ok := v["plaintext"].(string); ok && v[secretMark] != nil {
			var plain any
			err := json.Unmarshal([]byte(text), &plain)
			return plain, err
		}
		out := make(map[string]any, len(v))
		for key, e := range v {
			o, err := opened(e)
			if err != nil {
				return nil, err
			}
			out[key] = o
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			o, err := opened(e)
			if err != nil {
				return nil, err
			}
			out[i] = o
		}
		return out, nil
	}
	return v, nil
}

// stored is an object as the API server stores it: what a Secret says in plain text, it keeps encoded.
func stored(object *unstructured.Unstructured) (map[string]any, error) {
	texts, found, err := unstructured.NestedStringMap(object.Object, "stringData")
	if object.GetKind() != "Secret" || !found || err != nil {
		return object.Object, err
	}
	out := maps.Clone(object.Object)
	delete(out, "stringData")
	data := map[string]any{}
	for key, text := range texts {
		data[key] = base64.StdEncoding.EncodeToString([]byte(text))
	}
	out["data"] = data
	return out, nil
}

// Objects is the cluster's API for objects of every kind, which it is asked for once.
type Objects struct {
	client dynamic.Interface
	kinds  meta.RESTMapper
}

// Objects asks the cluster which kinds there are.
func (c *Cloud) Objects() (*Objects, error) {
	config, err := c.api()
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	groups, err := restmapper.GetAPIGroupResources(client.Discovery())
	if err != nil {
		return nil, err
	}
	objects, err := dynamic.NewForConfig(config)
	return &Objects{objects, restmapper.NewDiscoveryRESTMapper(groups)}, err
}

// Like is the part of the API where objects of that kind and namespace are.
func (o *Objects) Like(object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	kind := schema.FromAPIVersionAndKind(object.GetAPIVersion(), object.GetKind())
	mapping, err := o.kinds.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, err
	}
	if object.GetNamespace() == "" {
		return o.client.Resource(mapping.Resource), nil
	}
	return o.client.Resource(mapping.Resource).Namespace(object.GetNamespace()), nil
}

// All returns every object of a kind, in all namespaces.
func (o *Objects) All(ctx context.Context, apiVersion, kind string) (*unstructured.UnstructuredList, error) {
	resource, err := o.Like(&unstructured.Unstructured{Object: map[string]any{"apiVersion": apiVersion, "kind": kind}})
	if err != nil {
		return nil, err
	}
	return resource.List(ctx, metav1.ListOptions{})
}

// Live returns the object that the cluster has of that kind and name.
func (o *Objects) Live(ctx context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	resource, err := o.Like(object)
	if err != nil {
		return nil, err
	}
	return resource.Get(ctx, object.GetName(), metav1.GetOptions{})
}

// Pruned looks up objects that were sent, and returns what of them is not stored as it was: an API server drops fields that
// its schema does not know, and says nothing.
func (o *Objects) Pruned(ctx context.Context, sent []*unstructured.Unstructured) ([]string, error) {
	var differences []string
	for _, s := range sent {
		live, err := o.Live(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", s.GetKind(), s.GetName(), err)
		}
		sent, err := stored(s)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", s.GetKind(), s.GetName(), err)
		}
		for _, d := range within("", sent, live.Object) {
			differences = append(differences, s.GetKind()+" "+s.GetName()+d)
		}
	}
	return differences, nil
}

// within returns where a stored value lacks something of what was sent. It may hold more: defaults, and what others wrote.
func within(path string, sent, stored any) []string {
	switch sent := sent.(type) {
	case map[string]any:
		object, ok := stored.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: got %v, want an object", path, stored)}
		}
		var out []string
		for _, key := range slices.Sorted(maps.Keys(sent)) {
			out = append(out, within(path+"."+key, sent[key], object[key])...)
		}
		return out
	case []any:
		list, ok := stored.([]any)
		if !ok || len(list) != len(sent) {
			return []string{fmt.Sprintf("%s: got %v, want %d entries", path, stored, len(sent))}
		}
		var out []string
		for i := range sent {
			out = append(out, within(fmt.Sprintf("%s[%d]", path, i), sent[i], list[i])...)
		}
		return out
	}
	// As JSON, since one comes out of it as a float, and the other as an integer.
	got, errGot := json.Marshal(stored)
	want, errWant := json.Marshal(sent)
	if err := errors.Join(errGot, errWant); err != nil || string(got) != string(want) {
		return []string{fmt.Sprintf("%s: got %s, want %s", path, got, want)}
	}
	return nil
}
