package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A start that fails says why; only the command of twin exec may end twin without a word of its own.
func TestFailedStartIsTold(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "twin")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	home, err := filepath.Abs("../../../.twin")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"a profile that there is not": {[]string{"--latency", "slow"}, `got "slow", want none or hetzner-like`},
		"a daemon that ends":          {[]string{"--faults", "/nonexistent"}, "the daemon ended"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := exec.Command(bin, append([]string{"up", "--home", home, "--name", "errors-test"}, tc.args...)...).CombinedOutput()
			if err == nil || !strings.Contains(string(out), tc.want) {
				t.Errorf("got %v and\n%s\nwant an error with %q", err, out, tc.want)
			}
			if out, err := exec.Command(bin, "down", "--home", home, "--name", "errors-test").CombinedOutput(); err != nil {
				t.Errorf("down: %v\n%s", err, out)
			}
			if _, err := os.Stat(filepath.Join(home, "errors-test")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("got a state folder left (%v), want none", err)
			}
		})
	}
}
