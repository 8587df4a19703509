package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// requestTimeout bounds one request to the API server.
const requestTimeout = 30 * time.Second

// cluster is an API server.
type cluster struct {
	objects dynamic.Interface
	kinds   *restmapper.DeferredDiscoveryRESTMapper
	force   bool // fields that others wrote are taken over
}

// connect makes sure that the API server answers.
func connect(kubeconfig string, force bool) (*cluster, error) {
	if kubeconfig == "" {
		return nil, errors.New("kubeconfig: got none, want its text")
	}
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(kubeconfig))
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	config.Timeout, config.QPS, config.Burst = requestTimeout, 100, 200
	config.WarningHandler = warnings{}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	served, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	if _, err := served.ServerGroups(); err != nil {
		return nil, err
	}
	return &cluster{objects, restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(served)), force}, nil
}

// warnings passes on what the API server warns of, but for a kind that the official plug-in reads and nobody here chose.
type warnings struct{ rest.WarningLogger }

func (w warnings) HandleWarningHeader(code int, agent, text string) {
	if !strings.HasPrefix(text, "v1 Endpoints is deprecated") {
		w.WarningLogger.HandleWarningHeader(code, agent, text)
	}
}

// sameServer tells whether two settings lead to the same API server with the same authority.
func sameServer(a, b resource.PropertyMap) bool {
	x, errX := clientcmd.RESTConfigFromKubeConfig([]byte(plug.Text(a, "kubeconfig")))
	y, errY := clientcmd.RESTConfigFromKubeConfig([]byte(plug.Text(b, "kubeconfig")))
	return errX == nil && errY == nil && x.Host == y.Host && string(x.CAData) == string(y.CAData)
}

// client is where objects of a kind, in the namespace of this one, are. What the API server serves is asked anew when
// the kind is not known: its definition may just have come.
func (c *cluster) client(o *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	kind := o.GroupVersionKind()
	mapping, err := c.kinds.RESTMapping(kind.GroupKind(), kind.Version)
	if meta.IsNoMatchError(err) {
		c.kinds.Reset()
		mapping, err = c.kinds.RESTMapping(kind.GroupKind(), kind.Version)
	}
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		if o.GetNamespace() != "" {
			return nil, fmt.Errorf("metadata.namespace: got %q, want none: a %s belongs to no namespace", o.GetNamespace(), kind.Kind)
		}
		return c.objects.Resource(mapping.Resource), nil
	}
	if o.GetNamespace() == "" {
		o.SetNamespace(metav1.NamespaceDefault)
	}
	return c.objects.Resource(mapping.Resource).Namespace(o.GetNamespace()), nil
}

// get reads an object; nil if there is none, or nothing of its kind.
func (c *cluster) get(ctx context.Context, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	client, err := c.client(o)
	if meta.IsNoMatchError(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	live, err := client.Get(ctx, o.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return live, err
}

// apply makes the fields of an object what they are to be, and others that this manager set before go. Fields that
// the schema does not have are an error.
func (c *cluster) apply(ctx context.Context, o *unstructured.Unstructured, manager string, dryRun bool) (*unstructured.Unstructured, error) {
	client, err := c.client(o)
	if err != nil {
		return nil, err
	}
	text, err := o.MarshalJSON()
	if err != nil {
		return nil, err
	}
	force := c.force || o.GetAnnotations()[annotationForce] == "true"
	options := metav1.PatchOptions{FieldManager: manager, Force: &force, FieldValidation: metav1.FieldValidationStrict}
	if dryRun {
		options.DryRun = []string{metav1.DryRunAll}
	}
	return client.Patch(ctx, o.GetName(), types.ApplyPatchType, text, options)
}

// unreachable tells whether an error says that there is no API server, rather than what it answered.
func unreachable(err error) bool {
	var network *url.Error
	return errors.As(err, &network)
}
