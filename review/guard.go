package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Override is what an operator takes upon himself.
type Override struct {
	// URNs are the resources that may be lost, each by its whole URN.
	URNs []string
	// Unattended says that nobody is there who could take anything upon himself; then no URN is accepted.
	Unattended bool
}

// Guard judges a plan: whatever in it destroys or strands what cannot be made again is a danger, named with what causes
// it and how it is avoided. Only the dangers of the resources that the override names are let through, and it must name
// no other. A plan that failed is refused, whatever it shows.
func Guard(p *Plan, o Override) Verdict {
	v := Verdict{Counts: map[Op]int{}}
	var order []resource.URN
	steps := map[resource.URN][]Step{}
	for _, s := range p.Steps {
		if steps[s.URN] == nil {
			order = append(order, s.URN)
		}
		steps[s.URN] = append(steps[s.URN], s)
		v.Counts[s.Op]++
	}
	for _, urn := range order {
		k, watched := kindOf(urn)
		if !watched {
			continue
		}
		f := fate{kind: k, urn: urn, steps: steps[urn], plan: p}
		for _, d := range f.dangers() {
			d.URN, d.Kind, d.Name = urn, k.noun, urn.Name()
			v.Dangers = append(v.Dangers, d)
		}
	}
	for _, f := range p.Failures {
		v.fail(f, slices.ContainsFunc(v.Dangers, func(d Danger) bool { return d.URN == f.URN }))
	}
	if len(v.Failures) > 1 { // the engine's last word repeats that it failed
		v.Failures = slices.DeleteFunc(v.Failures, func(f Failure) bool { return f.Message == "preview failed" })
	}
	v.override(o)
	return v
}

// fate is all that a plan does to one resource that is watched over.
type fate struct {
	kind  kind
	urn   resource.URN
	steps []Step
	plan  *Plan
}

// dangers are what of it loses something.
func (f fate) dangers() []Danger {
	if d, gone := f.goes(); gone {
		return []Danger{d}
	}
	var found []Danger
	for _, s := range f.steps {
		switch {
		case s.Op == opUpdate && (s.OldState == nil || s.NewState == nil):
			found = append(found, Danger{What: "would be updated in a way that the plan does not show", Loss: f.kind.loss, Avoid: f.kind.keep})
		case s.Op == opUpdate || s.Op == opSame && s.OldState != nil && s.NewState != nil:
			found = append(found, f.keeps(s)...)
		}
	}
	return found
}

// goes says whether the resource is deleted, replaced, detached or forgotten.
func (f fate) goes() (Danger, bool) {
	if f.kind.loss == "" {
		return Danger{}, false
	}
	d := Danger{Loss: f.kind.loss, Avoid: f.kind.keep}
	switch {
	case f.has(opReplace, opCreateReplacement, opImportReplacement, opReadReplacement):
		if f.goneBefore() || f.hostGoneBefore() {
			return Danger{}, false
		}
		d.What, d.Properties = "would be replaced", f.reasons()
		d.Because = f.because(d.Properties)
		if f.has(opImportReplacement) {
			d.Because = "another one would be taken over (volume.adoptID) in place of the one that the state knows"
			d.Avoid = "leave volume.adoptID out: it is for a state that knows no volume"
		}
	case f.has(opDeleteReplaced, opDiscardReplaced):
		d.What, d.Because = "would be deleted", "an update that was interrupted left it over"
	case f.has(opDelete):
		d.What, d.Because = "would be deleted", "it is no longer in the program"
		if f.kind.retained && f.steps[0].OldState != nil && f.steps[0].OldState.RetainOnDelete {
			d.What = "would be forgotten, though it stays at Hetzner"
		}
		if other := f.successor(); other != "" {
			d.Because = fmt.Sprintf("its URN changes: %s would be created instead", other)
			d.Avoid = "give what was renamed or moved an alias (pulumi.Aliases), or its old name back"
		}
	case f.has(opDiscard):
		d.What, d.Because = "would be forgotten", "it is no longer read by the program"
	case f.kind.unique && f.has(opRemovePendingReplace):
		d.What, d.Because = "would be forgotten", "an update that was interrupted left it over"
	case f.kind.unique && f.missing():
		d.What, d.Because = "is missing", "the refresh did not find it"
		d.Avoid = "look for it before anything else: is it the token of another project? A volume that is found is taken over with volume.adoptID"
	default:
		return Danger{}, false
	}
	return d, true
}

