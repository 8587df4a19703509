package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/stacks"
)

// renewal makes the root disk of a server anew below a volume that stays: what rebuild and replace have in common.
type renewal struct {
	*app
	login     login
	confirmed string
	// unreachable lets Hetzner shut the server down, which cannot be reached over SSH.
	unreachable bool
	// pause is between two tries at a server that Hetzner has locked.
	pause time.Duration

	stack   *stack
	cfg     *stacks.Config
	client  *hcloud.Client
	outputs *outputs
	scripts []hostScript
	server  *hcloud.Server // nil: there is none any more
	volume  *hcloud.Volume
	image   *hcloud.Image
}

func (r *renewal) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&r.login.identity, "identity", "i", defaultIdentity(), "your private key, if it is not in the SSH agent")
	f.StringVar(&r.confirmed, "confirm", "", "name of the server: the answer to the question, given beforehand")
	f.BoolVar(&r.unreachable, "unreachable", false, "let Hetzner shut the server down, if it cannot be reached over SSH to stop the cluster in order")
}

// examine looks at everything that is needed, and changes nothing. It reports all that is missing at once.
func (r *renewal) examine(ctx context.Context) (err error) {
	if r.stack, err = r.openStack(); err != nil {
		return err
	}
	if r.cfg, err = r.stack.config(); err != nil {
		return err
	}
	if r.client, err = hetzner(); err != nil {
		return err
	}
	done := r.watch("looking at the stack and at Hetzner")
	defer done()
	return errors.Join(r.atHetzner(ctx), r.atPulumi(ctx))
}

func (r *renewal) atHetzner(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, hetznerTimeout)
	defer cancel()
	var errs [3]error
	r.server, _, errs[0] = r.client.Server.GetByName(ctx, r.stack.physical("node"))
	r.volume, _, errs[1] = r.client.Volume.GetByName(ctx, r.stack.physical("data"))
	r.image, _, errs[2] = r.client.Image.GetByNameAndArchitecture(ctx, r.cfg.Server.Image, hcloud.ArchitectureX86)
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	if r.running() && r.server.Status != hcloud.ServerStatusRunning {
		errs[2] = fmt.Errorf("server %s: got it %s, want it running or off", r.server.Name, r.server.Status)
	}
	if r.volume == nil {
		errs[0] = fmt.Errorf("volume %s: got none at Hetzner, want it there: all data is on it, so look for it before you do anything else",
			r.stack.physical("data"))
	}
	if r.image == nil {
		errs[1] = fmt.Errorf("server.image: got %q, which Hetzner does not have, want one of its x86 images such as debian-13", r.cfg.Server.Image)
	}
	return errors.Join(errs[:]...)
}

func (r *renewal) atPulumi(ctx context.Context) (err error) {
	if r.outputs, err = r.stack.outputs(ctx); err != nil {
		return err
	}
	if r.scripts, err = r.stack.hostScripts(ctx); err != nil {
		return err
	}
	if len(r.scripts) == 0 {
		return fmt.Errorf("stack %q: got no host scripts in its state, want a cloud that was built", r.stack.name)
	}
	return nil
}

// running says whether there is something to be stopped.
func (r *renewal) running() bool {
	return r.server != nil && r.server.Status != hcloud.ServerStatusOff
}

// apply lets Pulumi do the rest, and says how to go on if it fails: what was begun is then in its state.
func (r *renewal) apply(ctx context.Context, flags ...string) error {
	args := append([]string{"up", "--yes", "--suppress-permalink=true"}, flags...)
	if err := r.stack.show(ctx, r.progress, args...); err != nil {
		return fmt.Errorf("%w; the volume and its data are untouched, run `pulumi up --refresh --stack %s` to go on", err, r.stack.name)
	}
	return nil
}

// report says what there is now.
func (r *renewal) report(ctx context.Context, what string) error {
	server, _, err := r.client.Server.GetByName(ctx, r.stack.physical("node"))
	if err != nil {
		return err
	}
	if server == nil {
		return fmt.Errorf("server %s: got none after `pulumi up`, want it there", r.stack.physical("node"))
	}
	if r.output == formatJSON {
		return r.writeJSON(struct {
			Stack   string `json:"stack"`
			Server  int64  `json:"serverId"`
			Volume  int64  `json:"volumeId"`
			Address string `json:"serverAddress"`
		}{r.stack.name, server.ID, r.volume.ID, r.outputs.ServerAddress})
	}
	_, err = fmt.Fprintf(r.out, "%s %s: server %d, volume %d, %s; its node is ready.\n", server.Name, what, server.ID, r.volume.ID, r.outputs.ServerAddress)
	return err
}
