package e2e

import (
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestWithin(t *testing.T) {
	sent := map[string]any{"a": 1.0, "b": []any{"x", map[string]any{"c": true}}, "d": map[string]any{"e": "f"}}
	for want, stored := range map[string]map[string]any{
		"":                              {"a": int64(1), "b": []any{"x", map[string]any{"c": true, "more": 1}}, "d": map[string]any{"e": "f"}, "more": 1},
		`.a: got "1", want 1`:           {"a": "1", "b": []any{"x", map[string]any{"c": true}}, "d": map[string]any{"e": "f"}},
		".b[1].c: got null, want true":  {"a": int64(1), "b": []any{"x", map[string]any{}}, "d": map[string]any{"e": "f"}},
		".b: got [x], want 2 entries":   {"a": int64(1), "b": []any{"x"}, "d": map[string]any{"e": "f"}},
		".d: got <nil>, want an object": {"a": int64(1), "b": []any{"x", map[string]any{"c": true}}},
	} {
		got := within("", sent, stored)
		if want == "" && got != nil || want != "" && !slices.Equal(got, []string{want}) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// stored holds what the program sent to the API server against what is there.
func (m *machine) stored(t *testing.T) {
	sent := must[[]*unstructured.Unstructured](t)(m.Sent())
	if len(sent) < 60 {
		t.Errorf("got %d objects in the state, want those of the whole platform", len(sent))
	}
	differences := must[[]string](t)(must[*Objects](t)(m.Objects()).Pruned(t.Context(), sent))
	for _, d := range differences {
		t.Error(d)
	}
}

// tampered changes one object and deletes another by hand: a refresh sees both, and the next update puts them back.
func (m *machine) tampered(t *testing.T) {
	sent, objects := must[[]*unstructured.Unstructured](t)(m.Sent()), must[*Objects](t)(m.Objects())
	for _, s := range sent {
		resource, err := objects.Like(s)
		if err != nil {
			t.Fatal(err)
		}
		switch s.GetName() {
		case "traefik":
			live := must[*unstructured.Unstructured](t)(objects.Live(t.Context(), s))
			if err := unstructured.SetNestedField(live.Object, "{}", "spec", "valuesContent"); err != nil {
				t.Fatal(err)
			}
			must[*unstructured.Unstructured](t)(resource.Update(t.Context(), live, metav1.UpdateOptions{FieldManager: "somebody"}))
		case "lvs-database":
			if err := resource.Delete(t.Context(), s.GetName(), metav1.DeleteOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := objects.Pruned(t.Context(), sent); err == nil {
		t.Error("got everything there after a deletion, want it missed")
	}
	must[string](t)(m.Pulumi("up", "--yes", "--refresh"))
	m.stored(t)
	m.settled(t)
	m.made = slices.DeleteFunc(m.made, func(o *unstructured.Unstructured) bool { return o.GetName() == "lvs-database" }) // it is another one now
}
