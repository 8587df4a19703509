package main

import (
	"context"
	"fmt"
	"io/fs"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"github.com/lvs-cloud/lvs-cloud/twin/k3s/crds"
)

var definitions = schema.GroupVersionResource{
	Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions",
}

// installDefinitions applies the definitions of HelmChart and HelmChartConfig. Nothing in the
// twin acts on such objects.
func installDefinitions(ctx context.Context, client dynamic.Interface) error {
	files, err := fs.Glob(crds.Files, "*.yaml")
	if err != nil {
		return err
	}
	for _, file := range files {
		data, err := fs.ReadFile(crds.Files, file)
		if err != nil {
			return err
		}
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(data, &object.Object); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		unstructured.RemoveNestedField(object.Object, "status")
		_, err = client.Resource(definitions).Apply(ctx, object.GetName(), object, metav1.ApplyOptions{
			FieldManager: "k3s", Force: true,
		})
		if err != nil {
			return fmt.Errorf("definition %s: %w", object.GetName(), err)
		}
	}
	return nil
}
