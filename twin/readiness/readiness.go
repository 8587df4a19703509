// Package readiness says how long the things of a rehearsed cluster take until they are ready, and what keeps them from
// it.
//
// The cluster's stand-in follows a script while it runs. It is served to the servers of a twin beside their downloads, since
// that is what they can reach before there is a cluster: so it can be set before the first update, and it outlives a
// rebuilt server.
package readiness

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
)

// The effects of a fault.
const (
	// Never keeps an object from being ready for as long as the fault is set, even one that was.
	Never = "never"
	// Heals keeps an object that is not ready yet from it for a time, or for a number of attempts.
	Heals = "heals"
)

// Script is what a cluster follows.
type Script struct {
	// Profile says by name how long everything takes.
	// Default: none.
	Profile string `json:"profile"`
	// Faults are what goes wrong. The first that fits decides.
	// Default: nothing does.
	Faults []Fault `json:"faults"`
}

// Fault keeps objects from being ready.
type Fault struct {
	// Kind, Namespace and Name say which objects; * stands for any text. Flux' HelmChart is
	// HelmChart.source.toolkit.fluxcd.io, since k3s has one too.
	// Default: any.
	Kind      string `json:"kind,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	// Effect is never or heals. Required.
	Effect string `json:"effect"`
	// Status, Reason and Message are those of the Ready condition, or of what the kind has in its place.
	// Default: False, and what the real controller gives as a reason.
	// Range: Status is False or Unknown.
	Status  string `json:"status,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
	// Seconds and Attempts are when one heals: after the time, and then after so many attempts, a second apart.
	Seconds  int `json:"seconds,omitempty"`
	Attempts int `json:"attempts,omitempty"`
}

// Decode reads a script or a part of one, and refuses words that it does not know.
func Decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// Check reports everything that is wrong with a script.
func (s Script) Check() error {
	_, err := ProfileNamed(s.Profile)
	errs := []error{err}
	for i, f := range s.Faults {
		if err := f.check(); err != nil {
			errs = append(errs, fmt.Errorf("fault %d: %w", i, err))
		}
	}
	return errors.Join(errs...)
}

func (f Fault) check() error {
	var errs []error
	for _, pattern := range []string{f.Kind, f.Namespace, f.Name} {
		if _, err := path.Match(pattern, ""); err != nil {
			errs = append(errs, fmt.Errorf("%q: %w", pattern, err))
		}
	}
	if !slices.Contains([]string{"", "False", "Unknown"}, f.Status) {
		errs = append(errs, fmt.Errorf("status: got %q, want False or Unknown", f.Status))
	}
	healing := f.Seconds > 0 || f.Attempts > 0
	switch {
	case f.Seconds < 0 || f.Attempts < 0:
		errs = append(errs, fmt.Errorf("seconds and attempts: got %d and %d, want none below 0", f.Seconds, f.Attempts))
	case f.Effect == Never && healing:
		errs = append(errs, fmt.Errorf("seconds and attempts: got them with %s, want them with %s only", Never, Heals))
	case f.Effect == Heals && !healing:
		errs = append(errs, fmt.Errorf("seconds and attempts: got none, want one of them with %s", Heals))
	case f.Effect != Never && f.Effect != Heals:
		errs = append(errs, fmt.Errorf("effect: got %q, want %s or %s", f.Effect, Never, Heals))
	}
	return errors.Join(errs...)
}

// Load reads a script; one that is not there is empty.
func Load(file string) (Script, error) {
	s := Script{Profile: None().Name}
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("%s: %w", file, err)
	}
	return s, s.Check()
}

// Save replaces a script in one step, if there is nothing wrong with it.
func (s Script) Save(file string) error {
	if s.Profile == "" {
		s.Profile = None().Name
	}
	if s.Faults == nil {
		s.Faults = []Fault{}
	}
	if err := s.Check(); err != nil {
		return err
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// Served is a script as a cluster reads it: with the times in the place of the profile's name.
func (s Script) Served() ([]byte, error) {
	profile, err := ProfileNamed(s.Profile)
	if err != nil {
		return nil, err
	}
	delays := map[string]string{}
	for what, d := range profile.Delays {
		delays[what] = d.String()
	}
	return json.Marshal(struct {
		Delays map[string]string `json:"delays"`
		Faults []Fault           `json:"faults"`
	}{delays, s.Faults})
}
