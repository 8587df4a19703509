package main

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
	"github.com/lvs-cloud/lvs-cloud/review"
)

const (
	// accessWriter is the `managed-by` of the access firewall.
	accessWriter = "lvs"
	// accessAttempts bounds how often a change is written that other hands undo, or that Hetzner is not ready for.
	accessAttempts = 20
	// accessPause is between two looks; Hetzner takes a few seconds to follow a label.
	accessPause = 500 * time.Millisecond
	// accessPatience is how long servers may take to get the firewall.
	accessPatience = 30 * time.Second
)

// gate is the access firewall of one stack. Rules are read, changed and written back, and Hetzner has no way to say
// «unless they changed meanwhile»; so a change is done only when a later read shows it.
type gate struct {
	client          *hcloud.Client
	stack           *stack
	name            string
	labels          map[string]string
	server          string // the selector of the stack's servers
	pause, patience time.Duration
}

// gate finds out which firewall it is about, without asking anybody.
//
// Errors: every problem at once.
func (a *app) gate() (*gate, error) {
	var errs []error
	g := &gate{pause: accessPause, patience: accessPatience}
	var err error
	if g.client, err = hetzner(); err != nil {
		errs = append(errs, err)
	}
	if g.stack, err = a.openStack(); err != nil {
		return nil, together(append(errs, err)...)
	}
	// A name that was mistyped would open nothing, and say it had. What the file says does not matter: access is for
	// bad days, too.
	if _, err := g.stack.text(); err != nil {
		errs = append(errs, err)
	}
	g.name = g.stack.physical(review.AccessRole)
	g.labels = map[string]string{"managed-by": accessWriter, "project": g.stack.project, "stack": g.stack.name}
	if _, err := hcloud.ValidateResourceLabels(map[string]any{"project": g.stack.project, "stack": g.stack.name}); err != nil {
		errs = append(errs, fmt.Errorf("stack %q: %w, so no server can carry it; want letters and digits with dots, dashes and underscores between, 63 at most",
			g.stack.name, err))
	}
	g.server = naming.Selector(g.stack.project, g.stack.name)
	return g, together(errs...)
}

// find returns the firewall, or nil.
//
// Errors: one of that name that is not lvs's own.
func (g *gate) find(ctx context.Context) (*hcloud.Firewall, error) {
	fw, _, err := g.client.Firewall.GetByName(ctx, g.name)
	if err != nil || fw == nil {
		return nil, err
	}
	if got := fw.Labels["managed-by"]; got != accessWriter {
		return nil, fmt.Errorf("firewall %q: got the label managed-by=%s, want %s: it is somebody else's, and left alone", g.name, got, accessWriter)
	}
	return fw, nil
}

// open lets networks in, and waits until every server of the stack does.
func (g *gate) open(ctx context.Context, wanted []review.Grant, now time.Time) error {
	var err error
	for range accessAttempts {
		var fw *hcloud.Firewall
		fw, err = g.find(ctx)
		switch {
		case err != nil:
			return err
		case fw == nil:
			err = g.create(ctx, wanted)
		case !g.selects(fw):
			err = g.apply(ctx, fw)
		case !holds(fw, wanted):
			err = g.write(ctx, fw, review.Extend(review.Grants(fw), wanted, now))
		default:
			return g.reachServers(ctx, fw)
		}
		if err := g.again(ctx, err); err != nil {
			return err
		}
	}
	return together(fmt.Errorf("firewall %q: got it changed by other hands %d times, want it left alone for a second", g.name, accessAttempts), err)
}

// close takes the grants away that are gone, and the firewall with the last of them. It returns whom it closed to.
func (g *gate) close(ctx context.Context, gone func(review.Grant) bool) ([]netip.Prefix, error) {
	var closed []netip.Prefix
	var err error
	for range accessAttempts {
		var fw *hcloud.Firewall
		fw, err = g.find(ctx)
		if err != nil || fw == nil {
			return closed, err
		}
		var kept []review.Grant
		done := true
		for _, grant := range review.Grants(fw) {
			if !gone(grant) {
				kept = append(kept, grant)
				continue
			}
			if done = false; !slices.Contains(closed, grant.From) {
				closed = append(closed, grant.From)
			}
		}
		switch {
		case len(kept) == 0:
			err = g.remove(ctx, fw)
		case done:
			return closed, nil
		default:
			err = g.write(ctx, fw, kept)
		}
		if err := g.again(ctx, err); err != nil {
			return closed, err
		}
	}
	return closed, together(fmt.Errorf("firewall %q: got it back %d times, want it gone", g.name, accessAttempts), err)
}

