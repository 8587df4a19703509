// Package crds holds the CustomResourceDefinitions that k3s and the operators on it bring along, in bundles named after
// who brings them.
//
// They are made by twin/definitions before the stand-in is built. A bundle that was not made is missing only when it is
// asked for, so that a fresh clone compiles.
package crds

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// The bundles.
const (
	K3s                = "k3s"
	Traefik            = "traefik"
	FluxOperator       = "flux-operator"
	Flux               = "flux"
	CertManager        = "cert-manager"
	CloudNativePG      = "cloudnative-pg"
	PrometheusOperator = "prometheus-operator"
)

// Bundles are all of them.
var Bundles = []string{K3s, Traefik, FluxOperator, Flux, CertManager, CloudNativePG, PrometheusOperator}

// Resource is where definitions are in the API.
var Resource = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}

// establishTimeout bounds the wait for a definition that was applied.
const establishTimeout = 30 * time.Second

//go:embed generated
var files embed.FS

// Read returns the definitions of a bundle.
//
// Errors: the bundle was not there when this program was built.
func Read(bundle string) ([]*unstructured.Unstructured, error) {
	text, err := fs.ReadFile(files, "generated/"+bundle+".json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("this build of the k3s stand-in has no definitions of %s: run `make tools`", bundle)
	}
	if err != nil {
		return nil, err
	}
	var objects []map[string]any
	if err := json.Unmarshal(text, &objects); err != nil {
		return nil, fmt.Errorf("definitions of %s: %w", bundle, err)
	}
	var list []*unstructured.Unstructured
	for _, o := range objects {
		unstructured.RemoveNestedField(o, "status")
		list = append(list, &unstructured.Unstructured{Object: o})
	}
	return list, nil
}

// All wants every definition of a bundle.
func All(string) bool { return true }

// Check makes sure that every bundle is there.
func Check() error {
	var errs []error
	for _, bundle := range Bundles {
		_, err := Read(bundle)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Install applies the definitions of a bundle that are wanted, as one manager, and returns when the API server serves
// their kinds.
func Install(ctx context.Context, client dynamic.Interface, bundle, manager string, wanted func(name string) bool) error {
	list, err := Read(bundle)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(d *unstructured.Unstructured) bool { return !wanted(d.GetName()) })
	for _, d := range list {
		if _, err := client.Resource(Resource).Apply(ctx, d.GetName(), d, metav1.ApplyOptions{FieldManager: manager, Force: true}); err != nil {
			return fmt.Errorf("definition %s: %w", d.GetName(), err)
		}
	}
	for _, d := range list {
		if err := await(ctx, client, d.GetName()); err != nil {
			return fmt.Errorf("definition %s: %w", d.GetName(), err)
		}
	}
	return nil
}

func await(ctx context.Context, client dynamic.Interface, name string) error {
	ctx, cancel := context.WithTimeout(ctx, establishTimeout)
	defer cancel()
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, time.Second/4) {
		d, err := client.Resource(Resource).Get(ctx, name, metav1.GetOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return err
		}
		if err == nil && Established(d) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it is not served: %w", ctx.Err())
		case <-time.After(pause):
		}
	}
}

// Established tells whether the kind of a definition is served.
func Established(definition *unstructured.Unstructured) bool {
	conditions, _, err := unstructured.NestedSlice(definition.Object, "status", "conditions")
	if err != nil {
		return false
	}
	for _, c := range conditions {
		if c, ok := c.(map[string]any); ok && c["type"] == "Established" && c["status"] == "True" {
			return true
		}
	}
	return false
}
