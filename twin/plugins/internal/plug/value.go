package plug

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// Plain is a value without the wrapping that marks it, or a part of it, as secret.
func Plain(v resource.PropertyValue) resource.PropertyValue {
	switch {
	case v.IsSecret():
		return Plain(v.SecretValue().Element)
	case v.IsOutput() && v.OutputValue().Known:
		return Plain(v.OutputValue().Element)
	case v.IsArray():
		out := make([]resource.PropertyValue, len(v.ArrayValue()))
		for i, e := range v.ArrayValue() {
			out[i] = Plain(e)
		}
		return resource.NewProperty(out)
	case v.IsObject():
		return resource.NewProperty(PlainMap(v.ObjectValue()))
	}
	return v
}

// PlainMap is Plain for every property of a map.
func PlainMap(m resource.PropertyMap) resource.PropertyMap {
	out := make(resource.PropertyMap, len(m))
	for k, v := range m {
		out[k] = Plain(v)
	}
	return out
}

// Unknown is a value that a preview cannot know.
func Unknown() resource.PropertyValue {
	return resource.MakeComputed(resource.NewProperty(""))
}

// Text is a string property's plain value; missing and unknown values are empty.
func Text(m resource.PropertyMap, key resource.PropertyKey) string {
	if v := Plain(m[key]); v.IsString() {
		return v.StringValue()
	}
	return ""
}
