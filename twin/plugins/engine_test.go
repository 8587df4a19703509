package plugins

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/sshtest"
)

// TestEngine takes a program through its life with the real engine and the real SDKs.
func TestEngine(t *testing.T) {
	host := sshtest.Start(t)
	s := newStage(t, "testdata/program")
	s.set(t, map[string]string{
		"host": host.Host, "port": strconv.Itoa(host.Port), "hostKey": strings.TrimSpace(host.HostKey),
		"generation": "1", "greeting": "hello", "trigger": "a",
	}, map[string]string{"loginKey": host.LoginKey})

	preview := s.must(t, "preview")
	for _, want := range []string{"+ 5 to create", "random:index:RandomPassword password", "greeting: [unknown]"} {
		if !strings.Contains(preview, want) {
			t.Errorf("preview lacks %q:\n%s", want, preview)
		}
	}
	if len(host.Ran()) > 0 {
		t.Fatalf("the preview ran %q", host.Ran())
	}

	up := s.must(t, "up", "--yes", "--skip-preview")
	first := s.outputs(t)
	if len(first["password"]) != 20 || first["greeting"] != "create hello "+first["password"] || first["here"] != "local" {
		t.Errorf("outputs %v", first)
	}
	for _, text := range []string{preview, up} {
		if strings.Contains(text, first["password"]) {
			t.Error("the password was shown")
		}
	}
	s.stateKeeps(t, first["password"], host.LoginKey)
	s.must(t, "up", "--yes", "--skip-preview", "--expect-no-changes")
	s.must(t, "up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes")

	s.updates(t, first)
	s.replaces(t, host, first)

	before := len(host.Ran())
	s.must(t, "destroy", "--yes", "--skip-preview")
	if ran := host.Ran()[before:]; !slices.Equal(ran, []string{"echo delete"}) {
		t.Errorf("destroy ran %q", ran)
	}
}

// updates fails if a changed input does not run the update command, and that alone.
func (s *stage) updates(t *testing.T, first map[string]string) {
	t.Helper()
	s.set(t, map[string]string{"greeting": "again"}, nil)
	if out := s.must(t, "preview", "--diff"); !strings.Contains(out, "~ 1 to update") || !strings.Contains(out, "echo update again") {
		t.Errorf("preview of an update:\n%s", out)
	}
	s.must(t, "up", "--yes", "--skip-preview")
	if got := s.outputs(t); got["greeting"] != "update again "+first["password"] || got["seed"] != first["seed"] {
		t.Errorf("outputs after an update: %v", got)
	}
}

// replaces fails if changed keepers and triggers do not replace their resources, and no other.
func (s *stage) replaces(t *testing.T, host *sshtest.Server, first map[string]string) {
	t.Helper()
	s.set(t, map[string]string{"generation": "2", "trigger": "b"}, nil)
	before := len(host.Ran())
	s.must(t, "up", "--yes", "--skip-preview")
	got := s.outputs(t)
	if got["password"] == first["password"] || got["greeting"] != "create again "+got["password"] || got["seed"] != first["seed"] {
		t.Errorf("outputs after replacements: %v", got)
	}
	if ran := host.Ran()[before:]; !slices.Equal(ran, []string{"read -r word; echo create again $word", "echo delete"}) {
		t.Errorf("a replacement ran %q, want the new created before the old is deleted", ran)
	}
}

// stateKeeps fails if the exported state tells a secret; every one must be encrypted in it.
func (s *stage) stateKeeps(t *testing.T, secrets ...string) {
	t.Helper()
	state := s.must(t, "stack", "export")
	for _, secret := range secrets {
		if strings.Contains(state, strings.Split(strings.TrimSpace(secret), "\n")[0]) {
			t.Errorf("the state tells %.12q...", secret)
		}
	}
	for _, want := range []string{`"bcryptHash": {`, `"connection": {`, `"ciphertext": "`} {
		if !strings.Contains(state, want) {
			t.Errorf("the state has no %s:\n%s", want, state)
		}
	}
}

// TestEngineShowsErrors holds what a person sees when a program or a command fails.
func TestEngineShowsErrors(t *testing.T) {
	s := newStage(t, "testdata/program")
	s.set(t, map[string]string{
		"host": "127.0.0.1", "port": "1", "hostKey": "x", "generation": "1", "greeting": "hello",
	}, map[string]string{"loginKey": "no such login"})

	for name, tc := range map[string]struct {
		source string // of main.go, empty for the program's own
		want   string
	}{
		"error of the program": {"", "missing required configuration variable 'rehearsed:trigger'"},
		"compile error":        {"package main\n\nfunc main() { undefinedThing() }\n", "undefined: undefinedThing"},
		"panic":                {"package main\n\nfunc main() { panic(\"oh no\") }\n", "panic: oh no"},
		"bare exit":            {"package main\n\nimport \"os\"\n\nfunc main() { os.Exit(3) }\n", "exit code 3 and reported no error"},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.source != "" {
				file := filepath.Join(s.dir, "main.go")
				own, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(tc.source), 0o644); err != nil {
					t.Fatal(err)
				}
				defer func() {
					if err := os.WriteFile(file, own, 0o644); err != nil {
						t.Fatal(err)
					}
				}()
			}
			out, err := s.run("preview")
			if err == nil || !strings.Contains(out, tc.want) {
				t.Errorf("got %v, want a failure that shows %q:\n%s", err, tc.want, out)
			}
		})
	}

	s.set(t, map[string]string{"trigger": "a"}, nil)
	out, err := s.run("up", "--yes", "--skip-preview")
	if err == nil || !strings.Contains(out, "failed to parse host key") {
		t.Errorf("got %v, want the command's error:\n%s", err, out)
	}
	s.cancels(t)
}

// cancels fails if an interrupted update leaves its command running on the host.
func (s *stage) cancels(t *testing.T) {
	t.Helper()
	host := sshtest.Start(t)
	s.set(t, map[string]string{
		"host": host.Host, "port": strconv.Itoa(host.Port), "hostKey": strings.TrimSpace(host.HostKey),
		"greeting": "x; sleep 60; :",
	}, map[string]string{"loginKey": host.LoginKey})
	began := time.Now()
	out, err := s.interrupt(func() bool { return len(host.Ran()) > 0 }, "up", "--yes", "--skip-preview")
	if err == nil || !strings.Contains(out, "cancelled while running") || time.Since(began) > 50*time.Second {
		t.Errorf("got %v after %v, want a cancelled update:\n%s", err, time.Since(began), out)
	}
	for deadline := time.Now().Add(5 * time.Second); len(host.Ended()) == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the command on the host still runs")
		}
	}
}
