package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lvs-cloud/lvs-cloud/bench/measure"
)

// round is everything that is measured once, on a twin of its own.
type round struct {
	// Preview, Up and Same are the cloud's: a preview of nothing yet, the first `pulumi up`, and another one.
	Preview, Up, Same *command
	// Graph is the cloud's; the times in it are those of Up.
	Graph measure.Graph
	// Update is the part of Up that came after its own preview.
	Update measure.Interval
	// Slow is the first `pulumi up` in a cluster whose services take as long as real ones to get ready; nil but in one round.
	Slow *command
	// Ours and Theirs are the bare infrastructure, made by Pulumi and by the peer.
	Ours, Theirs infrastructure
}

// infrastructure is the same eleven resources made by either tool.
type infrastructure struct {
	// Plan previews them, Up makes them all, Same changes nothing and asks Hetzner, Offline changes nothing and trusts
	// the state.
	Plan, Up, Same, Offline *command
	// Update is how long making them took without planning it first, and Critical how long the longest chain of
	// creations; both are known of Pulumi alone.
	Update, Critical time.Duration
}

// measureRound measures once. Odd rounds begin with the peer, even ones with Pulumi.
func (t *twin) measureRound(ctx context.Context, number int) (*round, error) {
	r := &round{}
	steps := []func(context.Context) error{
		func(ctx context.Context) error { return t.measureCloud(ctx, r) },
		func(ctx context.Context) error { return t.measureOurs(ctx, &r.Ours) },
		func(ctx context.Context) error { return t.measureTheirs(ctx, &r.Theirs) },
	}
	if number%2 == 1 {
		steps[1], steps[2] = steps[2], steps[1]
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("round %d: %w", number, err)
		}
	}
	return r, nil
}

func (t *twin) measureCloud(ctx context.Context, r *round) error {
	p, err := t.newStack(ctx, t.env, "lvs-cloud", ".", true)
	if err != nil {
		return err
	}
	if r.Preview, err = p.do(ctx, "preview"); err != nil {
		return err
	}
	if r.Up, err = p.do(ctx, "up", "--yes"); err != nil {
		return err
	}
	if r.Graph, r.Update, err = p.critical(ctx, r.Up.Trace); err != nil {
		return err
	}
	r.Same, err = p.do(ctx, "up", "--yes", "--expect-no-changes")
	return err
}

// measureSlow measures the first update of a cloud.
func (t *twin) measureSlow(ctx context.Context) (*command, error) {
	p, err := t.newStack(ctx, t.env, "lvs-cloud", ".", true)
	if err != nil {
		return nil, err
	}
	return p.do(ctx, "up", "--yes")
}

// critical returns the graph of a stack with the times of its first update, and when that was.
func (p *pulumi) critical(ctx context.Context, up measure.Trace) (measure.Graph, measure.Interval, error) {
	trace, update, err := up.Update()
	if err != nil {
		return nil, update, err
	}
	graph, err := p.graph(ctx)
	if err != nil {
		return nil, update, err
	}
	return graph, update, graph.Time(trace)
}

func (t *twin) measureOurs(ctx context.Context, i *infrastructure) error {
	p, err := t.newStack(ctx, t.project("pulumi"), "infrastructure", filepath.Join("bench", "infrastructure"), false)
	if err != nil {
		return err
	}
	if i.Plan, err = p.do(ctx, "preview"); err != nil {
		return err
	}
	if i.Up, err = p.do(ctx, "up", "--yes"); err != nil {
		return err
	}
	graph, update, err := p.critical(ctx, i.Up.Trace)
	if err != nil {
		return err
	}
	i.Update, i.Critical = update.Length(), measure.Sum(graph.CriticalPath())
	if i.Same, err = p.do(ctx, "up", "--yes", "--refresh", "--expect-no-changes"); err != nil {
		return err
	}
	i.Offline, err = p.do(ctx, "up", "--yes", "--expect-no-changes")
	return err
}

func (t *twin) measureTheirs(ctx context.Context, i *infrastructure) error {
	dir, err := t.dir("tofu")
	if err != nil {
		return err
	}
	program, err := os.ReadFile(filepath.Join(t.root, "bench", "infrastructure", "main.tf"))
	if err != nil {
		return err
	}
	tools := t.tool("peer")
	// The provider is taken from the tools folder; there is no registry, and nothing to initialise.
	rc := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"hetznercloud/hcloud\" = %q\n  }\n}\n", tools)
	for name, text := range map[string][]byte{"main.tf": program, "tofurc": []byte(rc)} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	env := append(t.project("opentofu"), "TF_CLI_CONFIG_FILE="+filepath.Join(dir, "tofurc"), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	apply := func(args ...string) (*command, error) {
		return t.timed(ctx, env, dir, filepath.Join(tools, "tofu"), append([]string{"apply", "-auto-approve", "-input=false", "-no-color"}, args...)...)
	}
	if i.Plan, err = t.timed(ctx, env, dir, filepath.Join(tools, "tofu"), "plan", "-input=false", "-no-color"); err != nil {
		return err
	}
	if i.Up, err = apply(); err != nil {
		return err
	}
	if i.Same, err = apply(); err != nil {
		return err
	}
	i.Offline, err = apply("-refresh=false")
	return err
}
