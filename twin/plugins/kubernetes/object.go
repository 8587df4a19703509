package main

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// The annotations with which an object says how it is handled; they are the official plug-in's own.
// Source: https://www.pulumi.com/registry/packages/kubernetes/
const (
	annotationForce   = "pulumi.com/patchForce"
	annotationSkip    = "pulumi.com/skipAwait"
	annotationWait    = "pulumi.com/waitFor"
	annotationTimeout = "pulumi.com/timeoutSeconds"
)

// managerKey is where the state keeps under which name an object's fields are managed.
const managerKey resource.PropertyKey = "__fieldManager"

// decode makes an object of its properties, which are all known.
func decode(in resource.PropertyMap) (*unstructured.Unstructured, error) {
	plain := plug.PlainMap(in)
	delete(plain, managerKey)
	// JSON gives whole numbers the type that an API object has them in.
	text, err := json.Marshal(plain.Mappable())
	if err != nil {
		return nil, err
	}
	o := &unstructured.Unstructured{}
	if err := o.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	return o, nil
}

// encode makes the state of a live object. What was secret as an input is secret here, and so is all that a Secret holds.
func encode(live *unstructured.Unstructured, inputs resource.PropertyMap, manager string) resource.PropertyMap {
	content := live.DeepCopy().Object
	unstructured.RemoveNestedField(content, "metadata", "managedFields")
	out := conceal(resource.NewPropertyValue(content), resource.NewProperty(inputs)).ObjectValue()
	if live.GetKind() == "Secret" && live.GetAPIVersion() == "v1" {
		for _, key := range []resource.PropertyKey{"data", "stringData"} {
			if v, ok := out[key]; ok && !v.IsSecret() {
				out[key] = resource.MakeSecret(v)
			}
		}
	}
	out[managerKey] = resource.NewProperty(manager)
	return out
}

// conceal marks as secret in a value what is secret in its model.
func conceal(v, model resource.PropertyValue) resource.PropertyValue {
	switch {
	case model.IsSecret():
		return resource.MakeSecret(plug.Plain(v))
	case v.IsObject() && model.IsObject():
		out := resource.PropertyMap{}
		for key, e := range v.ObjectValue() {
			out[key] = conceal(e, model.ObjectValue()[key])
		}
		return resource.NewProperty(out)
	case v.IsArray() && model.IsArray():
		out := make([]resource.PropertyValue, len(v.ArrayValue()))
		for i, e := range v.ArrayValue() {
			out[i] = e
			if i < len(model.ArrayValue()) {
				out[i] = conceal(e, model.ArrayValue()[i])
			}
		}
		return resource.NewProperty(out)
	}
	return v
}

// idOf is `name`, or `namespace/name`.
func idOf(o *unstructured.Unstructured) resource.ID {
	if o.GetNamespace() == "" {
		return resource.ID(o.GetName())
	}
	return resource.ID(o.GetNamespace() + "/" + o.GetName())
}

// title names an object in messages.
func title(o *unstructured.Unstructured) string {
	return fmt.Sprintf("%s %s", o.GetKind(), idOf(o))
}

// metadata reads a field of an object's metadata; ok is false while it is not known.
func metadata(in resource.PropertyMap, key resource.PropertyKey) (text string, ok bool) {
	m := plug.Plain(in["metadata"])
	if !m.IsObject() {
		return "", !m.IsComputed()
	}
	v := plug.Plain(m.ObjectValue()[key])
	if v.IsString() {
		return v.StringValue(), true
	}
	return "", !v.IsComputed()
}
