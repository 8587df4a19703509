package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// The variables in which a command finds the output of the run before it.
const (
	previousStdout = "PULUMI_COMMAND_STDOUT"
	previousStderr = "PULUMI_COMMAND_STDERR"
)

// runner is a place where one command can run.
type runner interface {
	// Setenv sets a variable of the command's environment.
	Setenv(name, value string) error
	// Run runs a command to its end or to the context's. A nil stdin is empty.
	Run(ctx context.Context, line string, stdin io.Reader, stdout, stderr io.Writer) error
	Close() error
}

// run runs the command of a resource that is named by a property, and puts its output
// into the state. A resource without that property is left as it is.
// Errors: with all that the command wrote.
func (c *command) run(ctx context.Context, urn resource.URN, which resource.PropertyKey, state resource.PropertyMap) error {
	plain := plug.PlainMap(state)
	if !plain[which].IsString() {
		return nil
	}
	line := plain[which].StringValue()
	r, err := c.open(ctx, func(s string) { c.log.Status(ctx, urn, s) }, plain)
	if err != nil {
		return err
	}
	out, err := c.execute(ctx, urn, r, line, plain)
	if err := errors.Join(err, r.Close()); err != nil {
		return err
	}
	state["stdout"] = resource.NewProperty(strings.TrimSuffix(out.stdout.String(), "\n"))
	state["stderr"] = resource.NewProperty(strings.TrimSuffix(out.stderr.String(), "\n"))
	return nil
}

func (c *command) execute(
	ctx context.Context, urn resource.URN, r runner, line string, plain resource.PropertyMap,
) (*output, error) {
	if err := c.setenv(ctx, urn, r, plain); err != nil {
		return nil, err
	}
	var stdin io.Reader
	if s := plug.Text(plain, "stdin"); s != "" {
		stdin = strings.NewReader(s)
	}
	out := newOutput(func(s string) { c.log.Status(ctx, urn, s) }, plug.Text(plain, "logging"))
	err := r.Run(ctx, line, stdin, out.Stdout(), out.Stderr())
	out.Flush()
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("cancelled while running %q: %w\n%s", line, err, out.both.String())
	case err != nil:
		return nil, fmt.Errorf("%w: running %q:\n%s", err, line, out.both.String())
	}
	return out, nil
}

// setenv passes the environment and, unless told not to, the output of the run before.
// A server that refuses a variable of the program's is an error; one that refuses the
// earlier output is warned about only.
func (c *command) setenv(ctx context.Context, urn resource.URN, r runner, plain resource.PropertyMap) error {
	const advice = "Unable to set '%s'. An SSH server takes only variables that its AcceptEnv names. " +
		"With a Bash-like shell on the host, the command can begin with VAR=value instead."
	if env := plain["environment"]; env.IsObject() {
		for _, name := range env.ObjectValue().StableKeys() {
			if err := r.Setenv(string(name), plug.Text(env.ObjectValue(), name)); err != nil {
				c.log.Error(ctx, urn, fmt.Sprintf(advice, name))
				return fmt.Errorf("could not set environment variable %q: %w", name, err)
			}
		}
	}
	if v := plain["addPreviousOutputInEnv"]; v.IsBool() && !v.BoolValue() {
		return nil
	}
	for _, previous := range []struct {
		property resource.PropertyKey
		name     string
	}{{"stdout", previousStdout}, {"stderr", previousStderr}} {
		value := plug.Text(plain, previous.property)
		if value == "" {
			continue
		}
		if err := r.Setenv(previous.name, value); err != nil {
			c.log.Warn(ctx, urn, fmt.Sprintf(advice, previous.name))
		}
	}
	return nil
}
