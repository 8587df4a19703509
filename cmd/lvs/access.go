package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/review"
	"github.com/lvs-cloud/lvs-cloud/stacks"
)

// How long a network may be let in.
const (
	shortestAccess = time.Minute
	longestAccess  = 24 * time.Hour
	defaultAccess  = "1h"
)

// mine stands for the operator's own address.
const mine = "mine"

// door is how `lvs access` was called.
type door struct {
	from    []string
	long    string
	service string
	expired bool
}

func (a *app) accessCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "access",
		Short: "Let an address in to SSH and the Kubernetes API for a while, with the API token alone",
		Long: `access opens SSH (22) and the Kubernetes API (6443) for a while to networks that are not among access.adminCIDRs: from a
new home address, or from a CI runner. It needs nothing but the API token (read and write) and the stack's name: no state,
no Pulumi, no SSH, and no server yet, so it also works before the first ` + "`pulumi up`" + `.

It writes one firewall of its own, <project>-<stack>-access, which Hetzner applies to every server with the stack's labels.
Each network has an end of its own, written into its rules. Hetzner does not enforce it: when it has passed, the network is
let in until somebody closes it. Let a nightly job run ` + "`lvs access close --expired`" + `; doctor and show name what is overdue.`,
		Example: `  lvs access open --stack prod
  lvs access open --stack prod --from 192.0.2.17 --from 2001:db8::/64 --for 8h
  lvs access close --stack prod --from mine`,
		Args: cobra.NoArgs,
		// Without one of its commands it is not understood.
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usageError{fmt.Errorf("%s: got no command, want open, close or show", cmd.CommandPath())}
		},
	}
	cmd.AddCommand(a.openCommand(), a.closeCommand(), a.showCommand())
	return cmd
}

func (a *app) openCommand() *cobra.Command {
	var d door
	cmd := &cobra.Command{
		Use:   "open",
		Short: "Let networks in",
		Long: `open lets networks in, besides those that are in already, and returns when every server of the stack lets them in. Opening
a network again extends it, and never shortens it. What has expired is closed on the way.

Without --from it is your own IPv4 address, as ` + ownAddressService + ` sees it: the stack's outputs lead to IPv4. Everyone, and
what is nearly everyone, is refused.

Exit codes: 0 if the networks are let in, 1 if not, 2 if called wrongly.`,
		Example: `  lvs access open --stack prod --for 30m && pulumi up --stack prod; lvs access close --stack prod --from mine`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.openAccess(cmd.Context(), d) },
	}
	d.fromFlag(cmd, "let in this `network` or address, or mine (default mine); can be repeated")
	cmd.Flags().StringVar(&d.long, "for", defaultAccess, "how long, from 1m to 24h")
	return cmd
}

func (a *app) closeCommand() *cobra.Command {
	var d door
	cmd := &cobra.Command{
		Use:   "close",
		Short: "Let in nobody but access.adminCIDRs",
		Long: `close ends what open began: all of it, only some networks (--from), or only what has expired (--expired), for a nightly job.
With the last network the firewall goes as well. Closing what is not open is no error.

Exit codes: 0 if it is closed, 1 if not, 2 if called wrongly.`,
		Example: `  lvs access close --stack prod
  lvs access close --stack prod --expired`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.closeAccess(cmd.Context(), d) },
	}
	d.fromFlag(cmd, "close only to this `network` or address, or mine; can be repeated")
	cmd.Flags().BoolVar(&d.expired, "expired", false, "close only what has expired")
	return cmd
}

