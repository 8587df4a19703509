package plug

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Kind is a JSON type name as package schemas spell it.
type Kind string

// The kinds of values. Any takes everything.
const (
	Any     Kind = ""
	String  Kind = "string"
	Integer Kind = "integer"
	Number  Kind = "number"
	Boolean Kind = "boolean"
	Array   Kind = "array"
	Object  Kind = "object"
)

// Type says which values a property takes.
type Type struct {
	// Kind is the JSON type.
	Kind Kind
	// Elem is the type of the elements of an array or of an object without named properties.
	// Default: any.
	Elem *Type
	// Token names the type of an object with named properties, or an enumeration.
	Token string
	// Fields are the named properties of an object.
	Fields []Field
	// Values are the members of an enumeration.
	Values []string
}

// Field is one property.
type Field struct {
	Name string
	Type Type
	// Required inputs must be given; required outputs are always there.
	Required bool
	// Default fills in an input that is not given. The zero value fills in nothing.
	Default resource.PropertyValue
	// Secret values never appear in plain text.
	Secret bool
	// Replaces marks an input whose change replaces the resource.
	Replaces bool
	// Refused tells why the stand-in does not take an input that the official plug-in takes.
	Refused string
}

// Table lists the properties of a resource type: what a program passes, and what
// the resource has besides once it exists.
type Table struct {
	Inputs  []Field
	Outputs []Field
}

// StringMap is the type of an object whose values are all strings.
func StringMap() Type { return Type{Kind: Object, Elem: &Type{Kind: String}} }

// Strings is the type of an array of strings.
func Strings() Type { return Type{Kind: Array, Elem: &Type{Kind: String}} }
