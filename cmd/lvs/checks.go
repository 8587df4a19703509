package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"golang.org/x/crypto/ssh"
	"golang.org/x/mod/semver"

	"github.com/lvs-cloud/lvs-cloud/review"
	"github.com/lvs-cloud/lvs-cloud/stacks"
)

// buildCLI builds the pinned Pulumi CLI and puts it first.
const buildCLI = `make tools && export PATH="$PWD/.twin/tools:$PATH"`

// cli checks the Pulumi CLI on this machine.
func (e *examination) cli(ctx context.Context) {
	const check = "pulumi"
	text, err := exec.CommandContext(ctx, "pulumi", "version").Output()
	version := strings.TrimSpace(string(text))
	switch {
	case errors.Is(err, exec.ErrNotFound):
		e.findings.Fail(check, buildCLI, "there is no pulumi on PATH")
	case err != nil:
		e.findings.Fail(check, buildCLI, "pulumi version: %v", err)
	case semver.Compare(version, stacks.OldestPulumi) < 0:
		e.findings.Fail(check, buildCLI, "%s is too old, want at least %s", version, stacks.OldestPulumi)
	default:
		e.findings.OK(check, "%s", version)
	}
}

// file checks the stack's file, and returns the configuration if it can be read.
func (e *examination) file() *stacks.Config {
	const check = "configuration"
	edit := "${EDITOR:-vi} " + e.stack.file
	cfg, err := e.stack.config()
	if err == nil {
		e.findings.OK(check, "%s is valid", e.stack.file)
		return cfg
	}
	_, list, found := strings.Cut(err.Error(), "\n  - ")
	if !found {
		list = err.Error()
	}
	for problem := range strings.SplitSeq(list, "\n  - ") {
		fix := edit
		if _, command, found := strings.Cut(problem, "`pulumi "); found { // the problem names it itself
			command, _, _ = strings.Cut(command, "`")
			fix = "pulumi " + command + " --stack " + e.stack.name
		}
		e.findings.Fail(check, fix, "%s", oneLine(problem))
	}
	return cfg
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// backend checks that Pulumi's state can be reached, and finds out whether the stack has a cloud.
func (e *examination) backend(ctx context.Context) {
	const check = "backend"
	done := e.watch("asking Pulumi's backend for its stacks")
	l, err := e.stack.listed(ctx)
	done()
	switch {
	case errors.Is(err, exec.ErrNotFound):
	case err != nil:
		e.findings.Fail(check, "pulumi login", "%v", err)
	case l == nil:
		e.findings.Fail(check, "pulumi stack init "+e.stack.name+" --secrets-provider passphrase", "it is reached and has no stack %s", e.stack.name)
	default:
		e.exists = l.Resources > 0
		e.findings.OK(check, "it is reached; stack %s has %d resources", e.stack.name, l.Resources)
	}
}

// token checks that Hetzner accepts the token, and returns a client if it does.
func (e *examination) token(ctx context.Context) *hcloud.Client {
	const check = "token"
	client, err := hetzner()
	if err != nil {
		e.findings.Fail(check, loadToken, "HCLOUD_TOKEN is not set")
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, hetznerTimeout)
	defer cancel()
	defer e.watch("asking Hetzner about the token")()
	_, _, err = client.Server.List(ctx, hcloud.ServerListOpts{ListOpts: hcloud.ListOpts{PerPage: 1}})
	switch {
	case hcloud.IsError(err, hcloud.ErrorCodeUnauthorized):
		e.findings.Fail(check, loadToken, "Hetzner refuses the token in HCLOUD_TOKEN")
	case err != nil:
		e.findings.Fail(check, "lvs doctor --stack "+e.stack.name, "Hetzner cannot be asked: %s", oneLine(err.Error()))
	default:
		e.findings.OK(check, "Hetzner accepts it")
		return client
	}
	return nil
}

// key checks that the operator has a key that the server lets in.
func (e *examination) key(ctx context.Context, cfg *stacks.Config, want review.Want) {
	const check = "ssh key"
	keys, done, err := e.login.signers(ctx)
	done()
	if err != nil {
		fix := "ssh-keygen -t ed25519 -f " + e.login.identity
		if _, statErr := os.Stat(e.login.identity); statErr == nil {
			fix = "ssh-add " + e.login.identity
		}
		e.findings.Fail(check, fix, "%v", err)
		return
	}
	for _, line := range cfg.Access.SSHKeys {
		configured, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil {
			continue // the configuration has been validated
		}
		for _, k := range keys {
			if bytes.Equal(k.PublicKey().Marshal(), configured.Marshal()) {
				e.findings.OK(check, "%s is in access.sshKeys", ssh.FingerprintSHA256(configured))
				return
			}
		}
	}
	e.findings.Warn(check, want.AddKey(), "no key of yours (%d) is in access.sshKeys, so you could not log in", len(keys))
}