func (a *app) showCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "Say who is let in, and until when",
		Long: `show says who reaches SSH and the Kubernetes API: what open let in, and the networks of the stack's own firewall. What has
expired is marked; it is still let in. A token with read access is enough.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.showAccess(cmd.Context()) },
	}
}

func (d *door) fromFlag(cmd *cobra.Command, usage string) {
	cmd.Flags().StringArrayVar(&d.from, "from", nil, usage)
	cmd.Flags().StringVar(&d.service, "ask", ownAddressService, "`URL` that answers with your own address, as plain text")
}

func (a *app) openAccess(ctx context.Context, d door) error {
	if len(d.from) == 0 {
		d.from = []string{mine}
	}
	long, longErr := d.duration()
	networks, fromErr := d.networks()
	g, gateErr := a.gate()
	if err := together(longErr, fromErr, gateErr); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, hetznerTimeout)
	defer cancel()
	defer a.watch("opening the firewall")()
	networks, err := d.resolve(ctx, networks)
	if err != nil {
		return err
	}
	now := time.Now()
	var wanted []review.Grant
	for _, n := range networks {
		wanted = append(wanted, review.Grant{From: n, Until: now.Add(long).UTC().Truncate(time.Second)})
	}
	if err := g.open(ctx, wanted, now); err != nil {
		return fmt.Errorf("access: open: %w", err)
	}
	return a.answer(ctx, g, outcome{Opened: networks})
}

func (a *app) closeAccess(ctx context.Context, d door) error {
	networks, fromErr := d.networks()
	g, gateErr := a.gate()
	var bothErr error
	if d.expired && len(d.from) > 0 {
		bothErr = usageError{errors.New("--expired, --from: got both, want one of them")}
	}
	if err := together(fromErr, bothErr, gateErr); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, hetznerTimeout)
	defer cancel()
	defer a.watch("closing the firewall")()
	networks, err := d.resolve(ctx, networks)
	if err != nil {
		return err
	}
	now := time.Now()
	closed, err := g.close(ctx, func(grant review.Grant) bool {
		switch {
		case d.expired:
			return grant.Expired(now)
		case len(networks) > 0:
			return slices.Contains(networks, grant.From)
		default:
			return true
		}
	})
	if err != nil {
		return fmt.Errorf("access: close: %w", err)
	}
	return a.answer(ctx, g, outcome{Closed: closed, closing: true})
}

func (a *app) showAccess(ctx context.Context) error {
	g, err := a.gate()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, hetznerTimeout)
	defer cancel()
	return a.answer(ctx, g, outcome{})
}

func (d *door) duration() (time.Duration, error) {
	long, err := time.ParseDuration(d.long)
	if err != nil || long < shortestAccess || long > longestAccess {
		return 0, usageError{fmt.Errorf("--for: got %q, want 1m to 24h, such as 30m", d.long)}
	}
	return long, nil
}

// networks are those that were named; mine is left to resolve, which has to ask for it.
func (d *door) networks() ([]netip.Prefix, error) {
	var networks []netip.Prefix
	var errs []error
	for _, text := range d.from {
		if text == mine {
			continue
		}
		n, err := netip.ParsePrefix(text)
		if err != nil {
			var addr netip.Addr
			if addr, err = netip.ParseAddr(text); err == nil && addr.Zone() == "" {
				n = netip.PrefixFrom(addr, addr.BitLen())
			} else {
				err = fmt.Errorf("got %q, want a network such as 192.0.2.0/24, an address, or mine", text)
			}
		}
		if err == nil {
			err = stacks.CheckNetwork(n)
		}
		if err != nil {
			errs = append(errs, usageError{fmt.Errorf("--from: %w", err)})
			continue
		}
		networks = append(networks, n)
	}
	return networks, together(errs...)
}

// resolve adds the operator's own address to the networks if it was named.
func (d *door) resolve(ctx context.Context, networks []netip.Prefix) ([]netip.Prefix, error) {
	if !slices.Contains(d.from, mine) {
		return networks, nil
	}
	own, err := ownAddress(ctx, d.service)
	if err != nil {
		return nil, fmt.Errorf("your own address: %w; name it with --from", err)
	}
	return append(networks, own), nil
}

// together joins problems so that all are seen at once.
func together(errs ...error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}
