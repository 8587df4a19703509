package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/lvs-cloud/lvs-cloud/review"
)

// The types of the resources that are scripts on the server, of the server, and of the provider of all objects in the
// cluster, whose types begin alike.
const (
	commandType tokens.Type = "command:remote:Command"
	serverType  tokens.Type = "hcloud:index/server:Server"
	clusterType tokens.Type = "pulumi:providers:kubernetes"

	kubernetesPrefix = "kubernetes:"
)

// hostScript is a script on the server, as Pulumi's state has it.
type hostScript struct {
	urn       string
	protected bool
}

// onVolume are the scripts whose work lies on the volume, and outlives a root disk.
var onVolume = []string{"k3s-write-token", "k3s-kubeconfig"}

// deployment is what Pulumi's state holds of the stack; secrets stay encrypted.
func (s *stack) deployment(ctx context.Context) (*apitype.DeploymentV3, error) {
	text, err := s.pulumi(ctx, "stack", "export", "--stack", s.name)
	if err != nil {
		return nil, err
	}
	var state struct {
		Deployment apitype.DeploymentV3 `json:"deployment"`
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return nil, fmt.Errorf("state of stack %q: %w", s.name, err)
	}
	return &state.Deployment, nil
}

// hostScripts finds the scripts that have to run again on another root disk.
func (s *stack) hostScripts(ctx context.Context) ([]hostScript, error) {
	state, err := s.deployment(ctx)
	if err != nil {
		return nil, err
	}
	var scripts []hostScript
	for _, r := range state.Resources {
		if r.Type == commandType && !r.Delete && !slices.Contains(onVolume, r.URN.Name()) {
			scripts = append(scripts, hostScript{string(r.URN), r.Protect})
		}
	}
	return scripts, nil
}

// rerun marks scripts in Pulumi's state, so that the next `pulumi up` runs them again, whatever becomes of this run.
func (s *stack) rerun(ctx context.Context, scripts []hostScript) error {
	var all, protected []string
	for _, script := range scripts {
		all = append(all, script.urn)
		if script.protected {
			protected = append(protected, script.urn)
		}
	}
	var err error
	if len(protected) > 0 { // the update that runs them protects them again
		_, err = s.pulumi(ctx, append([]string{"state", "unprotect", "--yes", "--stack", s.name}, protected...)...)
	}
	if err == nil {
		_, err = s.pulumi(ctx, append([]string{"state", "taint", "--yes", "--stack", s.name}, all...)...)
	}
	if err != nil {
		return fmt.Errorf("mark the host scripts: %w", err)
	}
	return nil
}

// settled makes sure that nothing else would be changed under way: what was configured was applied.
func (r *renewal) settled(ctx context.Context, newServer bool) error {
	done := r.watch("previewing, for changes that were never applied")
	defer done()
	plan, err := r.stack.preview(ctx, false)
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range plan.Failures {
		errs = append(errs, fmt.Errorf("preview: %s", oneLine(f.Message)))
	}
	if open := plan.Changes(func(s review.Step) bool { return ownWork(s, newServer) }); len(open) > 0 {
		errs = append(errs, fmt.Errorf("got a stack with changes that were never applied (%s), want none: apply them with `pulumi up --stack %s`, or take them back",
			strings.Join(open, ", "), r.stack.name))
	}
	return errors.Join(errs...)
}

// ownWork tells whether a step is a renewal's own. Host scripts are that are marked to run again, by a run that was cut off;
// with a new server all of them, and the server itself: its type is chosen anew. So are updates of objects in the cluster:
// with the type the profile changes, and a kubeconfig that is to be read again makes all of them look changed.
func ownWork(s review.Step, newServer bool) bool {
	switch kind := s.URN.Type(); {
	case kind == commandType:
		return newServer || s.Replaces()
	case kind == serverType:
		return newServer
	case kind == clusterType || strings.HasPrefix(string(kind), kubernetesPrefix):
		return s.Op == "update"
	default:
		return false
	}
}

// show runs the CLI and shows what it says while it runs.
func (s *stack) show(ctx context.Context, to io.Writer, args ...string) error {
	cmd := s.command(ctx, s.withFile(args...)...)
	cmd.Stdout, cmd.Stderr = to, to
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("pulumi %s: %w", args[0], errors.Join(ctx.Err(), err))
	}
	return nil
}
