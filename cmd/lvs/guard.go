package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/review"
)

// guarding is how a plan is come by, and what in it is allowed.
type guarding struct {
	from    string
	refresh bool
	allow   []string
}

func (a *app) guardCommand() *cobra.Command {
	var g guarding
	cmd := &cobra.Command{
		Use:   "guard",
		Short: "Refuse a plan that would lose data, an address, the zone or the server",
		Long: `guard runs ` + "`pulumi preview`" + ` and refuses a plan in which a volume, an address, a zone or its records, a server, its network,
a firewall or a seed is deleted, replaced, detached, forgotten or changed in a way that strands what is on it, or that
takes a firewall away: by what it is applied to, or by the server's labels project and stack. For each it names the
resource, the property that causes it, what would be lost and how to avoid it. A preview that fails is refused as well.

A loss that is wanted is allowed by the URN of its resource, one for each, and never in CI (the variable CI is set). With
--from, a preview that was made before is judged; it is made with
  pulumi preview ` + strings.Join(review.PreviewFlags, " ") + `

What it cannot see: docs/decisions/guard.md.`,
		Example: `  lvs guard --stack prod && pulumi up --stack prod
  lvs guard --stack prod --refresh
  lvs guard --from preview.json --output json | jq '.dangers[].urn'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.guard(cmd.Context(), cmd.InOrStdin(), g) },
	}
	flags := cmd.Flags()
	flags.StringVar(&g.from, "from", "", "file with the output of `pulumi preview`, or - for standard input")
	flags.BoolVar(&g.refresh, "refresh", false, "look at what stands at Hetzner first; then run `pulumi up --refresh` as well")
	flags.StringArrayVar(&g.allow, "allow", nil, "URN of a resource that may be lost; can be repeated")
	return cmd
}

func (a *app) guard(ctx context.Context, in io.Reader, g guarding) error {
	if g.refresh && g.from != "" {
		return usageError{errors.New("--refresh: got it with --from, want it with a preview that is still to be made")}
	}
	plan, err := a.plan(ctx, in, g)
	if err != nil {
		return fmt.Errorf("guard: %w", err)
	}
	_, unattended := os.LookupEnv("CI")
	verdict := review.Guard(plan, review.Override{URNs: g.allow, Unattended: unattended})
	if a.output == formatJSON {
		err = a.writeJSON(struct {
			Refused bool `json:"refused"`
			*review.Verdict
		}{verdict.Refused(), &verdict})
	} else {
		_, err = fmt.Fprint(a.out, verdict.String())
	}
	if err == nil && verdict.Refused() {
		return errFindings
	}
	return err
}

// plan asks Pulumi for a plan, or reads one that was made before.
func (a *app) plan(ctx context.Context, in io.Reader, g guarding) (*review.Plan, error) {
	switch g.from {
	case "":
	case "-":
		text, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		return review.ParsePlan(text)
	default:
		text, err := os.ReadFile(g.from)
		if err != nil {
			return nil, err
		}
		return review.ParsePlan(text)
	}
	s, err := a.openStack()
	if err != nil {
		return nil, err
	}
	defer a.watch("asking Pulumi for a preview")()
	return s.preview(ctx, g.refresh)
}

// preview asks Pulumi what it would do. A preview that fails says why, and then nothing of what Pulumi protects: what
// would become of that is shown by a second one, which only ever looks.
//
// Errors: a preview that is none; one that failed and does not say so itself.
func (s *stack) preview(ctx context.Context, refresh bool) (*review.Plan, error) {
	args := s.withFile(append([]string{"preview", "--suppress-permalink=true"}, review.PreviewFlags...)...)
	if refresh {
		args = append(args, "--refresh")
	}
	text, failed := s.pulumi(ctx, args...)
	plan, err := review.ParsePlan(text)
	switch {
	case failed != nil && (err != nil || len(plan.Failures) == 0):
		return nil, failed
	case err != nil || failed == nil:
		return plan, err
	}
	if text, failed = s.pulumi(ctx, append(args, "--ignore-protect")...); failed == nil {
		if bare, err := review.ParsePlan(text); err == nil {
			plan.Steps = bare.Steps
		}
	}
	return plan, nil
}
