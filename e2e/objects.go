package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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
			out = append(out, &unstructured.Unstructured{Object: r.Inputs})
		}
	}
	return out, nil
}

// Pruned looks up every object that the program made, and returns what of it is not stored as it was sent: an API server
// drops fields that its schema does not know, and says nothing.
func (c *Cloud) Pruned(ctx context.Context) (objects int, differences []string, err error) {
	sent, err := c.Sent()
	if err != nil {
		return 0, nil, err
	}
	for _, s := range sent {
		live, err := c.Live(ctx, s)
		if err != nil {
			return 0, nil, fmt.Errorf("%s %s: %w", s.GetKind(), s.GetName(), err)
		}
		for _, d := range within("", s.Object, live.Object) {
			differences = append(differences, s.GetKind()+" "+s.GetName()+d)
		}
	}
	return len(sent), differences, nil
}

// Live returns the object that the cluster has of that kind and name.
func (c *Cloud) Live(ctx context.Context, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	resource, err := c.resource(o)
	if err != nil {
		return nil, err
	}
	return resource.Get(ctx, o.GetName(), metav1.GetOptions{})
}

// resource is the part of the API where objects of that kind and namespace are.
func (c *Cloud) resource(o *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
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
	kind := schema.FromAPIVersionAndKind(o.GetAPIVersion(), o.GetKind())
	mapping, err := restmapper.NewDiscoveryRESTMapper(groups).RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, err
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	if o.GetNamespace() == "" {
		return objects.Resource(mapping.Resource), nil
	}
	return objects.Resource(mapping.Resource).Namespace(o.GetNamespace()), nil
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
