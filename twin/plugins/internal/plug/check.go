package plug

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Check holds inputs against the fields: it fills in defaults, marks secrets, and
// reports every unrecognised, missing or mistyped property. Unknown values pass.
func Check(fields []Field, inputs resource.PropertyMap) (resource.PropertyMap, []plugin.CheckFailure) {
	c := checker{}
	out := c.object("", fields, inputs)
	return out, c.failures
}

type checker struct{ failures []plugin.CheckFailure }

func (c *checker) fail(path, format string, args ...any) {
	c.failures = append(c.failures, plugin.CheckFailure{
		Property: resource.PropertyKey(path),
		Reason:   fmt.Sprintf(format, args...),
	})
}

func (c *checker) object(path string, fields []Field, in resource.PropertyMap) resource.PropertyMap {
	out := resource.PropertyMap{}
	known := make([]string, 0, len(fields))
	for _, f := range fields {
		known = append(known, f.Name)
		key := resource.PropertyKey(f.Name)
		v, given := in[key]
		if given && v.IsNull() {
			given = false
		}
		switch at := join(path, f.Name); {
		case given && f.Refused != "":
			c.fail(at, "property %q: %s", at, f.Refused)
		case given:
			out[key] = c.value(at, f.Type, v, f.Secret)
		case f.Default.HasValue():
			out[key] = f.Default
		case f.Required:
			c.fail(at, "missing required property %q", at)
		}
	}
	for _, key := range in.StableKeys() {
		if internal(key) || slices.Contains(known, string(key)) {
			continue
		}
		c.fail(join(path, string(key)), "unrecognised property %q, want one of %s",
			join(path, string(key)), strings.Join(known, ", "))
	}
	return out
}

// value checks one value and keeps its wrapping: a secret stays one, at every depth.
func (c *checker) value(path string, t Type, v resource.PropertyValue, secret bool) resource.PropertyValue {
	if v.IsSecret() {
		return resource.MakeSecret(c.value(path, t, v.SecretValue().Element, false))
	}
	if secret {
		return resource.MakeSecret(c.value(path, t, v, false))
	}
	if v.IsOutput() || v.IsComputed() || t.Kind == Any {
		return v
	}
	if got := kindOf(v); got != t.Kind && (got != Number || t.Kind != Integer) {
		c.fail(path, "property %q is of type %s, want %s", path, v.TypeString(), t.Kind)
		return v
	}
	switch {
	case t.Kind == Integer && v.NumberValue() != math.Trunc(v.NumberValue()):
		c.fail(path, "property %q is %v, want a whole number", path, v.NumberValue())
	case len(t.Values) > 0 && !slices.Contains(t.Values, v.StringValue()):
		c.fail(path, "property %q is %q, want one of %s", path, v.StringValue(), strings.Join(t.Values, ", "))
	case t.Fields != nil:
		return resource.NewProperty(c.object(path, t.Fields, v.ObjectValue()))
	case t.Kind == Object && t.Elem != nil:
		out := resource.PropertyMap{}
		for _, key := range v.ObjectValue().StableKeys() {
			out[key] = c.value(join(path, string(key)), *t.Elem, v.ObjectValue()[key], false)
		}
		return resource.NewProperty(out)
	case t.Kind == Array && t.Elem != nil:
		out := make([]resource.PropertyValue, len(v.ArrayValue()))
		for i, e := range v.ArrayValue() {
			out[i] = c.value(fmt.Sprintf("%s[%d]", path, i), *t.Elem, e, false)
		}
		return resource.NewProperty(out)
	}
	return v
}

func kindOf(v resource.PropertyValue) Kind {
	switch {
	case v.IsString():
		return String
	case v.IsNumber():
		return Number
	case v.IsBool():
		return Boolean
	case v.IsArray():
		return Array
	case v.IsObject():
		return Object
	default:
		return Kind(v.TypeString())
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// internal tells whether a property is the engine's own and no input of the program.
func internal(key resource.PropertyKey) bool {
	return key == "version" || strings.HasPrefix(string(key), "__")
}
