package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// PreviewFlags are the flags of `pulumi preview` whose output is a Plan: all that would be done, with the resources
// that are left alone, and with what is left over from an update that was interrupted.
var PreviewFlags = []string{"--json", "--show-sames", "--show-replacement-steps"}

// Op is what the engine would do in one step.
// Source: https://github.com/pulumi/pulumi/blob/v3.259.0/pkg/resource/deploy/step.go
type Op string

// The ops.
const (
	opSame                 Op = "same"
	opCreate               Op = "create"
	opUpdate               Op = "update"
	opDelete               Op = "delete"
	opReplace              Op = "replace"
	opCreateReplacement    Op = "create-replacement"
	opDeleteReplaced       Op = "delete-replaced"
	opRead                 Op = "read"
	opReadReplacement      Op = "read-replacement"
	opRefresh              Op = "refresh"
	opDiscard              Op = "discard"
	opDiscardReplaced      Op = "discard-replaced"
	opRemovePendingReplace Op = "remove-pending-replace"
	opImport               Op = "import"
	opImportReplacement    Op = "import-replacement"
	opDiff                 Op = "diff"
	opExtendParameterize   Op = "extend-parameterize"
)

// counted says of each op whether the engine's summary counts it, so that a plan with steps missing is noticed. Reads
// are counted only if they found a change.
var counted = map[Op]bool{
	opSame: true, opCreate: true, opUpdate: true, opDelete: true, opReplace: true, opImport: true, opDiscard: true,
	opCreateReplacement: false, opDeleteReplaced: false, opRead: false, opReadReplacement: false, opRefresh: false,
	opDiscardReplaced: false, opRemovePendingReplace: false, opImportReplacement: false, opDiff: false, opExtendParameterize: false,
}

// Plan is what Pulumi's engine says it would do.
type Plan struct {
	// Steps are in the order of the engine.
	Steps []Step
	// Failures are the errors of a preview that did not come to its end. What it would have shown beyond them is unknown.
	Failures []Diagnostic
}

// Step is one thing that would be done to one resource.
type Step struct {
	Op             Op                         `json:"op"`
	URN            resource.URN               `json:"urn"`
	Provider       string                     `json:"provider"`
	OldState       *apitype.ResourceV3        `json:"oldState"`
	NewState       *apitype.ResourceV3        `json:"newState"`
	DiffReasons    []string                   `json:"diffReasons"`
	ReplaceReasons []string                   `json:"replaceReasons"`
	DetailedDiff   map[string]json.RawMessage `json:"detailedDiff"`
}

// Diagnostic is what the engine says beside its steps.
type Diagnostic struct {
	URN      resource.URN `json:"urn"`
	Prefix   string       `json:"prefix"`
	Message  string       `json:"message"`
	Severity string       `json:"severity"`
}

// digest is the document of `pulumi preview --json`.
type digest struct {
	Config        map[string]string `json:"config"`
	Steps         []Step            `json:"steps"`
	Diagnostics   []Diagnostic      `json:"diagnostics"`
	Duration      int64             `json:"duration"`
	ChangeSummary map[Op]int        `json:"changeSummary"`
	MaybeCorrupt  bool              `json:"maybeCorrupt"`
}

// ParsePlan reads the output of `pulumi preview` with PreviewFlags, and nothing that it does not understand to the last
// word. Lines before the document are warnings of the CLI.
//
// Errors: no document, half of one or more than one; an unknown field or op; a preview that was cancelled; steps that
// are missing. A preview that failed is no error here, but Failures.
func ParsePlan(text []byte) (*Plan, error) {
	start := 0
	for !bytes.HasPrefix(text[start:], []byte("{")) {
		next := bytes.IndexByte(text[start:], '\n')
		if next < 0 {
			return nil, fmt.Errorf("preview: got no JSON document, want the output of `pulumi preview %s`", strings.Join(PreviewFlags, " "))
		}
		start += next + 1
	}
	decoder := json.NewDecoder(bytes.NewReader(text[start:]))
	decoder.DisallowUnknownFields()
	var d digest
	if err := decoder.Decode(&d); err != nil {
		return nil, fmt.Errorf("preview: got a document that cannot be read (%w), want that of the pinned version of Pulumi, whole", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("preview: got more after its document, want one document")
	}
	p := &Plan{Steps: d.Steps}
	for _, said := range d.Diagnostics {
		if said.Severity == "error" {
			p.Failures = append(p.Failures, said)
		}
	}
	if d.MaybeCorrupt {
		p.Failures = append(p.Failures, Diagnostic{Message: "the state may be corrupt"})
	}
	return p, d.check(len(p.Failures) > 0)
}

// check reports what makes the document none to judge by. The summary of a failed preview need not count all of its
// steps.
func (d *digest) check(failed bool) error {
	if d.ChangeSummary == nil && !failed {
		return errors.New("preview: got no summary, want that of a preview that came to its end")
	}
	var errs []error
	count, halves := map[Op]int{}, map[resource.URN]bool{}
	for _, s := range d.Steps {
		if s.Op == opCreateReplacement || s.Op == opImportReplacement || s.Op == opReadReplacement {
			halves[s.URN] = true
		}
	}
	for i, s := range d.Steps {
		count[s.Op]++
		if _, known := counted[s.Op]; !known {
			errs = append(errs, fmt.Errorf("preview: steps[%d]: got op %q, want one that is known", i, s.Op))
		}
		if s.Op != opExtendParameterize && !s.URN.IsValid() {
			errs = append(errs, fmt.Errorf("preview: steps[%d]: got URN %q, want that of a resource", i, s.URN))
		}
		if s.Op == opReplace && !halves[s.URN] && !failed {
			errs = append(errs, fmt.Errorf("preview: steps[%d]: got a replacement without what it is made of, want all of its steps; it is made with `pulumi preview %s`",
				i, strings.Join(PreviewFlags, " ")))
		}
	}
	for _, op := range slices.Sorted(maps.Keys(d.ChangeSummary)) {
		if _, known := counted[op]; !known {
			errs = append(errs, fmt.Errorf("preview: summary: got op %q, want one that is known", op))
		}
	}
	for _, op := range slices.Sorted(maps.Keys(counted)) {
		if want := d.ChangeSummary[op]; counted[op] && !failed && count[op] != want {
			errs = append(errs, fmt.Errorf("preview: got %d steps of %q, want the %d that its summary counts; it is made with `pulumi preview %s`",
				count[op], op, want, strings.Join(PreviewFlags, " ")))
		}
	}
	return errors.Join(errs...)
}

// Changes are what the plan does, each as `op name`, to resources other than those that are left out. Components change
// with what they are made of, and count for nothing themselves.
func (p *Plan) Changes(leaveOut func(Step) bool) []string {
	var out []string
	for _, s := range p.Steps {
		component := s.NewState != nil && !s.NewState.Custom || s.OldState != nil && !s.OldState.Custom
		if !component && !slices.Contains([]Op{opSame, opRead, opRefresh}, s.Op) && !leaveOut(s) {
			out = append(out, string(s.Op)+" "+s.URN.Name())
		}
	}
	return out
}

// Replaces says that the step is part of a replacement.
func (s Step) Replaces() bool {
	return slices.Contains([]Op{opReplace, opCreateReplacement, opDeleteReplaced, opReadReplacement, opImportReplacement}, s.Op)
}
