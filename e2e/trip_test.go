package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What happens at a trip, in place of the command or before it.
const (
	// dropped ends the SSH session; the command, and the script, go on without a client.
	dropped = `p=$PPID; until [[ $(</proc/$p/comm) == sshd-session ]]; do p=$(ps -o ppid= "$p"); p=${p// /}; done; kill -KILL "$p"
until ! kill -0 "$p" 2>/dev/null; do sleep 0.05; done`
	// killed ends the script as the kernel does when memory is short. The command does not run.
	killed = `p=$PPID; while [[ $(</proc/$p/comm) != sshd-session ]]; do q=$(ps -o ppid= "$p"); kill -KILL "$p"; p=${q// /}; done; exit 137`
	// halfFormatted leaves a disk as mkfs.xfs does when it is killed: with an intact superblock that says "in progress".
	halfFormatted = `/usr/sbin/mkfs.xfs "$@"; xfs_db -x -c 'sb 0' -c 'write inprogress 1' "${!#}"; ` + killed
	// failed is what a disk does that fills up meanwhile.
	failed = `touch /data/k3s/snapshots/part/half; echo "no room: No space left on device" >&2; exit 1`
	// hung never comes back.
	hung = `touch /run/tripped; sleep 3600`
)

// trip lays a wire in a host script: when it next runs the command with arguments that match the pattern, the action
// happens, once. The wire stays, dead: bash remembers where it found a command.
func (h *hosts) trip(t *testing.T, command, pattern, action string) {
	t.Helper()
	h.host(t, fmt.Sprintf(`cat >/usr/local/sbin/%[1]s <<'TRIP'
#!/bin/bash
if [[ "$*" == %[2]s ]] && mv /run/trip-%[1]s /run/sprung-%[1]s 2>/dev/null; then
%[3]s
fi
exec "$(PATH=/usr/sbin:/usr/bin:/sbin:/bin type -P %[1]s)" "$@"
TRIP
chmod 0755 /usr/local/sbin/%[1]s
touch /run/trip-%[1]s`, command, pattern, action))
}

// sprung checks that a wire was touched: otherwise the test says nothing.
func (h *hosts) sprung(t *testing.T, command string) {
	t.Helper()
	if got := h.host(t, "ls /run/sprung-"+command+" 2>&1; rm -f /run/sprung-"+command); strings.Contains(got, "cannot access") {
		t.Fatalf("got the script past %s unharmed, want the fault to have happened", command)
	}
}

// host runs a command on the server's console, which needs neither SSH nor a stack.
func (h *hosts) host(t *testing.T, command string) string {
	t.Helper()
	return strings.TrimSpace(must[string](t)(h.twin("exec", "--name", h.Name, "--", "bash", "-c", command)))
}

// await polls the server's console until the command succeeds.
func (h *hosts) await(t *testing.T, what, command string) {
	t.Helper()
	var err error
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if _, err = h.twin("exec", "--name", h.Name, "--", "bash", "-c", command); err == nil {
			return
		}
	}
	t.Fatalf("%s: not so after two minutes: %v", what, err)
}

// pending is an `up` that runs beside the test.
type pending chan error

func (h *hosts) begin(args ...string) pending {
	done := make(pending, 1)
	go func() {
		_, err := h.Pulumi(append([]string{"up", "--yes"}, args...)...)
		done <- err
	}()
	return done
}

func (p pending) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-p:
		return err
	case <-time.After(6 * time.Minute):
		t.Fatal("up: still running after 6 minutes, want it to have ended")
		return nil
	}
}

// text returns a host script as the program last sent it to the server, settings included, with other settings in place
// of its own.
func (h *hosts) text(t *testing.T, name string, settings map[string]string) string {
	t.Helper()
	var state struct {
		Deployment struct {
			Resources []struct {
				URN    string
				Inputs struct{ Stdin json.RawMessage }
			}
		}
	}
	file := filepath.Join(t.TempDir(), "state.json")
	must[string](t)(h.Pulumi("stack", "export", "--stack", Stack, "--show-secrets", "--file", file))
	exported, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(exported, &state)
	}
	if err != nil {
		t.Fatal(err)
	}
	var text string
	for _, r := range state.Deployment.Resources {
		if !strings.HasSuffix(r.URN, "::"+name) || r.Inputs.Stdin == nil {
			continue
		}
		var secret struct{ Plaintext string } // a secret is JSON text within JSON
		stdin := []byte(r.Inputs.Stdin)
		if json.Unmarshal(stdin, &secret) == nil {
			stdin = []byte(secret.Plaintext)
		}
		if err := json.Unmarshal(stdin, &text); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	own, body, found := strings.Cut(text, "\n{\n")
	if !found {
		t.Fatalf("%s: got no script in the state, want one", name)
	}
	for k, v := range settings {
		own += "\n" + k + "='" + v + "'"
	}
	return own + "\n{\n" + body
}

// script runs a host script alone, over a connection of its own, with some settings changed.
func (h *hosts) script(t *testing.T, name string, settings map[string]string) (string, error) {
	t.Helper()
	return h.SSHInput("bash -s -- up # "+name, h.text(t, name, settings))
}

// refused runs a host script alone and checks that it ends with one message, which says all that is wanted.
func (h *hosts) refused(t *testing.T, name string, settings map[string]string, wants ...string) {
	t.Helper()
	_, err := h.script(t, name, settings)
	oneMessage(t, err, wants...)
}

func oneMessage(t *testing.T, err error, wants ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got success, want an error with %q", wants)
	}
	if n := strings.Count(err.Error(), "\nerror: "); n != 1 {
		t.Errorf("got %d messages, want one:\n%v", n, err)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

// k3sUntouched returns a check that k3s has run on since, and that no half of a binary lies about.
func (h *hosts) k3sUntouched(t *testing.T) func() {
	t.Helper()
	before := h.k3sRun(t)
	return func() {
		t.Helper()
		if after := h.k3sRun(t); after != before {
			t.Errorf("k3s: got %q, want it untouched, %q", after, before)
		}
		h.host(t, "test ! -e /usr/local/bin/k3s.new && systemctl --quiet is-active k3s.service")
	}
}
