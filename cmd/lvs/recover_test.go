package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const lockedText = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with ` +
	"`pulumi cancel`" + `.
  file:///state/.pulumi/locks/organization/lvs-cloud/prod/x.json: created by me@%s (pid %d) at 2026-11-23T20:20:02Z
`

func TestLocks(t *testing.T) {
	here, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	r := &recovery{app: &app{}, stack: &stack{name: "prod"}}
	for what, c := range map[string]struct {
		host string
		pid  int
		want string
	}{
		"on another machine":       {"elsewhere", 1 << 22, `locked by me on elsewhere (process 4194304) since 2026-11-23T20:20:02Z: wait for that run, or, when it is gone for certain, add --break-lock`},
		"of a process that is not": {here, 1 << 22, ""},
		"of another program":       {here, os.Getpid(), ""}, // this test is not called pulumi
	} {
		t.Run(what, func(t *testing.T) {
			locks := locksIn(fmt.Errorf("x: %w", &pulumiError{"pulumi import", fmt.Sprintf(lockedText, c.host, c.pid)}))
			if len(locks) != 1 || locks[0].pid != c.pid || locks[0].host != c.host {
				t.Fatalf("got %+v, want the one lock", locks)
			}
			err := r.checkGone(t.Context(), locks)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	for _, err := range []error{nil, errors.New("the stack is currently locked by"), &pulumiError{"pulumi import", "error: no"}} {
		if locks := locksIn(err); len(locks) > 0 {
			t.Errorf("%v: got %v, want no lock", err, locks)
		}
	}
}

// An older CLI would import a server without its addresses, and not say so.
func TestOldestImport(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	r := &recovery{app: &app{}, stack: &stack{}}
	for version, want := range map[string]string{"v3.258.0": "got v3.258.0, want at least v3.259.0", "v3.259.0": "", "v3.300.1": ""} {
		script := "#!/bin/sh\necho " + version + "\n"
		if err := os.WriteFile(filepath.Join(dir, "pulumi"), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := r.checkCLI(t.Context()); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", version, err, want)
		}
	}
}

func TestPulumiErrorSaysWhy(t *testing.T) {
	for said, want := range map[string]string{
		"Diagnostics:\n  a:\n    error: update failed\n  b:\n    error: gone\n    error: gone\n": "pulumi import: gone",
		"something\nelse": "pulumi import: something else",
	} {
		if got := (&pulumiError{"pulumi import", said}).Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestOrphans(t *testing.T) {
	engine, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	address := engine.Addr().String()
	if engineGone(t.Context(), address) {
		t.Error("got an engine that listens gone, want it there")
	}
	engine.Close()
	if !engineGone(t.Context(), address) {
		t.Error("got an engine that is gone there, want it gone")
	}
	interrupted, interrupt := context.WithCancel(t.Context())
	if interrupt(); engineGone(interrupted, address) {
		t.Error("got an interrupt taken for an engine that is gone")
	}
	if engineGone(t.Context(), "--help") {
		t.Error("got an argument taken for an engine, want only addresses")
	}
	plugin := filepath.Join("/home/me/.pulumi/plugins/resource-hcloud-v1.41.0", "pulumi-resource-hcloud")
	for line, want := range map[string]bool{
		plugin + " 127.0.0.1:1": true,
		plugin:                  false,
		"/home/other/.pulumi/plugins/resource-hcloud-v1.41.0/pulumi-resource-hcloud 127.0.0.1:1":  false,
		"/home/me/.pulumi/plugins/resource-hcloud-v1.41.0/pulumi-tool-hcloud 127.0.0.1:1":         false,
		"/home/me/.pulumi/plugins-old/resource-hcloud-v1.41.0/pulumi-resource-hcloud 127.0.0.1:1": false,
		"vi /home/me/.pulumi/plugins/resource-hcloud-v1.41.0/pulumi-resource-hcloud 127.0.0.1:1":  false,
		"/usr/bin/pulumi up":                                  false,
		"/opt/pulumi/pulumi-resource-random 127.0.0.1:1":      true,
		"/opt/pulumi/more/pulumi-resource-random 127.0.0.1:1": false,
	} {
		if got := (process{1, strings.Fields(line)}).pluginOf("/home/me/.pulumi", []string{"/opt/pulumi", "/usr/bin"}); got != want {
			t.Errorf("%s: got a plug-in %t, want %t", line, got, want)
		}
	}
	if all, err := processes(t.Context()); err != nil || !contains(all, os.Getpid()) {
		t.Errorf("got %d processes without this one (%v), want it among them", len(all), err)
	}
}

func contains(all []process, pid int) bool {
	for _, p := range all {
		if p.pid == pid {
			return true
		}
	}
	return false
}

func TestConsentToEachQuestion(t *testing.T) {
	r := &recovery{app: &app{progress: io.Discard}, answers: bufio.NewReader(strings.NewReader("y\ny\nn\n"))}
	for i, want := range []bool{true, true, false} {
		if err := r.consent("Do it?"); (err == nil) != want {
			t.Errorf("question %d: got %v, want it agreed to %t", i, err, want)
		}
	}
}

func TestConsent(t *testing.T) {
	for answer, want := range map[string]string{"y\n": "", "Yes\n": "", "n\n": "not done", "\n": "not done", "": "want --yes or --dry-run"} {
		var said bytes.Buffer
		r := &recovery{app: &app{progress: &said}, answers: bufio.NewReader(strings.NewReader(answer))}
		err := r.consent("Do it?")
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", answer, err, want)
		}
		if said.String() != "Do it? [y/N] " {
			t.Errorf("got %q, want the question", said.String())
		}
	}
	r := &recovery{app: &app{}, options: recoverOptions{yes: true}}
	if err := r.consent("Do it?"); err != nil {
		t.Errorf("--yes: got %v, want no question", err)
	}
}

// What is left to be ended is ended, and what is gone already is no error.
func TestEndAll(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := endAll(ctx, []process{{1 << 22, []string{"gone"}}}); err != nil {
		t.Errorf("got %v, want nothing to be done", err)
	}
}