func (g *gate) create(ctx context.Context, grants []review.Grant) error {
	made, _, err := g.client.Firewall.Create(ctx, hcloud.FirewallCreateOpts{
		Name: g.name, Labels: g.labels, Rules: review.GrantRules(grants), ApplyTo: g.resources(),
	})
	if err != nil {
		return err
	}
	return g.client.Action.WaitFor(ctx, made.Actions...)
}

func (g *gate) write(ctx context.Context, fw *hcloud.Firewall, grants []review.Grant) error {
	actions, _, err := g.client.Firewall.SetRules(ctx, fw, hcloud.FirewallSetRulesOpts{Rules: review.GrantRules(grants)})
	if err != nil {
		return err
	}
	return g.client.Action.WaitFor(ctx, actions...)
}

func (g *gate) apply(ctx context.Context, fw *hcloud.Firewall) error {
	actions, _, err := g.client.Firewall.ApplyResources(ctx, fw, g.resources())
	if err != nil {
		return err
	}
	return g.client.Action.WaitFor(ctx, actions...)
}

// remove takes the firewall from the servers, which closes, and then away; Hetzner refuses the second before the first.
//
// Errors: a server that would be left without any firewall. That one is closed to everyone instead.
func (g *gate) remove(ctx context.Context, fw *hcloud.Firewall) error {
	bare, err := g.bareWithout(ctx, fw)
	if err != nil {
		return err
	}
	if bare != "" {
		err := g.write(ctx, fw, nil)
		return together(fmt.Errorf("server %q: got no other firewall on it, want one before %q goes: without any, everything is open to everyone; "+
			"it lets nobody in now, and `lvs doctor --stack %s` names what puts the others back", bare, g.name, g.stack.name), err)
	}
	if len(fw.AppliedTo) > 0 {
		actions, _, err := g.client.Firewall.RemoveResources(ctx, fw, fw.AppliedTo)
		if err != nil {
			return err
		}
		if err := g.client.Action.WaitFor(ctx, actions...); err != nil {
			return err
		}
	}
	_, err = g.client.Firewall.Delete(ctx, fw)
	return err
}

func (g *gate) resources() []hcloud.FirewallResource {
	return []hcloud.FirewallResource{{
		Type:          hcloud.FirewallResourceTypeLabelSelector,
		LabelSelector: &hcloud.FirewallResourceLabelSelector{Selector: g.server},
	}}
}

// selects reports whether the firewall is applied to the stack's servers.
func (g *gate) selects(fw *hcloud.Firewall) bool {
	return slices.ContainsFunc(fw.AppliedTo, func(r hcloud.FirewallResource) bool {
		return r.LabelSelector != nil && r.LabelSelector.Selector == g.server
	})
}

// holds reports whether the firewall makes the grants, at least that long.
func holds(fw *hcloud.Firewall, wanted []review.Grant) bool {
	have := review.Grants(fw)
	return !slices.ContainsFunc(wanted, func(w review.Grant) bool {
		return !slices.ContainsFunc(have, func(h review.Grant) bool { return h.From == w.From && !h.Until.Before(w.Until) })
	})
}

// again judges how a change ended: nil means to look once more, after a pause if it failed because other hands were
// faster or Hetzner was busy.
func (g *gate) again(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case hcloud.IsError(err, hcloud.ErrorCodeUniquenessError, hcloud.ErrorCodeNotFound, hcloud.ErrorCodeFirewallAlreadyApplied,
		hcloud.ErrorCodeResourceInUse, hcloud.ErrorCodeConflict, hcloud.ErrorCodeLocked):
		return g.wait(ctx)
	case hcloud.IsError(err, hcloud.ErrorCodeTokenReadonly):
		return fmt.Errorf("HCLOUD_TOKEN: got one that can only read, want one that can write: %w", err)
	default:
		return err
	}
}

func (g *gate) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(g.pause):
		return nil
	}
}
