package main

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// value is what a key of an object has, or nil.
func value(object *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(object.Content); i += 2 {
		if object.Content[i].Value == key {
			return object.Content[i+1]
		}
	}
	return nil
}

// set gives a key of an object a value.
func set(object *yaml.Node, key string, v *yaml.Node) {
	for i := 0; i+1 < len(object.Content); i += 2 {
		if object.Content[i].Value == key {
			object.Content[i+1] = v
			return
		}
	}
	object.Content = append(object.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, v)
}

// putNamed adds an entry to a list of named objects. One of the same name is replaced, or kept.
//
// Errors: something other than a list.
func putNamed(object *yaml.Node, list string, entry *yaml.Node, name string, replace bool) error {
	entries := value(object, list)
	if entries == nil || entries.Tag == "!!null" {
		entries = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		set(object, list, entries)
	}
	if entries.Kind != yaml.SequenceNode {
		return fmt.Errorf("%s: got no list, want one", list)
	}
	entries.Style &^= yaml.FlowStyle // an empty list is written as []
	for i, e := range entries.Content {
		if v := value(e, "name"); v != nil && v.Value == name {
			if replace {
				entries.Content[i] = entry
			}
			return nil
		}
	}
	entries.Content = append(entries.Content, entry)
	return nil
}
