package logs

import (
	"strconv"
	"strings"
)

// block is one block of Alloy's language. Text that is written by hand would have its quotes and backslashes counted by
// nobody.
// Source: https://grafana.com/docs/alloy/latest/get-started/configuration-syntax/
type block struct {
	kind, label string
	attributes  []attribute
	blocks      []block
}

// attribute is one line of a block.
type attribute struct {
	name  string
	value expression
}

// expression is a value as it is written.
type expression string

func quote(s string) expression { return expression(strconv.Quote(s)) }

func number(n int) expression { return expression(strconv.Itoa(n)) }

func boolean(b bool) expression { return expression(strconv.FormatBool(b)) }

// reference is what another block exports, or a function's result.
func reference(s string) expression { return expression(s) }

func list(of ...expression) expression {
	parts := make([]string, len(of))
	for i, e := range of {
		parts[i] = string(e)
	}
	return expression("[" + strings.Join(parts, ", ") + "]")
}

// dictionary is a value by names.
func dictionary(of ...attribute) expression {
	parts := make([]string, len(of))
	for i, a := range of {
		parts[i] = a.name + " = " + string(a.value)
	}
	return expression("{" + strings.Join(parts, ", ") + "}")
}

// render writes blocks one below the other.
func render(blocks []block) string {
	var out strings.Builder
	for i, b := range blocks {
		if i > 0 {
			out.WriteString("\n")
		}
		b.render(&out, "")
	}
	return out.String()
}

func (b block) render(out *strings.Builder, indent string) {
	out.WriteString(indent + b.kind)
	if b.label != "" {
		out.WriteString(" " + string(quote(b.label)))
	}
	out.WriteString(" {\n")
	for _, a := range b.attributes {
		out.WriteString(indent + "\t" + a.name + " = " + string(a.value) + "\n")
	}
	for _, inner := range b.blocks {
		inner.render(out, indent+"\t")
	}
	out.WriteString(indent + "}\n")
}
