package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lvs-cloud/lvs-cloud/review"
	"github.com/lvs-cloud/lvs-cloud/stacks"
)

const (
	rootType      = "pulumi:pulumi:Stack"
	hetznerPrefix = "hcloud:"
)

// previewed is as much of a preview as recover reads.
type previewed struct {
	Steps []struct {
		Op  string `json:"op"`
		New struct {
			URN      string         `json:"urn"`
			Type     string         `json:"type"`
			Custom   bool           `json:"custom"`
			Parent   string         `json:"parent"`
			Provider string         `json:"provider"`
			Inputs   map[string]any `json:"inputs"`
		} `json:"newState"`
	} `json:"steps"`
}

// look finds out what the cut-off run left behind; it changes nothing.
func (r *recovery) look(ctx context.Context) (review.Left, error) {
	var l review.Left
	done := r.watch("reading the state")
	state, err := r.stack.deployment(ctx)
	done()
	if err != nil {
		return l, err
	}
	for _, res := range state.Resources {
		l.Known = append(l.Known, string(res.URN))
		if res.Type == rootType {
			l.Root = string(res.URN)
		}
		if len(res.InitErrors) > 0 && strings.HasPrefix(string(res.Type), hetznerPrefix) {
			l.Unfinished = append(l.Unfinished, string(res.URN))
		}
	}
	for _, op := range state.PendingOperations {
		l.Pending = append(l.Pending, string(op.Resource.URN))
	}
	done = r.watch("asking the program what it wants")
	l.Planned, err = r.planned(ctx)
	done()
	if err != nil {
		return l, err
	}
	done = r.watch("looking around at Hetzner")
	l.Found, err = r.inventory(ctx, l.Planned)
	done()
	return l, err
}

// planned asks a preview which resources at Hetzner are still to be created.
func (r *recovery) planned(ctx context.Context) ([]review.Planned, error) {
	text, err := r.stack.pulumi(ctx, r.stack.withFile("preview", "--json")...)
	if err != nil {
		return nil, err
	}
	var plan previewed
	if err := json.Unmarshal(text, &plan); err != nil {
		return nil, fmt.Errorf("preview: %w", err)
	}
	var out []review.Planned
	for _, s := range plan.Steps {
		if n := s.New; s.Op == "create" && n.Custom && strings.HasPrefix(n.Type, hetznerPrefix) {
			out = append(out, review.Planned{URN: n.URN, Type: n.Type, Parent: n.Parent, Provider: n.Provider, Inputs: n.Inputs})
		}
	}
	return out, nil
}

// inventory asks Hetzner what exists; a zone, which lies in another project, only if records are wanted.
func (r *recovery) inventory(ctx context.Context, planned []review.Planned) (review.Inventory, error) {
	cfg, err := r.stack.config()
	if err != nil {
		return review.Inventory{}, err
	}
	client, err := hetzner()
	if err != nil {
		return review.Inventory{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, hetznerTimeout)
	defer cancel()
	found := review.Inventory{Labels: stacks.OwnLabels(r.stack.project, r.stack.name)}
	if err := listAll(ctx, client, &found); err != nil {
		return found, err
	}
	for _, p := range planned {
		if cfg.Zone == nil || p.Inputs["zone"] != cfg.Zone.Name {
			continue
		}
		token, err := r.stack.pulumi(ctx, r.stack.withFile("config", "get", "--path", r.stack.project+":secrets.zoneToken")...)
		if err != nil {
			return found, err
		}
		found.RRSets, err = recordsOf(ctx, strings.TrimSpace(string(token)), cfg.Zone.Name)
		return found, err
	}
	return found, nil
}
