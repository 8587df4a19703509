// Command bench measures the cloud on twins of its own and writes what it finds to docs/BENCHMARKS.md: how long a
// preview, the first `pulumi up` and one without changes take, who has that time, how far `up` is from the fastest its
// dependencies allow, and how OpenTofu does with the same infrastructure.
//
// It needs root, for the twin, and the built tools (`make tools`).
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	runs := flags.Int("runs", 3, "how often everything is measured; the median counts")
	name := flags.String("name", "bench", "name of the twin")
	file := flags.String("out", "docs/BENCHMARKS.md", "where the result is written, below the repository's root")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *runs < 1 {
		return fmt.Errorf("-runs: got %d, want at least 1", *runs)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	tools := filepath.Join(root, ".twin", "tools", "peer")
	if err := os.MkdirAll(tools, 0o755); err != nil {
		return err
	}
	if err := buildPeer(ctx, root, tools, out); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(root, ".twin", *name+".log"))
	if err != nil {
		return err
	}
	defer log.Close()
	rounds, err := measureAll(ctx, root, *name, *runs, log, out)
	if err != nil {
		return fmt.Errorf("%w\n(everything that was run is in %s)", err, log.Name())
	}
	facts, err := machineFacts(ctx, root)
	if err != nil {
		return err
	}
	text, err := report(facts, rounds)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, *file), []byte(text), 0o644); err != nil {
		return err
	}
	_, err = io.WriteString(out, "\n"+text)
	return err
}

// measureAll measures each round on a fresh twin, and leaves none behind.
func measureAll(ctx context.Context, root, name string, runs int, log, out io.Writer) (rounds []*round, err error) {
	for i := range runs {
		fmt.Fprintf(out, "round %d of %d\n", i+1, runs)
		r, err := measureOnce(ctx, root, name, i+1, log)
		if err != nil {
			return nil, err
		}
		rounds = append(rounds, r)
	}
	fmt.Fprintln(out, "once more, with services that take their time")
	t, err := start(ctx, root, name, log, "--readiness", "realistic")
	if err != nil {
		return nil, err
	}
	defer t.stopInto(ctx, &err)
	rounds[0].Slow, err = t.measureSlow(ctx)
	return rounds, err
}

// stopInto takes the twin down, also when it was interrupted; an error before is the one that counts.
func (t *twin) stopInto(ctx context.Context, err *error) {
	if stopped := t.stop(context.WithoutCancel(ctx)); *err == nil {
		*err = stopped
	}
}

func measureOnce(ctx context.Context, root, name string, number int, log io.Writer) (r *round, err error) {
	t, err := start(ctx, root, name, log)
	if err != nil {
		return nil, err
	}
	defer t.stopInto(ctx, &err)
	return t.measureRound(ctx, number)
}
