package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/lvs-cloud/lvs-cloud/review"
)

// oldestImport is the oldest CLI that is known to take the inputs and outputs of a resource from an import file. An older
// one would ignore them without a word, which is what ImportFile warns of.
// Source: https://github.com/pulumi/pulumi/releases/tag/v3.259.0
const oldestImport = "v3.259.0"

func (r *recovery) checkCLI(ctx context.Context) error {
	text, err := exec.CommandContext(ctx, "pulumi", "version").Output()
	if err != nil {
		return fmt.Errorf("pulumi version: %w; get it with `%s`", err, buildCLI)
	}
	if version := strings.TrimSpace(string(text)); semver.Compare(version, oldestImport) < 0 {
		return fmt.Errorf("pulumi: got %s, want at least %s: `%s`", version, oldestImport, buildCLI)
	}
	return nil
}

// carryOut adopts, reads and forgets, in this order, so that a run that is cut off itself can be repeated.
func (r *recovery) carryOut(ctx context.Context, left review.Left, todo review.Recovery) error {
	if len(todo.Adopt) > 0 {
		if err := r.adopt(ctx, todo.ImportFile()); err != nil {
			return err
		}
	}
	look := todo.Look
	if len(look) == 0 && left.Root != "" {
		look = []string{left.Root} // nothing of it is at Hetzner; a stale lock and old operations are found by it
	}
	args := r.stack.withFile("refresh", "--yes", "--skip-preview", "--run-program=false", "--clear-pending-creates")
	for _, urn := range look {
		args = append(args, "--target", urn)
	}
	return r.locked(ctx, args...)
}

// adopt has the state take over what the file says.
func (r *recovery) adopt(ctx context.Context, file review.ImportFile) error {
	dir, err := os.MkdirTemp("", "lvs-recover-")
	if err != nil {
		return err
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintf(r.progress, "lvs: %v\n", err)
		}
	}()
	text, err := json.Marshal(file)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "import.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	return r.locked(ctx, r.stack.withFile("import", "--file", path, "--yes", "--skip-preview", "--generate-code=false", "--protect=true")...)
}

// locked runs a command that locks the state. A lock whose holder is gone is taken away, and the command run again.
func (r *recovery) locked(ctx context.Context, args ...string) error {
	done := r.watch("running pulumi " + args[0])
	defer done()
	_, err := r.stack.pulumi(ctx, args...)
	locks := locksIn(err)
	if len(locks) == 0 {
		return err
	}
	if !r.options.breakLock {
		if err := r.checkGone(ctx, locks); err != nil {
			return err
		}
	}
	fmt.Fprintf(r.out, "The lock of process %d on %s is taken away.\n", locks[0].pid, locks[0].host)
	if _, err := r.stack.pulumi(ctx, "cancel", "--yes", "--stack", r.stack.name); err != nil {
		return err
	}
	_, err = r.stack.pulumi(ctx, args...)
	return err
}

// lock is who locked the state, as Pulumi says it.
type lock struct {
	user, host, since string
	pid               int
}

// Source: backend/diy/lock.go of github.com/pulumi/pulumi/pkg/v3
var lockLine = regexp.MustCompile(`created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)`)

// locksIn are the locks that a command failed on.
func locksIn(err error) []lock {
	var failed *pulumiError
	if !errors.As(err, &failed) || !strings.Contains(failed.said, "the stack is currently locked by") {
		return nil
	}
	var locks []lock
	for _, m := range lockLine.FindAllStringSubmatch(failed.said, -1) {
		if pid, err := strconv.Atoi(m[3]); err == nil {
			locks = append(locks, lock{m[1], m[2], m[4], pid})
		}
	}
	return locks
}

// checkGone makes sure that nobody works behind a lock.
//
// Errors: a holder that runs, or that cannot be seen from here.
func (r *recovery) checkGone(ctx context.Context, locks []lock) error {
	here, err := os.Hostname()
	if err != nil {
		return err
	}
	running, err := processes(ctx)
	if err != nil {
		return err
	}
	for _, l := range locks {
		if l.host != here {
			return fmt.Errorf("stack %q is locked by %s on %s (process %d) since %s: wait for that run, or, when it is gone for certain, add --break-lock",
				r.stack.name, l.user, l.host, l.pid, l.since)
		}
		if slices.ContainsFunc(running, func(p process) bool { return p.pid == l.pid && strings.Contains(p.program(), "pulumi") }) {
			return fmt.Errorf("stack %q is locked by process %d of %s, which is running since %s: wait for it, nothing was changed",
				r.stack.name, l.pid, l.user, l.since)
		}
	}
	return nil
}
