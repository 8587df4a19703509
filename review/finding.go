package review

import (
	"fmt"
	"slices"
)

// Status is how bad a finding is.
type Status string

// The kinds of status.
const (
	OK   Status = "ok"
	Warn Status = "warn"
	Fail Status = "fail"
)

// Finding is the result of one check.
type Finding struct {
	// Check is what was looked at, in a word or two.
	Check string `json:"check"`
	// Status is ok, warn or fail.
	Status Status `json:"status"`
	// Message is what was found, in one line.
	Message string `json:"message"`
	// Fix is the command that mends it.
	Fix string `json:"fix,omitempty"`
}

// Findings are collected in the order of the checks.
type Findings []Finding

// Failed reports whether any check failed.
func (f Findings) Failed() bool {
	return slices.ContainsFunc(f, func(f Finding) bool { return f.Status == Fail })
}

// OK adds a check that passed.
func (f *Findings) OK(check, format string, args ...any) {
	*f = append(*f, Finding{check, OK, fmt.Sprintf(format, args...), ""})
}

// Warn adds a check that passed for now.
func (f *Findings) Warn(check, fix, format string, args ...any) {
	*f = append(*f, Finding{check, Warn, fmt.Sprintf(format, args...), fix})
}

// Fail adds a check that failed.
func (f *Findings) Fail(check, fix, format string, args ...any) {
	*f = append(*f, Finding{check, Fail, fmt.Sprintf(format, args...), fix})
}
