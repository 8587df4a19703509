package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/review"
)

// recoverOptions are the flags of recover.
type recoverOptions struct {
	yes, dryRun, breakLock bool
}

func (a *app) recoverCommand() *cobra.Command {
	var o recoverOptions
	cmd := &cobra.Command{
		Use:   "recover",
		Short: "Make Pulumi's state whole after a run that was cut off",
		Long: `recover is for the time after a ` + "`pulumi up`" + ` that was killed or lost its connection: it finds what was made at Hetzner and
never noted, and notes it. It ends plug-ins of a Pulumi that is gone, takes away the lock of a run that is gone, adopts
what Hetzner has under the stack's own names and labels and the state has not, reads what was left half made anew, and
forgets operations of which nobody knows how they ended. It creates, changes and deletes nothing at Hetzner, and can be
run again at any time.

It says first what it will do, and asks. A lock that was made on another machine is taken away only with --break-lock:
be sure that nobody's run is behind it.`,
		Example: `  lvs recover --stack prod --dry-run
  lvs recover --stack prod && pulumi up --stack prod`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.recover(cmd.Context(), cmd.InOrStdin(), o) },
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	flags.BoolVar(&o.dryRun, "dry-run", false, "say what would be done, and do nothing")
	flags.BoolVar(&o.breakLock, "break-lock", false, "take the stack's lock away, whoever holds it")
	return cmd
}

// recovery is one run of recover.
type recovery struct {
	*app
	stack   *stack
	options recoverOptions
	// answers are what the operator says to its questions.
	answers *bufio.Reader
}

func (a *app) recover(ctx context.Context, in io.Reader, o recoverOptions) error {
	if a.output != formatText {
		return usageError{fmt.Errorf("recover: got --output %s, want text: it talks to a reader", a.output)}
	}
	s, err := a.openStack()
	if err != nil {
		return err
	}
	r := &recovery{app: a, stack: s, options: o, answers: bufio.NewReader(in)}
	if err := r.checkCLI(ctx); err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	if err := r.endOrphans(ctx); err != nil {
		return err
	}
	left, err := r.look(ctx)
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	todo := review.NewRecovery(left)
	r.tell(todo)
	if o.dryRun {
		return nil
	}
	if err := r.consent("Do it?"); err != nil {
		return err
	}
	if err := r.carryOut(ctx, left, todo); err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	return r.next(todo)
}

// endOrphans ends what still works for the run that was cut off: before that nothing can be said about Hetzner.
func (r *recovery) endOrphans(ctx context.Context) error {
	orphans, err := orphanedPlugins(ctx)
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	if len(orphans) == 0 {
		return nil
	}
	fmt.Fprintf(r.out, "Plug-ins that work on for a Pulumi that is gone:\n\n")
	for _, p := range orphans {
		r.line("end", "%s (process %d)", p.program(), p.pid)
	}
	fmt.Fprintln(r.out)
	if r.options.dryRun {
		return nil
	}
	if err := r.consent("End them?"); err != nil {
		return err
	}
	if err := endAll(ctx, orphans); err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	return nil
}

// line says one thing that is done.
func (r *recovery) line(verb, format string, args ...any) {
	fmt.Fprintf(r.out, "  %-8s%s\n", verb, fmt.Sprintf(format, args...))
}

// tell says what will be done, a line each.
func (r *recovery) tell(todo review.Recovery) {
	fmt.Fprintf(r.out, "Stack %s\n\n", r.stack.name)
	r.line("unlock", "the state, if the run that locked it is gone")
	for _, a := range todo.Adopt {
		r.line("adopt", "%s as %s", a.What, shortURN(a.URN))
	}
	for _, urn := range todo.Look {
		r.line("read", "%s anew", shortURN(urn))
	}
	for _, urn := range todo.Pending {
		r.line("forget", "the unfinished operation on %s", shortURN(urn))
	}
	for _, what := range todo.Later {
		r.line("later", "%s: what it belongs to must be in the state first", what)
	}
	for _, what := range todo.Foreign {
		r.line("leave", "%s: this stack did not make it, and needs its name or place", what)
	}
	fmt.Fprint(r.out, "\nNothing is created, changed or deleted at Hetzner.\n")
}

// shortURN is what a resource is called in the program: its type's last word and its name.
func shortURN(urn string) string {
	parts := strings.Split(urn, "::")
	if len(parts) < 4 {
		return urn
	}
	types := strings.Split(parts[2], ":")
	return types[len(types)-1] + " " + parts[len(parts)-1]
}

// consent asks, unless that was said before.
//
// Errors: no, or nobody to ask.
func (r *recovery) consent(question string) error {
	if r.options.yes {
		return nil
	}
	fmt.Fprint(r.progress, question+" [y/N] ")
	answer, err := r.answers.ReadString('\n')
	if errors.Is(err, io.EOF) {
		return usageError{errors.New("recover: there is nobody to ask, want --yes or --dry-run")}
	}
	if err != nil {
		return err
	}
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return errors.New("recover: not done")
	}
	return nil
}

// next names the command that goes on.
func (r *recovery) next(todo review.Recovery) error {
	command := "pulumi up --stack " + r.stack.name
	switch {
	case len(todo.Foreign) > 0:
		fmt.Fprintf(r.out, "\nDone, but %d of the stack's names or places are taken by others; they have to go first.\n", len(todo.Foreign))
		return errFindings
	case len(todo.Later) > 0 && len(todo.Adopt) > 0:
		command = "lvs recover --stack " + r.stack.name
	case len(todo.Later) > 0: // what it waits for is made by the program alone
		command += ", and when that fails, lvs recover again"
	}
	_, err := fmt.Fprintf(r.out, "\nDone. Go on with: %s\n", command)
	return err
}
