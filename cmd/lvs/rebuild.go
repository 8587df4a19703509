package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/components/server"
)

const (
	// protectTimeout bounds putting protection back, which happens even when the command was interrupted. Hetzner locks a
	// server for as long as it is being rebuilt.
	protectTimeout = 5 * time.Minute
	// wakeTimeout bounds starting the cluster again; it waits for a script that still stops it.
	wakeTimeout = 3 * time.Minute
	// lockedPause is between two tries at a server that is locked.
	lockedPause = time.Second
)

func (a *app) rebuildCommand() *cobra.Command {
	r := &renewal{app: a, pause: lockedPause}
	cmd := &cobra.Command{
		Use:   "rebuild",
		Short: "Make the server's root disk anew, in place",
		Long: `rebuild gives the server a new root disk from the configured image, through Hetzner's rebuild action, and lets Pulumi
install everything on it again. The server keeps its ID, its addresses and its price; the volume stays as it is, and with
it the cluster and all data. It is the way to another image, and out of a broken root disk.

First the cluster is stopped in order and the volume unmounted, over SSH. The server's protection is lifted for the one
call, and put back on every way out. It refuses when the stack has other changes that were never applied, and asks for the
server's name before it does anything. After a run that was cut off, run it again, or ` + "`pulumi up --refresh`" + `.`,
		Example: `  lvs rebuild --stack prod
  lvs rebuild --stack prod --confirm lvs-cloud-prod-node`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r.login.chosen = cmd.Flags().Changed("identity")
			return r.rebuild(cmd.Context())
		},
	}
	r.bind(cmd)
	return cmd
}

func (r *renewal) rebuild(ctx context.Context) error {
	if err := r.examine(ctx); err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	if r.server == nil {
		return fmt.Errorf("rebuild: got no server %s at Hetzner, want one; `lvs replace --stack %s` makes another", r.stack.physical("node"), r.stack.name)
	}
	if r.outputs.UserData == "" {
		return fmt.Errorf("rebuild: outputs of stack %q: got no serverUserData, want it: run `pulumi up --stack %s` first", r.stack.name, r.stack.name)
	}
	if err := r.settled(ctx, false); err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	if err := r.confirm(r.rebuildPlan()); err != nil {
		return err
	}
	if err := r.rest(ctx); err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	if err := r.stack.rerun(ctx, r.scripts); err != nil {
		return fmt.Errorf("rebuild: %w", errors.Join(err, r.wake()))
	}
	if err := r.unprotected(ctx, r.reimage); err != nil {
		return fmt.Errorf("rebuild: %w", errors.Join(err, r.wake()))
	}
	if err := r.apply(ctx); err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	return r.report(ctx, "was rebuilt")
}

func (r *renewal) rebuildPlan() string {
	return plan(fmt.Sprintf("%s (server %d, %s, %s) gets a new root disk from %s:",
		r.server.Name, r.server.ID, r.server.ServerType.Name, r.outputs.ServerAddress, r.image.Name),
		[]string{
			"k3s and all that lives on the volume is stopped, and the volume unmounted",
			fmt.Sprintf("%d host scripts are marked in Pulumi's state, to run again", len(r.scripts)),
			"the server's protection is lifted, it is rebuilt, and protected again",
			"`pulumi up` installs everything, and waits until the node is ready",
		},
		fmt.Sprintf("Lost is what is on the root disk alone: images, logs, what was installed by hand. %s (%d GB) stays as it is.\n"+
			"ID, addresses and price stay. The cloud is down meanwhile, for some minutes.", r.volume.Name, r.volume.Size))
}

// reimage gives the server a new root disk, and waits until it runs.
func (r *renewal) reimage(ctx context.Context) error {
	done := r.watch("Hetzner rebuilds the server")
	defer done()
	result, _, err := r.client.Server.RebuildWithResult(ctx, r.server, hcloud.ServerRebuildOpts{Image: r.image, UserData: &r.outputs.UserData})
	if err == nil {
		err = r.client.Action.WaitFor(ctx, result.Action)
	}
	if err != nil {
		return fmt.Errorf("server %d: %w", r.server.ID, err)
	}
	s, _, err := r.client.Server.GetByID(ctx, r.server.ID)
	if err == nil && s != nil && s.Status == hcloud.ServerStatusOff {
		err = r.await(ctx)(r.client.Server.Poweron(ctx, s))
	}
	return err
}

// unprotected does something to the server while Hetzner allows it, and protects it again as it was, on every way out.
func (r *renewal) unprotected(ctx context.Context, do func(context.Context) error) (err error) {
	if !r.server.Protection.Rebuild && !r.server.Protection.Delete {
		return do(ctx)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), protectTimeout)
		defer cancel()
		if again := r.protect(ctx, true); again != nil && !hcloud.IsError(again, hcloud.ErrorCodeNotFound) {
			err = errors.Join(err, fmt.Errorf("server %d is not protected: %w; `pulumi up --refresh --stack %s` protects it", r.server.ID, again, r.stack.name))
		}
	}()
	if err := r.protect(ctx, false); err != nil {
		return fmt.Errorf("lift the protection of server %d: %w", r.server.ID, err)
	}
	return do(ctx)
}

// protect switches the server's protection, once Hetzner has finished what it is doing to the server.
func (r *renewal) protect(ctx context.Context, on bool) error {
	for {
		err := r.await(ctx)(r.client.Server.ChangeProtection(ctx, r.server, hcloud.ServerChangeProtectionOpts{Delete: &on, Rebuild: &on}))
		if !hcloud.IsError(err, hcloud.ErrorCodeLocked) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(r.pause):
		}
	}
}

// wake starts the cluster again after something failed on the way, even when the command was interrupted.
func (r *renewal) wake() error {
	if !r.running() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), wakeTimeout)
	defer cancel()
	if err := r.onServer(ctx, server.Wake); err != nil {
		return fmt.Errorf("start the cluster again: %w; `pulumi up --stack %s` does", err, r.stack.name)
	}
	return errors.New("the cluster was started again")
}
