package simulation

import (
	"encoding/base64"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// object is one of the API. What it does not have reads as empty.
type object struct{ *unstructured.Unstructured }

func (o object) copy() object { return object{o.DeepCopy()} }

func (o object) title() string {
	if o.GetNamespace() == "" {
		return o.GetName()
	}
	return o.GetNamespace() + "/" + o.GetName()
}

func at[T any](o map[string]any, path ...string) (value T) {
	found, ok, err := unstructured.NestedFieldNoCopy(o, path...)
	if err == nil && ok {
		value, _ = found.(T)
	}
	return value
}

func (o object) text(path ...string) string         { return at[string](o.Object, path...) }
func (o object) flag(path ...string) bool           { return at[bool](o.Object, path...) }
func (o object) number(path ...string) int64        { return at[int64](o.Object, path...) }
func (o object) list(path ...string) []any          { return at[[]any](o.Object, path...) }
func (o object) part(path ...string) map[string]any { return at[map[string]any](o.Object, path...) }

// set writes a field of the status.
func (o object) set(value any, field string) {
	status := o.part("status")
	if status == nil {
		status = map[string]any{}
		o.Object["status"] = status
	}
	status[field] = value
}

// put writes several fields of the status.
func (o object) put(fields map[string]any) {
	for field, value := range fields {
		o.set(value, field)
	}
}

func (o object) sameStatus(other object) bool {
	return equality.Semantic.DeepEqual(o.Object["status"], other.Object["status"])
}

// condition is one of the status; an empty one if there is none of that type.
func (o object) condition(kind string) map[string]any {
	for _, c := range o.list("status", "conditions") {
		if c, ok := c.(map[string]any); ok && c["type"] == kind {
			return c
		}
	}
	return nil
}

func (o object) isTrue(kind string) bool { return o.condition(kind)["status"] == "True" }

// readyNow tells whether the Ready condition is true and of the present generation, by its own word.
func (o object) readyNow() bool {
	c := o.condition("Ready")
	return c["status"] == "True" && at[int64](c, "observedGeneration") == o.GetGeneration()
}

// say writes a condition as most controllers do. The time of its last change is kept while its status stays.
func (o object) say(kind, status, reason, message string) {
	o.write(kind, status, map[string]any{"reason": reason, "message": message, "observedGeneration": o.GetGeneration()}, "lastTransitionTime")
}

// write writes a condition with those fields, and with a time of its last change in the field that is named. One that says
// the same as before stays as it is, with all its times.
func (o object) write(kind, status string, fields map[string]any, changed string) {
	fields["type"], fields["status"] = kind, status
	var list []any
	for _, c := range o.list("status", "conditions") {
		c, ok := c.(map[string]any)
		switch {
		case !ok:
		case c["type"] != kind:
			list = append(list, c)
		case sameWord(c, fields):
			fields = c
		case c["status"] == status:
			fields[changed] = c[changed]
		}
	}
	if fields[changed] == nil {
		fields[changed] = now()
	}
	// The one written last stands first, as Flux has it with Ready.
	o.set(append([]any{fields}, list...), "conditions")
}

// sameWord tells whether two conditions say the same, whenever they did.
func sameWord(x, y map[string]any) bool {
	for _, field := range []string{"status", "reason", "message", "observedGeneration"} {
		if x[field] != y[field] {
			return false
		}
	}
	return true
}

// unsay takes conditions away.
func (o object) unsay(kinds ...string) {
	var list []any
	for _, c := range o.list("status", "conditions") {
		gone := false
		for _, kind := range kinds {
			gone = gone || at[string](c.(map[string]any), "type") == kind
		}
		if !gone {
			list = append(list, c)
		}
	}
	o.set(list, "conditions")
}

func now() string { return stamp(time.Now()) }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// notFound is how the API server says that there is no such object.
func notFound(resource, name string) string { return fmt.Sprintf("%s %q not found", resource, name) }

// secret reads an entry of a Secret.
func (o object) secret(entry string) (string, bool) {
	if o.Unstructured == nil {
		return "", false
	}
	encoded, there := o.part("data")[entry].(string)
	plain, err := base64.StdEncoding.DecodeString(encoded)
	return string(plain), there && err == nil
}
