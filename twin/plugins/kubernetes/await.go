package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/jsonpath"
)

// defaultPatience is how long an object is waited for. Source: the official plug-in.
const defaultPatience = 10 * time.Minute

// pollPause is how long to wait before an object is looked at again.
const pollPause = 500 * time.Millisecond

// wait is one thing that an object must have come to.
type wait struct {
	text      string
	condition string // the type of the condition that it is about, if it is about one
	met       func(map[string]any) bool
}

// parseWaits reads the annotation: one expression, or a JSON list of them.
func parseWaits(text string) ([]wait, error) {
	if text == "" {
		return nil, nil
	}
	expressions := []string{text}
	if strings.HasPrefix(text, "[") {
		if err := json.Unmarshal([]byte(text), &expressions); err != nil {
			return nil, fmt.Errorf("%s: got %q, want an expression or a JSON list of them", annotationWait, text)
		}
	}
	var waits []wait
	for _, e := range expressions {
		w, err := parseWait(e)
		if err != nil {
			return nil, err
		}
		waits = append(waits, w)
	}
	return waits, nil
}

func parseWait(text string) (wait, error) {
	form, rest, _ := strings.Cut(text, "=")
	switch {
	case form == "condition" && rest != "":
		kind, status, ok := strings.Cut(rest, "=")
		if !ok {
			status = "True"
		}
		return wait{text, kind, func(o map[string]any) bool { return condition(o, kind)["status"] == status }}, nil
	case form == "jsonpath" && rest != "":
		path, want, valued := strings.Cut(rest, "=")
		parsed := jsonpath.New("wait").AllowMissingKeys(true)
		if err := parsed.Parse(path); err != nil {
			return wait{}, fmt.Errorf("%s: %q: %w", annotationWait, text, err)
		}
		return wait{text, "", func(o map[string]any) bool {
			var got bytes.Buffer
			err := parsed.Execute(&got, o)
			return err == nil && (valued && got.String() == want || !valued && got.Len() > 0)
		}}, nil
	}
	return wait{}, fmt.Errorf("%s: got %q, want condition=<type> or jsonpath={.path}=<value>", annotationWait, text)
}

// patience is how long an object is waited for: what its resource says, else what it says itself. The engine gives the first.
func patience(annotations map[string]string, seconds float64) (time.Duration, error) {
	if seconds > 0 {
		return time.Duration(seconds * float64(time.Second)), nil
	}
	if text, ok := annotations[annotationTimeout]; ok {
		n, err := strconv.Atoi(text)
		if err != nil || n <= 0 {
			return 0, fmt.Errorf("%s: got %q, want seconds", annotationTimeout, text)
		}
		return time.Duration(n) * time.Second, nil
	}
	return defaultPatience, nil
}

// waitsOf are what an object is waited for: what it says itself, else what its kind is ready by.
func (p *provider) waitsOf(ctx context.Context, o *unstructured.Unstructured) ([]wait, error) {
	a := o.GetAnnotations()
	if a[annotationSkip] == "true" {
		return nil, nil
	}
	if text := a[annotationWait]; text != "" {
		return parseWaits(text)
	}
	return p.kindWaits(ctx, o)
}

// await returns an object when it has come to what it is waited for, and at the latest when patience ends.
func (p *provider) await(ctx context.Context, urn resource.URN, o *unstructured.Unstructured, seconds float64) (*unstructured.Unstructured, error) {
	waits, err := p.waitsOf(ctx, o)
	if err != nil || len(waits) == 0 {
		return o, err
	}
	limit, err := patience(o.GetAnnotations(), seconds)
	if err != nil {
		return o, err
	}
	limited, stop := context.WithTimeout(ctx, limit)
	defer stop()
	for said := ""; ; {
		open := unmet(waits, o)
		if open == nil {
			return o, nil
		}
		if now := fmt.Sprintf("waiting for %s: %s", open.text, lastWord(o.Object, open.condition)); now != said {
			said = now
			p.engine.Status(ctx, urn, now)
		}
		if err := sleep(limited, pollPause); err != nil {
			if ctx.Err() != nil {
				return o, ctx.Err()
			}
			return o, fmt.Errorf("%s: %s not met after %s; %s", title(o), open.text, limit, lastWord(o.Object, open.condition))
		}
		live, err := p.cluster.get(ctx, o)
		if err != nil && !unreachable(err) {
			return o, err
		}
		if err == nil && live == nil {
			return o, fmt.Errorf("%s was deleted while it was waited for", title(o))
		}
		if live != nil {
			o = live
		}
	}
}

// unmet is the first thing that an object has not come to, or nothing. What a controller said about an older generation does not count.
func unmet(waits []wait, o *unstructured.Unstructured) *wait {
	seen, found, err := unstructured.NestedInt64(o.Object, "status", "observedGeneration")
	stale := err == nil && found && seen < o.GetGeneration()
	for i := range waits {
		if stale || !waits[i].met(o.Object) {
			return &waits[i]
		}
	}
	return nil
}

// condition finds a condition of an object by its type; what is not there is empty.
func condition(o map[string]any, kind string) map[string]any {
	for _, c := range conditions(o) {
		if c["type"] == kind {
			return c
		}
	}
	return nil
}

func conditions(o map[string]any) []map[string]any { return parts(o, "status", "conditions") }

// lastWord is what an object said last of itself: by the condition that is waited for if it has that, else by the one that
// changed last, else by a message or a phase.
func lastWord(o map[string]any, kind string) string {
	last := condition(o, kind)
	if last == nil {
		for _, c := range conditions(o) {
			if last == nil || fmt.Sprint(c["lastTransitionTime"]) >= fmt.Sprint(last["lastTransitionTime"]) {
				last = c
			}
		}
	}
	if last != nil {
		return fmt.Sprintf("its last condition is %v=%v, %v: %v", last["type"], last["status"], last["reason"], last["message"])
	}
	for _, field := range []string{"message", "phase"} {
		if text, ok, err := unstructured.NestedString(o, "status", field); err == nil && ok && text != "" {
			return fmt.Sprintf("its %s is %q", field, text)
		}
	}
	return "it has no condition yet"
}
