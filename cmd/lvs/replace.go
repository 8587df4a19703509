package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/review"
)

func (a *app) replaceCommand() *cobra.Command {
	r := &renewal{app: a, pause: lockedPause}
	cmd := &cobra.Command{
		Use:   "replace",
		Short: "Delete the server and make another, with the same addresses and the same volume",
		Long: `replace deletes the server at Hetzner and lets Pulumi make another one from the configuration: with the same name and
addresses, and with the volume as it is, and so with the cluster and all data. Of a server that is gone already it
makes another one likewise, which may be of another type.

A new server is a new order, at today's price; it refuses when the configured type is not in stock. ` + "`lvs rebuild`" + ` keeps the
server that you have. First the cluster is stopped in order and the volume unmounted, over SSH. It refuses when the stack
has other changes that were never applied, and asks for the server's name before it does anything. After a run that was
cut off: ` + "`pulumi up --refresh`" + `.`,
		Example: `  lvs replace --stack prod
  lvs replace --stack prod --confirm lvs-cloud-prod-node`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r.login.chosen = cmd.Flags().Changed("identity")
			return r.replace(cmd.Context())
		},
	}
	r.bind(cmd)
	return cmd
}

func (r *renewal) replace(ctx context.Context) error {
	if err := r.examine(ctx); err != nil {
		return fmt.Errorf("replace: %w", err)
	}
	bill, err := r.bill(ctx)
	if err != nil {
		return fmt.Errorf("replace: %w", err)
	}
	if bill.Stock.Availability != review.InStock {
		return fmt.Errorf("replace: %s Nothing was changed", stockLine(bill))
	}
	if err := r.settled(ctx, true); err != nil {
		return fmt.Errorf("replace: %w", err)
	}
	if err := r.confirm(r.replacePlan(bill)); err != nil {
		return err
	}
	if err := r.rest(ctx); err != nil {
		return fmt.Errorf("replace: %w", err)
	}
	if err := r.stack.rerun(ctx, r.scripts); err != nil {
		return fmt.Errorf("replace: %w", errors.Join(err, r.wake()))
	}
	if r.server != nil {
		if err := r.unprotected(ctx, r.remove); err != nil {
			return fmt.Errorf("replace: %w", errors.Join(err, r.wake()))
		}
	}
	if err := r.apply(ctx, "--refresh"); err != nil {
		return fmt.Errorf("replace: %w", err)
	}
	// A run that began without a cluster leaves the objects in it as they were, whatever the profile of the new type says.
	if err := r.apply(ctx); err != nil {
		return fmt.Errorf("replace: %w", err)
	}
	return r.report(ctx, "was replaced")
}

func (r *renewal) bill(ctx context.Context) (*review.Bill, error) {
	ctx, cancel := context.WithTimeout(ctx, hetznerTimeout)
	defer cancel()
	offers, err := catalogue(ctx, r.client)
	if err != nil {
		return nil, err
	}
	return review.NewBill(order(r.cfg), offers)
}

func (r *renewal) replacePlan(b *review.Bill) string {
	head := fmt.Sprintf("There is no server %s any more; another one is made:", r.stack.physical("node"))
	steps := []string{
		fmt.Sprintf("%d host scripts are marked in Pulumi's state, to run again", len(r.scripts)),
		fmt.Sprintf("`pulumi up --refresh` orders a %s in %s, installs everything, and waits until the node is ready", b.ServerType, b.Location),
		"`pulumi up` then adapts what is in the cluster to the type",
	}
	if r.server != nil {
		head = fmt.Sprintf("%s (server %d, %s, %s) is deleted, and another one made:",
			r.server.Name, r.server.ID, r.server.ServerType.Name, r.outputs.ServerAddress)
		steps = append([]string{"k3s and all that lives on the volume is stopped, and the volume unmounted"}, steps...)
		steps = append(steps[:2], append([]string{"the server's protection is lifted, and it is deleted"}, steps[2:]...)...)
	}
	return plan(head, steps, fmt.Sprintf("Lost is what is on the root disk alone: images, logs, what was installed by hand. %s (%d GB) and the addresses stay.\n"+
		"The cloud then costs %s %s net a month. It is down meanwhile, for some minutes.", r.volume.Name, r.volume.Size, b.Currency, b.Total.Net))
}

// remove deletes the server. Its addresses and its volume stay, detached.
func (r *renewal) remove(ctx context.Context) error {
	done := r.watch("Hetzner deletes the server")
	defer done()
	result, _, err := r.client.Server.DeleteWithResult(ctx, r.server)
	if hcloud.IsError(err, hcloud.ErrorCodeNotFound) {
		return nil
	}
	if err == nil {
		err = r.client.Action.WaitFor(ctx, result.Action)
	}
	if err != nil {
		return fmt.Errorf("server %d: %w", r.server.ID, err)
	}
	return nil
}
