package graph

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// CheckComponent checks what must be true of a component that one program makes out of valid args:
// a preview registers what an update registers, outputs are registered once by each component, and every child's
// parent is a component of the program's own. It returns the graph of the update.
func CheckComponent(t *testing.T, program pulumi.RunFunc) *Graph {
	t.Helper()
	update, err := Run(program, Options{})
	if err != nil {
		t.Fatalf("update: %v", err)
	}
	preview, err := Run(program, Options{Preview: true})
	if err != nil {
		t.Fatalf("preview: %v", err)
	}
	if got, want := preview.names(), update.names(); !slices.Equal(got, want) {
		t.Errorf("preview registers\n%s\nupdate registers\n%s\nwant the same", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	components := map[string]bool{}
	for _, r := range update.Resources {
		if !r.Custom {
			components[r.Type+" "+r.Name] = true
		}
	}
	if len(components) == 0 {
		t.Errorf("got no component registered, want one")
	}
	for c := range components {
		if update.Outputs[c] != 1 {
			t.Errorf("%s: got outputs registered %d times, want once", c, update.Outputs[c])
		}
	}
	for _, r := range update.Resources {
		if r.Custom && !components[r.Parent] {
			t.Errorf("%s %q: got parent %q, want its component", r.Type, r.Name, r.Parent)
		}
	}
	return update
}

// CheckRefused checks that a program with invalid args registers nothing and says what is wrong.
func CheckRefused(t *testing.T, program pulumi.RunFunc, want ...string) {
	t.Helper()
	g, err := Run(program, Options{})
	if err == nil {
		t.Fatalf("got no error, want one with %q", want)
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("got error %q, want it to contain %q", err, w)
		}
	}
	if len(g.Resources) > 0 {
		t.Errorf("got %d resources registered, want none: %v", len(g.Resources), g.names())
	}
}

func (g *Graph) names() []string {
	names := make([]string, 0, len(g.Resources))
	for _, r := range g.Resources {
		names = append(names, r.Type+" "+r.Name+" < "+r.Parent)
	}
	return names
}

// Get is Find for a test that cannot go on without the resource.
func (g *Graph) Get(t *testing.T, typeToken, name string) Resource {
	t.Helper()
	r, err := g.Find(typeToken, name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// JSON renders one input, or all of them without a name. Keys are in order; nothing in it may be secret or unknown.
func (r Resource) JSON(t *testing.T, input resource.PropertyKey) string {
	t.Helper()
	var v any = r.Inputs.Mappable()
	if input != "" {
		v = r.Inputs[input].Mappable()
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
