package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// outputs are what a stack tells about its cloud.
type outputs struct {
	ServerAddress string `json:"serverAddress"`
	SSHHostKey    string `json:"sshHostKey"`
	APIServer     string `json:"apiServer"`
	Kubeconfig    string `json:"kubeconfig"`
	UserData      string `json:"serverUserData"`
}

// pulumi runs the CLI and returns what it prints, also if it fails.
//
// Errors: no CLI; a pulumiError.
func (s *stack) pulumi(ctx context.Context, args ...string) ([]byte, error) {
	cmd := s.command(ctx, append(args, "--color", "never")...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	what := "pulumi " + args[0]
	if errors.As(err, new(*exec.ExitError)) {
		return out.Bytes(), &pulumiError{what, out.String() + said.String()}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return out.Bytes(), nil
}

// pulumiError is a failed run of the CLI.
type pulumiError struct {
	command, said string
}

func (e *pulumiError) Error() string {
	var reasons []string
	for line := range strings.Lines(e.said) {
		_, reason, found := strings.Cut(line, "error: ")
		if reason = strings.TrimSpace(reason); found && reason != "update failed" && !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	if len(reasons) == 0 {
		reasons = []string{oneLine(e.said)}
	}
	return e.command + ": " + strings.Join(reasons, "; ")
}

// command is a run of the CLI. An interrupt reaches it once, and it is left the time to give back its lock.
func (s *stack) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "pulumi", append(args, "--cwd", s.dir, "--non-interactive")...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd
}

// withFile adds the stack and its file to a command that reads the configuration. A file in its usual place is left to
// Pulumi, which also writes to it.
func (s *stack) withFile(args ...string) []string {
	args = append(args, "--stack", s.name)
	if file, err := filepath.Abs(s.file); err == nil && file != filepath.Join(s.dir, "Pulumi."+s.name+".yaml") {
		args = append(args, "--config-file", file)
	}
	return args
}

// outputs asks Pulumi for the outputs of the stack, secrets included; they are used and never shown.
//
// Errors: those of pulumi; a stack without a cloud.
func (s *stack) outputs(ctx context.Context) (*outputs, error) {
	text, err := s.pulumi(ctx, "stack", "output", "--json", "--show-secrets", "--stack", s.name)
	if err != nil {
		return nil, err
	}
	var o outputs
	if err := json.Unmarshal(text, &o); err != nil {
		return nil, fmt.Errorf("outputs of stack %q: %w", s.name, err)
	}
	if o.ServerAddress == "" || o.SSHHostKey == "" || o.APIServer == "" {
		return nil, fmt.Errorf("outputs of stack %q: got no serverAddress, sshHostKey or apiServer, want all three; is `pulumi up --stack %s` still to come?",
			s.name, s.name)
	}
	return &o, nil
}

// listed is a stack as the backend lists it.
type listed struct {
	Name      string `json:"name"`
	Resources int    `json:"resourceCount"`
}

// listed finds the stack in the backend; nil if it is not there.
func (s *stack) listed(ctx context.Context) (*listed, error) {
	text, err := s.pulumi(ctx, "stack", "ls", "--json")
	if err != nil {
		return nil, err
	}
	var all []listed
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("pulumi stack ls: %w", err)
	}
	for _, l := range all {
		if l.Name[strings.LastIndexByte(l.Name, '/')+1:] == s.name {
			return &l, nil
		}
	}
	return nil, nil
}
