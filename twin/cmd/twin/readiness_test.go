package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/twin/host"
	"github.com/lvs-cloud/lvs-cloud/twin/readiness"
)

// The script is set by hand before there is a server, and what a server is served is it.
func TestReadinessIsSetByHand(t *testing.T) {
	home := t.TempDir()
	x := &twin{name: "a", home: home, tools: home}
	if _, err := x.claim(true); err != nil {
		t.Fatal(err)
	}
	if err := x.startReadiness("realistic"); err != nil {
		t.Fatal(err)
	}
	out := run(t, home, "readiness", "--name", "a", "--fault", `{"kind": "HelmRelease", "effect": "never"}`)
	if !strings.Contains(out, `"profile": "realistic"`) || !strings.Contains(out, `"kind": "HelmRelease"`) {
		t.Errorf("got %s, want the profile that was and the new fault", out)
	}
	served := func() string {
		w := httptest.NewRecorder()
		(&host.Artifacts{Table: filepath.Join(x.state(), "artifacts.json")}).
			ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readiness", nil))
		return w.Body.String()
	}
	if got := served(); !strings.Contains(got, `"HelmRelease":"30s"`) || !strings.Contains(got, `"effect":"never"`) {
		t.Errorf("got %s served, want delays and the fault", got)
	}
	if err := x.startReadiness("none"); err != nil { // the daemon starts again
		t.Fatal(err)
	}
	if out := run(t, home, "readiness", "--name", "a"); !strings.Contains(out, `"profile": "none"`) || !strings.Contains(out, "never") {
		t.Errorf("got %s, want the new profile and the fault still", out)
	}
	run(t, home, "readiness", "--name", "a", "--clear", "--profile", "none")
	if got := served(); got != `{"delays":{},"faults":[]}` {
		t.Errorf("got %s served, want nothing", got)
	}
}

func TestReadinessRefusesWhatItDoesNotKnow(t *testing.T) {
	home := t.TempDir()
	x := &twin{name: "a", home: home, tools: home}
	if _, err := x.claim(true); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		`unknown field "kinds"`: {"--fault", `{"kinds": "Cluster", "effect": "never"}`},
		`got "soon"`:            {"--fault", `{"effect": "soon"}`},
		`got "slow"`:            {"--profile", "slow"},
	} {
		cmd := root()
		cmd.SetArgs(append([]string{"readiness", "--name", "a", "--home", home}, args...))
		if err := cmd.Execute(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", args, err, want)
		}
	}
	if s, err := readiness.Load(x.readiness()); err != nil || len(s.Faults) > 0 {
		t.Errorf("got %+v (%v), want nothing set", s, err)
	}
}

func TestReadinessIsSetByProgram(t *testing.T) {
	home := t.TempDir()
	x := &twin{name: "a", home: home, tools: home}
	if _, err := x.claim(true); err != nil {
		t.Fatal(err)
	}
	call := func(method, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		x.serveReadiness(w, httptest.NewRequest(method, "/_twin/readiness", strings.NewReader(body)))
		return w
	}
	if w := call(http.MethodPut, `{"faults": [{"name": "x", "effect": "heals", "attempts": 2}]}`); w.Code != http.StatusOK {
		t.Errorf("got %d %s, want it taken", w.Code, w.Body)
	}
	if w := call(http.MethodPut, `{"faults": [{"effect": "heals"}]}`); w.Code == http.StatusOK {
		t.Error("got a wrong fault taken")
	}
	if w := call(http.MethodGet, ""); !strings.Contains(w.Body.String(), `"profile":"none"`) || !strings.Contains(w.Body.String(), `"attempts":2`) {
		t.Errorf("got %s, want what was set", w.Body)
	}
}
