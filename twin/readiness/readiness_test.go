package readiness

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestScriptIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		script Script
		want   string // nothing, if it is right
	}{
		"nothing":               {Script{}, ""},
		"all of it":             {Script{"realistic", []Fault{{Kind: "Helm*", Name: "x", Effect: Heals, Status: "Unknown", Seconds: 1, Attempts: 2}}}, ""},
		"another profile":       {Script{Profile: "slow"}, `got "slow", want none or realistic`},
		"another effect":        {Script{Faults: []Fault{{Effect: "sometimes"}}}, `fault 0: effect: got "sometimes"`},
		"another status":        {Script{Faults: []Fault{{Effect: Never, Status: "True"}}}, `status: got "True"`},
		"never, for a second":   {Script{Faults: []Fault{{Effect: Never, Seconds: 1}}}, "got them with never"},
		"heals, nobody knows":   {Script{Faults: []Fault{{Effect: Heals}}}, "want one of them with heals"},
		"heals before":          {Script{Faults: []Fault{{Effect: Heals, Attempts: -1}}}, "want none below 0"},
		"a pattern that is not": {Script{Faults: []Fault{{Effect: Never, Name: "["}}}, `"[": syntax error`},
	} {
		err := c.script.Check()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestScriptIsKeptAndServed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "readiness.json")
	if s, err := Load(file); err != nil || s.Profile != "none" {
		t.Errorf("got %+v (%v) before there is a script, want an empty one", s, err)
	}
	if err := (Script{Profile: "realistic", Faults: []Fault{{Kind: "Cluster", Effect: Never}}}).Save(file); err != nil {
		t.Fatal(err)
	}
	if err := (Script{Profile: "slow"}).Save(file); err == nil {
		t.Error("got a wrong script saved")
	}
	s, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	served, err := s.Served()
	if err != nil {
		t.Fatal(err)
	}
	// The k3s stand-in has these words in its own reader, and refuses others.
	for _, want := range []string{`"delays":{`, `"Cluster":"1m0s"`, `"faults":[{"kind":"Cluster","effect":"never"}]`} {
		if !strings.Contains(string(served), want) {
			t.Errorf("got %s, want %s in it", served, want)
		}
	}
}
