package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/constant"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	// interruptGrace is how long a cancelled program has to end by itself.
	interruptGrace = 5 * time.Second
	// lastWords bounds how much of a program's standard error is kept to explain its end.
	// Unit: bytes.
	lastWords = 64 << 10
)

// Run builds the program, unless it is given built, and runs it to its end.
func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if req.GetAttachDebugger() {
		return nil, status.Error(codes.Unimplemented, "debugging")
	}
	opts, err := parseOptions(req.GetInfo().GetOptions())
	if err != nil {
		return nil, err
	}
	env, err := h.environment(req)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(h.cancelled, cancel)()

	program := opts.binary
	if program == "" {
		if program, err = h.build(ctx, req.GetInfo().GetProgramDirectory(), opts.buildTarget); err != nil {
			return nil, err
		}
	} else if program, err = exec.LookPath(program); err != nil {
		return nil, fmt.Errorf("runtime option binary: %w", err)
	}
	res := h.execute(ctx, program, req.GetPwd(), env)
	if opts.binary == "" && opts.buildTarget == "" {
		if err := os.Remove(program); err != nil {
			return nil, fmt.Errorf("remove the built program: %w", err)
		}
	}
	return res, nil
}

// execute runs the program and tells how it ended: well, by an error that the engine
// has shown already (bail), or in some other way that needs explaining.
func (h *host) execute(ctx context.Context, program, dir string, env []string) *pulumirpc.RunResponse {
	var said tail
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir, cmd.Env = dir, env
	cmd.Stdout, cmd.Stderr = h.stdout, io.MultiWriter(h.stderr, &said)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = interruptGrace
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}
	case ctx.Err() != nil:
		return &pulumirpc.RunResponse{Error: "the program was interrupted: " + err.Error()}
	case !errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("start %q: %v", program, err)}
	case exit.ExitCode() == constant.ExitStatusLoggedError:
		return &pulumirpc.RunResponse{Bail: true}
	}
	return &pulumirpc.RunResponse{Error: explain(exit, said.String())}
}

// explain tells what a program that ended without reporting an error to the engine did.
func explain(exit *exec.ExitError, said string) string {
	what := fmt.Sprintf("the program ended with exit code %d and reported no error to the engine", exit.ExitCode())
	if exit.ExitCode() < 0 {
		what = fmt.Sprintf("the program was ended by %v", exit.ProcessState)
	}
	line := tellingLine(said)
	if line == "" {
		return what + " and wrote nothing to standard error (an os.Exit outside pulumi.Run?)"
	}
	return what + "; it wrote: " + line
}

// tellingLine is the line that tells most about an end: that of a panic, or the last one.
// All lines have been shown already.
func tellingLine(said string) (line string) {
	for _, l := range strings.Split(said, "\n") {
		if strings.HasPrefix(l, "panic: ") || strings.HasPrefix(l, "fatal error: ") {
			return l
		}
		if strings.TrimSpace(l) != "" {
			line = l
		}
	}
	return line
}

// environment is how the Go SDK learns about the run.
func (h *host) environment(req *pulumirpc.RunRequest) ([]string, error) {
	env := os.Environ()
	set := func(name, value string) {
		if value != "" {
			env = append(env, name+"="+value)
		}
	}
	keys := req.GetConfigSecretKeys()
	if keys == nil {
		keys = []string{}
	}
	secretKeys, err := json.Marshal(keys)
	if err != nil {
		return nil, fmt.Errorf("secret configuration keys: %w", err)
	}
	if req.GetConfig() != nil {
		config, err := json.Marshal(req.GetConfig())
		if err != nil {
			return nil, fmt.Errorf("configuration: %w", err)
		}
		set(pulumi.EnvConfig, string(config))
	}
	set(pulumi.EnvConfigSecretKeys, string(secretKeys))
	set(pulumi.EnvOrganization, req.GetOrganization())
	set(pulumi.EnvProject, req.GetProject())
	set(pulumi.EnvPulumiRootDirectory, req.GetInfo().GetRootDirectory())
	set(pulumi.EnvStack, req.GetStack())
	set(pulumi.EnvDryRun, strconv.FormatBool(req.GetDryRun()))
	set(pulumi.EnvParallel, strconv.Itoa(int(req.GetParallel())))
	set(pulumi.EnvMonitor, req.GetMonitorAddress())
	set(pulumi.EnvEngine, h.engine)
	return env, nil
}

// tail keeps the last of what is written to it.
type tail struct{ buf bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	t.buf.Write(p)
	if over := t.buf.Len() - lastWords; over > 0 {
		t.buf.Next(over)
	}
	return len(p), nil
}

func (t *tail) String() string { return strings.TrimSpace(t.buf.String()) }
