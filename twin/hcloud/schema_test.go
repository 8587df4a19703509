package main

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// TestSchemaMatchesSDK holds every resource, function, property, nested type and secret
// of the bridged plug-in against what the official Go SDK sends and expects.
func TestSchemaMatchesSDK(t *testing.T) {
	info, err := Provider(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	spec, err := packageSpec(info)
	if err != nil {
		t.Fatal(err)
	}
	c := comparison{sdk: readSDK(t), spec: spec, seen: map[string]bool{}}
	c.names("resources", keys(c.sdk.resources), append(keys(spec.Resources), "pulumi:providers:hcloud"))
	c.names("functions", keys(c.sdk.functions), functions(spec))
	c.names("configuration", c.sdk.config, keys(spec.Config.Variables))
	for token, sig := range c.sdk.resources {
		r := spec.Resources[token]
		if token == "pulumi:providers:hcloud" {
			r = *spec.Provider
		}
		c.object(token+" inputs", sig.inputs, r.InputProperties, false)
		c.object(token+" outputs", sig.outputs, r.Properties, true)
		c.names(token+" secret inputs", sig.secretInputs, secrets(r.InputProperties))
		c.names(token+" secret outputs", sig.secretOutputs, secrets(r.Properties))
	}
	for token, sig := range c.sdk.functions {
		f := spec.Functions[token]
		if f.Inputs != nil {
			c.object(token+" inputs", sig.inputs, f.Inputs.Properties, false)
		}
		if f.ReturnType != nil && f.ReturnType.ObjectTypeSpec != nil && sig.outputs != "" {
			c.object(token+" outputs", sig.outputs, f.ReturnType.ObjectTypeSpec.Properties, false)
		}
	}
	for _, p := range c.problems {
		t.Error(p)
	}
	if len(c.sdk.resources) < 30 || len(c.seen) < 17 {
		t.Errorf("compared %d resources and %d nested types, want at least 30 and 17", len(c.sdk.resources), len(c.seen))
	}
}

type comparison struct {
	sdk      *sdk
	spec     schema.PackageSpec
	seen     map[string]bool // nested types already compared
	problems []string
}

func (c *comparison) problem(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// names compares two sets.
func (c *comparison) names(what string, sdk, bridged []string) {
	for _, n := range sdk {
		if !slices.Contains(bridged, n) {
			c.problem("%s: %q is in the SDK alone", what, n)
		}
	}
	for _, n := range bridged {
		if !slices.Contains(sdk, n) {
			c.problem("%s: %q is in the plug-in alone", what, n)
		}
	}
}

// object compares the properties of a Go struct with those of a schema object. The
// types of a resource's outputs are SDK wrappers, so only their names are compared:
// inputs and results carry the same types in plain Go.
func (c *comparison) object(what, goType string, bridged map[string]schema.PropertySpec, wrapped bool) {
	fields, ok := c.sdk.structs[goType]
	if !ok {
		c.problem("%s: the SDK has no struct %q", what, goType)
		return
	}
	c.names(what, keys(fields), keys(bridged))
	if wrapped {
		return
	}
	for name, expr := range fields {
		if p, ok := bridged[name]; ok {
			c.value(what+"."+name, expr, p.TypeSpec)
		}
	}
}

func (c *comparison) value(what string, expr ast.Expr, spec schema.TypeSpec) {
	switch e := expr.(type) {
	case *ast.StarExpr:
		c.value(what, e.X, spec)
	case *ast.ArrayType:
		if spec.Type != "array" || spec.Items == nil {
			c.problem("%s: an array in the SDK, %q in the plug-in", what, spec.Type)
			return
		}
		c.value(what+"[]", e.Elt, *spec.Items)
	case *ast.MapType:
		if spec.Type != "object" || spec.AdditionalProperties == nil {
			c.problem("%s: a map in the SDK, %q in the plug-in", what, spec.Type)
			return
		}
		c.value(what+"{}", e.Value, *spec.AdditionalProperties)
	case *ast.Ident:
		c.named(what, e.Name, spec)
	default:
		c.problem("%s: SDK type %T is not understood", what, expr)
	}
}

// named compares a plain Go type, or a struct with the type that the schema refers to.
func (c *comparison) named(what, goType string, spec schema.TypeSpec) {
	plain := map[string]string{"string": "string", "bool": "boolean", "int": "integer", "float64": "number"}
	if want, ok := plain[goType]; ok {
		if spec.Type != want {
			c.problem("%s: %s in the SDK, %q in the plug-in", what, goType, spec.Type)
		}
		return
	}
	token := strings.TrimPrefix(spec.Ref, "#/types/")
	if c.seen[goType+token] {
		return
	}
	c.seen[goType+token] = true
	nested, ok := c.spec.Types[token]
	if !ok {
		c.problem("%s: %s in the SDK, %+v in the plug-in", what, goType, spec)
		return
	}
	c.object(token, goType, nested.Properties, false)
}

// functions are the functions that are no methods of the provider.
func functions(spec schema.PackageSpec) []string {
	return slices.DeleteFunc(keys(spec.Functions), func(token string) bool {
		return strings.HasPrefix(token, "pulumi:providers:")
	})
}

func secrets(properties map[string]schema.PropertySpec) (out []string) {
	for name, p := range properties {
		if p.Secret {
			out = append(out, name)
		}
	}
	return out
}

func keys[V any](m map[string]V) []string {
	out := slices.Collect(maps.Keys(m))
	sort.Strings(out)
	return out
}
