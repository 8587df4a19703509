package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Verdict is what the guard says of a plan.
type Verdict struct {
	// Counts are the steps by their op.
	Counts map[Op]int `json:"counts"`
	// Failures are why the preview did not come to its end.
	Failures []Failure `json:"failures,omitempty"`
	// Dangers are in the order of the plan.
	Dangers []Danger `json:"dangers,omitempty"`
	// Mistakes are what is wrong with the override.
	Mistakes []string `json:"mistakes,omitempty"`
}

// Danger is one loss that a plan would cause.
type Danger struct {
	URN  resource.URN `json:"urn"`
	Kind string       `json:"kind"`
	Name string       `json:"name"`
	// What would happen to it, and because of what; Properties are those that cause it.
	What       string   `json:"what"`
	Because    string   `json:"because,omitempty"`
	Properties []string `json:"properties,omitempty"`
	// Loss is what that costs, Avoid how it is avoided.
	Loss  string `json:"loss"`
	Avoid string `json:"avoid"`
	// Allowed says that the operator took it upon himself.
	Allowed bool `json:"allowed"`
}

// Failure is one error of the preview.
type Failure struct {
	Message string `json:"message"`
	// Loss and Avoid are said where the error is about something that is watched over, and the plan does not show it.
	Loss  string `json:"loss,omitempty"`
	Avoid string `json:"avoid,omitempty"`
}

// Refused says that the plan must not run.
func (v *Verdict) Refused() bool {
	return len(v.Failures) > 0 || len(v.Mistakes) > 0 || slices.ContainsFunc(v.Dangers, func(d Danger) bool { return !d.Allowed })
}

// fail takes an error of the engine down, without its advice to take the protection away.
func (v *Verdict) fail(d Diagnostic, shown bool) {
	message, _, _ := strings.Cut(strings.ReplaceAll(d.Prefix+d.Message, "\nas it is", " as it is"), "To unprotect the resource")
	f := Failure{Message: strings.TrimPrefix(strings.TrimSpace(message), "error: ")}
	if k, watched := kindOf(d.URN); watched && !shown {
		f.Loss, f.Avoid = k.loss, k.keep
	}
	v.Failures = append(v.Failures, f)
}

// override lets through what the operator names, and says what he should not have named.
func (v *Verdict) override(o Override) {
	for i, urn := range o.URNs {
		if o.Unattended {
			v.Mistakes = append(v.Mistakes, fmt.Sprintf("allow: got %s in CI, where nobody can take it upon himself", urn))
			continue
		}
		if slices.Contains(o.URNs[:i], urn) {
			continue
		}
		matched := false
		for j := range v.Dangers {
			if string(v.Dangers[j].URN) == urn {
				v.Dangers[j].Allowed, matched = true, true
			}
		}
		if !matched {
			v.Mistakes = append(v.Mistakes, fmt.Sprintf("allow: got %s, want the URN of something that the plan endangers", urn))
		}
	}
}

// String is the verdict for a reader.
func (v *Verdict) String() string {
	var b strings.Builder
	for _, f := range v.Failures {
		fmt.Fprintf(&b, "refused  the preview failed: %s\n", strings.ReplaceAll(f.Message, "\n", "\n         "))
		explain(&b, f.Loss, f.Avoid)
	}
	for _, d := range v.Dangers {
		status := "refused"
		if d.Allowed {
			status = "allowed"
		}
		fmt.Fprintf(&b, "%s  %s %s %s", status, d.Kind, d.Name, d.What)
		if d.Because != "" {
			fmt.Fprintf(&b, "; %s", d.Because)
		}
		fmt.Fprintln(&b)
		explain(&b, d.Loss, d.Avoid)
		fmt.Fprintf(&b, "  urn    %s\n", d.URN)
	}
	for _, m := range v.Mistakes {
		fmt.Fprintf(&b, "refused  %s\n", m)
	}
	if b.Len() > 0 {
		fmt.Fprintln(&b)
	}
	fmt.Fprintln(&b, v.conclusion())
	return b.String()
}

func explain(b *strings.Builder, loss, avoid string) {
	if loss != "" {
		fmt.Fprintf(b, "  loss   %s\n", loss)
	}
	if avoid != "" {
		fmt.Fprintf(b, "  avoid  %s\n", avoid)
	}
}

// conclusion is the last line: the verdict, and the plan in numbers.
func (v *Verdict) conclusion() string {
	var counts []string
	for _, op := range slices.Sorted(maps.Keys(v.Counts)) {
		if counted[op] {
			counts = append(counts, fmt.Sprintf("%d %s", v.Counts[op], op))
		}
	}
	plan := "The plan: " + strings.Join(counts, ", ") + "."
	if len(counts) == 0 {
		plan = "There is no plan."
	}
	switch {
	case len(v.Failures) > 0:
		return "Refused: what a failed preview does not show cannot be judged."
	case v.Refused():
		return "Refused. " + plan
	case len(v.Dangers) > 0:
		return "Nothing is lost but what is allowed. " + plan
	}
	return "Nothing is lost. " + plan
}
