package plug

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// schema renders a package schema in Pulumi's format.
func schema(name, version string, tables map[tokens.Type]Table) ([]byte, error) {
	types := map[string]any{}
	resources := map[string]any{}
	for token, table := range tables {
		spec := object(table.Inputs, types)
		r := map[string]any{"inputProperties": spec["properties"], "requiredInputs": spec["required"]}
		state := make([]Field, 0, len(table.Inputs)+len(table.Outputs))
		state = append(append(state, table.Inputs...), table.Outputs...)
		spec = object(state, types)
		r["properties"], r["required"] = spec["properties"], spec["required"]
		resources[string(token)] = r
	}
	b, err := json.Marshal(map[string]any{
		"name": name, "version": version,
		"description": "Stand-in for the " + name + " plug-in: the resources that the rehearsal uses.",
		"resources":   resources, "types": types,
	})
	if err != nil {
		return nil, fmt.Errorf("schema of %q: %w", name, err)
	}
	return b, nil
}

func object(fields []Field, types map[string]any) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, f := range fields {
		if f.Refused != "" {
			continue
		}
		p := typeSpec(f.Type, types)
		if f.Default.HasValue() {
			p["default"] = f.Default.V
		}
		if f.Secret {
			p["secret"] = true
		}
		if f.Replaces {
			p["replaceOnChanges"] = true
		}
		if f.Required {
			required = append(required, f.Name)
		}
		properties[f.Name] = p
	}
	return map[string]any{"type": "object", "properties": properties, "required": required}
}

// typeSpec renders a type and registers the named ones.
func typeSpec(t Type, types map[string]any) map[string]any {
	elem := func() map[string]any {
		if t.Elem == nil {
			return map[string]any{"$ref": "pulumi.json#/Any"}
		}
		return typeSpec(*t.Elem, types)
	}
	switch {
	case t.Token != "":
		spec := map[string]any{"type": t.Kind}
		if t.Fields != nil {
			spec = object(t.Fields, types)
		}
		if len(t.Values) > 0 {
			enum := make([]map[string]any, len(t.Values))
			for i, v := range t.Values {
				enum[i] = map[string]any{"value": v}
			}
			spec["enum"] = enum
		}
		types[t.Token] = spec
		return map[string]any{"$ref": "#/types/" + t.Token}
	case t.Kind == Any:
		return map[string]any{"$ref": "pulumi.json#/Any"}
	case t.Kind == Array:
		return map[string]any{"type": t.Kind, "items": elem()}
	case t.Kind == Object:
		return map[string]any{"type": t.Kind, "additionalProperties": elem()}
	}
	return map[string]any{"type": t.Kind}
}