// keeps holds what stays against what must not change of it.
func (f fate) keeps(s Step) []Danger {
	var found []Danger
	for _, p := range f.kind.held {
		c := change{was: f.before(s, p.name), has: s.OldState.Inputs[p.name], wants: s.NewState.Inputs[p.name]}
		if p.harms(c) {
			found = append(found, Danger{
				What: "would be changed", Because: values(p.name, c.has, c.wants), Properties: []string{p.name}, Loss: p.loss, Avoid: p.keep,
			})
		}
	}
	if f.kind.retained && s.OldState.RetainOnDelete && !s.NewState.RetainOnDelete {
		found = append(found, Danger{
			What: "would no longer be kept when Pulumi forgets it", Because: "RetainOnDelete is taken away", Properties: []string{"retainOnDelete"},
			Loss: f.kind.loss, Avoid: "leave RetainOnDelete on",
		})
	}
	if was, wants := providerOf(s.OldState.Provider), providerOf(s.NewState.Provider); was != wants {
		found = append(found, Danger{
			What: "would be left to another provider", Because: fmt.Sprintf("provider: %s becomes %s", was, wants), Properties: []string{"provider"},
			Loss:  "with the token of another project it is not found there, and made anew",
			Avoid: "keep the provider's name, or give it an alias (pulumi.Aliases)",
		})
	}
	return found
}

// has says whether any step is of these ops.
func (f fate) has(ops ...Op) bool {
	return slices.ContainsFunc(f.steps, func(s Step) bool { return slices.Contains(ops, s.Op) })
}

// goneBefore says that the first half of a replacement was done by an update that was interrupted: nothing is there any
// more that could be lost. The mark in the state alone says nothing, since the engine sets it while it makes the plan;
// but then it shows a deletion as well.
func (f fate) goneBefore() bool {
	return !f.kind.unique && !f.has(opDeleteReplaced, opImportReplacement, opReadReplacement) && slices.ContainsFunc(f.steps, func(s Step) bool {
		return s.Op == opReplace && s.OldState != nil && s.OldState.PendingReplacement
	})
}

// hostGoneBefore says that it is replaced for its server alone, which was gone before: the engine goes through its
// deletion again.
func (f fate) hostGoneBefore() bool {
	old := f.steps[0].OldState
	if f.kind.host == "" || old == nil || !slices.Equal(f.reasons(), []string{f.kind.host}) {
		return false
	}
	host := fate{plan: f.plan}
	for _, s := range f.plan.Steps {
		if s.OldState != nil && string(s.URN.Type()) == serverToken && string(s.OldState.ID) == literal(old.Inputs[f.kind.host]) {
			host.steps = append(host.steps, s)
		}
	}
	return host.goneBefore()
}

// missing says that the resource was in the state and is not at Hetzner: nothing is done to it after the refresh, or it
// is made anew.
func (f fate) missing() bool {
	return f.has(opRefresh) && !slices.ContainsFunc(f.steps, func(s Step) bool { return s.Op != opRefresh && s.Op != opCreate })
}

// before is what the program wanted of a property when it last ran. What a refresh found in its place is in no state
// but its own.
func (f fate) before(s Step, name string) any {
	for _, r := range f.steps {
		if r.Op == opRefresh && r.OldState != nil {
			return r.OldState.Inputs[name]
		}
	}
	return s.OldState.Inputs[name]
}

// reasons are the properties that cause a replacement.
func (f fate) reasons() []string {
	var found []string
	for _, s := range f.steps {
		found = append(found, s.ReplaceReasons...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// because puts the properties that cause a replacement into words.
func (f fate) because(properties []string) string {
	if len(properties) == 0 {
		return "the engine names no property"
	}
	s := f.steps[slices.IndexFunc(f.steps, func(s Step) bool {
		return slices.Contains([]Op{opReplace, opCreateReplacement, opReadReplacement}, s.Op)
	})]
	var words []string
	for _, p := range properties {
		switch {
		case p == "id":
			words = append(words, "it was asked for (--replace), or it is marked as tainted")
		case s.OldState == nil || s.NewState == nil:
			words = append(words, p)
		default:
			words = append(words, values(p, s.OldState.Inputs[p], s.NewState.Inputs[p]))
		}
	}
	return strings.Join(words, ", ")
}

// successor is what of the same type would be created, when there is just one.
func (f fate) successor() resource.URN {
	var found []resource.URN
	for _, s := range f.plan.Steps {
		if s.Op == opCreate && s.URN.Type() == f.urn.Type() {
			found = append(found, s.URN)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}
