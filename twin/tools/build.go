package tools

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// progressEvery is how often a long build says that it is alive.
const progressEvery = 10 * time.Second

// Build makes every tool of a rehearsal that is missing or outdated, below dir, and says what it does.
//
// Errors: what the compiler said, for each tool that could not be built. What was there before stays.
func Build(ctx context.Context, root, dir string, out io.Writer) error {
	list, err := List(root)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	broken := generate(ctx, root, dir, out)
	if broken != nil {
		broken = fmt.Errorf("definitions: %w", broken)
	}
	errs := []error{broken}
	for _, tool := range list {
		if tool.Path == "k3s" && broken != nil {
			continue // it would lack them, or have old ones
		}
		if err := tool.make(ctx, root, dir, out); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", tool.Path, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return link("k3s", filepath.Join(dir, "kubectl"))
}

func (t Tool) make(ctx context.Context, root, dir string, out io.Writer) error {
	target := filepath.Join(dir, t.Path)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if official := t.findOfficial(dir); official != "" {
		fmt.Fprintf(out, "%s: the official build is used, %s\n", filepath.Base(t.Path), official)
		return link(official, target)
	}
	stamp, err := t.stamp(root)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(target + ".stamp"); err == nil && string(old) == stamp && executable(target) {
		return nil
	}
	if err := t.compile(ctx, root, target, out); err != nil {
		return err
	}
	return os.WriteFile(target+".stamp", []byte(stamp), 0o644)
}

// compile builds into a file beside the target, which is replaced only by a whole program.
func (t Tool) compile(ctx context.Context, root, target string, out io.Writer) error {
	fmt.Fprintf(out, "building %s (about %s the first time)\n", filepath.Base(t.Path), t.Takes)
	started := time.Now()
	if err := t.run(ctx, root, out, "build", "-v", "-trimpath", "-buildvcs=false",
		"-ldflags", strings.TrimSpace("-s -w "+t.LDFlags), "-tags", t.Tags, "-o", target+".new", t.Package); err != nil {
		return err
	}
	fmt.Fprintf(out, "  built in %s\n", time.Since(started).Round(time.Second))
	return os.Rename(target+".new", target)
}

// run runs the Go command in the tool's module, and says now and then how far it is.
func (t Tool) run(ctx context.Context, root string, out io.Writer, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = filepath.Join(root, t.Module)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out = &serial{out: out}
	cmd.Stdout = out
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	var packages atomic.Int64
	done := make(chan struct{})
	go report(out, started, &packages, done)
	said := count(stderr, &packages)
	err = cmd.Wait()
	close(done)
	if err != nil {
		return fmt.Errorf("go %s: %w\n%s", args[0], err, strings.Join(said, "\n"))
	}
	return nil
}

// serial lets one write at a time through.
type serial struct {
	mu  sync.Mutex
	out io.Writer
}

func (s *serial) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

// count reads what `go build -v` prints: a line for each package, and whatever is wrong with one.
func count(r io.Reader, packages *atomic.Int64) (said []string) {
	const kept = 40
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		packages.Add(1)
		if said = append(said, lines.Text()); len(said) > kept {
			said = said[1:]
		}
	}
	return said
}

func report(out io.Writer, started time.Time, packages *atomic.Int64, done <-chan struct{}) {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			fmt.Fprintf(out, "  %4d packages compiled, %s\n", packages.Load(), time.Since(started).Round(time.Second))
		}
	}
}
