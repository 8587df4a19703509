package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// outputs are what a stack tells about its cloud.
type outputs struct {
	ServerAddress string `json:"serverAddress"`
	SSHHostKey    string `json:"sshHostKey"`
	APIServer     string `json:"apiServer"`
	Kubeconfig    string `json:"kubeconfig"`
}

// pulumi runs the CLI and returns what it prints.
//
// Errors: no CLI; a failed run, with the last line that it said.
func (s *stack) pulumi(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "pulumi", append(args, "--cwd", s.dir, "--non-interactive", "--color", "never")...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	if err == nil {
		return out.Bytes(), nil
	}
	what := "pulumi " + strings.Join(args, " ")
	if errors.As(err, new(*exec.ExitError)) {
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return nil, fmt.Errorf("%s: %s", what, strings.TrimPrefix(lines[len(lines)-1], "error: "))
	}
	return nil, fmt.Errorf("%s: %w", what, err)
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
