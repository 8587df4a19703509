package graph

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// longest is how long a line may be that somebody reads in a golden, such as no dashboard is.
const longest = 4096

// script matches the body of a host script, which is read better in its own file than in a golden.
var script = regexp.MustCompile(`(?s)\{\n# shellcheck shell=bash\n.*\n\} </dev/null`)

// Text renders the graph for a golden file: a line per resource with its parent and options, and its inputs below,
// sorted. Secrets are masked; a text of many lines stands as it is.
func (g *Graph) Text() string {
	var b strings.Builder
	for _, r := range g.Resources {
		fmt.Fprintf(&b, "%s %s", r.Type, r.Name)
		if r.Parent != "" {
			fmt.Fprintf(&b, " < %s", r.Parent)
		}
		b.WriteString(r.options() + "\n")
		for _, k := range r.Inputs.StableKeys() {
			write(&b, "  ", string(k), r.Inputs[k])
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (r Resource) options() string {
	var out []string
	for _, o := range []struct {
		name string
		set  bool
	}{{"protect", r.Protect}, {"retainOnDelete", r.Retain}, {"deleteBeforeReplace", r.DeleteFirst}} {
		if o.set {
			out = append(out, o.name)
		}
	}
	if len(r.Ignore) > 0 {
		out = append(out, "ignoreChanges "+strings.Join(r.Ignore, ","))
	}
	if len(r.Secret) > 0 {
		out = append(out, "secretOutputs "+strings.Join(r.Secret, ","))
	}
	if len(out) == 0 {
		return ""
	}
	return " [" + strings.Join(out, "; ") + "]"
}

func write(b *strings.Builder, indent, key string, v resource.PropertyValue) {
	switch {
	case v.IsSecret() || (v.IsOutput() && v.OutputValue().Secret):
		fmt.Fprintf(b, "%s%s: [secret]\n", indent, key)
	case v.IsComputed() || v.IsOutput():
		fmt.Fprintf(b, "%s%s: [unknown]\n", indent, key)
	case v.IsObject():
		fmt.Fprintf(b, "%s%s:\n", indent, key)
		for _, k := range v.ObjectValue().StableKeys() {
			write(b, indent+"  ", string(k), v.ObjectValue()[k])
		}
	case v.IsArray():
		fmt.Fprintf(b, "%s%s:\n", indent, key)
		for i, e := range v.ArrayValue() {
			write(b, indent+"  ", fmt.Sprint(i), e)
		}
	case v.IsString() && strings.Contains(v.StringValue(), "\n"):
		text := script.ReplaceAllStringFunc(v.StringValue(), func(s string) string {
			return fmt.Sprintf("{ script with SHA-256 %x }", sha256.Sum256([]byte(s)))
		})
		fmt.Fprintf(b, "%s%s: |\n%s  | %s\n", indent, key, indent,
			strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+indent+"  | "))
	default:
		text, err := json.Marshal(v.Mappable())
		if err != nil {
			text = fmt.Appendf(nil, "%v", err)
		}
		if len(text) > longest {
			text = fmt.Appendf(nil, "{ %d characters with SHA-256 %x }", len(text), sha256.Sum256(text))
		}
		fmt.Fprintf(b, "%s%s: %s\n", indent, key, text)
	}
}
