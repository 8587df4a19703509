package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lvs-cloud/lvs-cloud/bench/measure"
)

// command is one measured command.
type command struct {
	measure.Interval
	// CPU is the processor time of the command and of everything that it started: CLI and engine, plug-ins, compiler, program.
	CPU time.Duration
	// Calls are the API calls it made, by route, as the emulator counts them.
	Calls map[string]int
	// Refused is how many of them were answered with an error.
	Refused int
	// Trace is the engine's; nil for other tools.
	Trace measure.Trace
	// Emulator is when the emulator had work for it.
	Emulator []measure.Interval
}

// total is the number of API calls.
func (c *command) total() (n int) {
	for _, count := range c.Calls {
		n += count
	}
	return n
}

// changes is the number of calls that may change something.
func (c *command) changes() (n int) {
	for route, count := range c.Calls {
		if !strings.HasPrefix(route, http.MethodGet+" ") {
			n += count
		}
	}
	return n
}

// timed measures one command.
func (t *twin) timed(ctx context.Context, env []string, dir, tool string, args ...string) (*command, error) {
	if err := t.control(ctx, http.MethodDelete, "/_twin/calls", &map[string]int{}); err != nil {
		return nil, err
	}
	c := &command{}
	before, err := childrenCPU()
	if err != nil {
		return nil, err
	}
	c.Begin = time.Now()
	if _, err := t.runWith(ctx, env, dir, tool, args...); err != nil {
		return nil, err
	}
	c.End = time.Now()
	after, err := childrenCPU()
	if err != nil {
		return nil, err
	}
	c.CPU = after - before
	if err := t.control(ctx, http.MethodGet, "/_twin/calls", &c.Calls); err != nil {
		return nil, err
	}
	// The log has milliseconds.
	calls, err := t.calls(measure.Interval{Begin: c.Begin.Add(-time.Millisecond), End: c.End.Add(time.Millisecond)})
	if err != nil {
		return nil, err
	}
	for _, call := range calls {
		c.Emulator = append(c.Emulator, call.Interval)
		if call.status >= http.StatusBadRequest {
			c.Refused++
		}
	}
	actions, err := t.actions(ctx)
	c.Emulator = append(c.Emulator, actions...)
	return c, err
}

// childrenCPU is the processor time of all processes that this one, and those that they, have started and seen end.
func childrenCPU() (time.Duration, error) {
	var used unix.Rusage
	err := unix.Getrusage(unix.RUSAGE_CHILDREN, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()), err
}

// pulumi is a stack that is measured.
type pulumi struct {
	*twin
	env []string
	dir string
}

// stackName keeps the measured stack apart from others on the machine: it is part of the file system's identity, and
// the kernel refuses to mount two XFS of the same one.
const stackName = "bench"

// newStack makes a stack of a program, with the repository's configuration of a stack of the twin if that is asked for.
func (t *twin) newStack(ctx context.Context, env []string, project, program string, configured bool) (*pulumi, error) {
	dir, err := t.dir(project)
	if err != nil {
		return nil, err
	}
	main, err := filepath.Rel(dir, filepath.Join(t.root, program))
	if err != nil {
		return nil, err
	}
	// As in the repository's own Pulumi.yaml, the built program is kept.
	settings := fmt.Sprintf("name: %s\nruntime:\n  name: go\n  options:\n    buildTarget: %s\nmain: %s\n",
		project, filepath.Join(dir, "program"), main)
	if err := os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(settings), 0o644); err != nil {
		return nil, err
	}
	if configured {
		text, err := os.ReadFile(filepath.Join(t.root, "Pulumi.twin.yaml"))
		if err != nil {
			return nil, err
		}
		// The salt is made anew with the stack.
		text = []byte(strings.Split(string(text), "\nencryptionsalt:")[0] + "\n")
		if err := os.WriteFile(filepath.Join(dir, "Pulumi."+stackName+".yaml"), text, 0o644); err != nil {
			return nil, err
		}
	}
	p := &pulumi{twin: t, env: env, dir: dir}
	_, err = t.runWith(ctx, env, dir, t.tool("pulumi"), "stack", "init", stackName, "--secrets-provider", "passphrase")
	return p, err
}

// do measures one command of the CLI, with the engine's trace.
func (p *pulumi) do(ctx context.Context, args ...string) (*command, error) {
	file := filepath.Join(p.dir, "trace.json")
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	args = append(args, "--stack", stackName, "--non-interactive", "--suppress-permalink=true", "--otel-traces", "file://"+file)
	c, err := p.timed(ctx, p.env, p.dir, p.tool("pulumi"), args...)
	if err != nil {
		return nil, err
	}
	trace, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer trace.Close()
	c.Trace, err = measure.ReadTrace(trace)
	return c, err
}

// graph reads the resources of the stack.
func (p *pulumi) graph(ctx context.Context) (measure.Graph, error) {
	state, err := p.runWith(ctx, p.env, p.dir, p.tool("pulumi"), "stack", "export", "--stack", stackName)
	if err != nil {
		return nil, err
	}
	return measure.ReadGraph(strings.NewReader(state))
}
