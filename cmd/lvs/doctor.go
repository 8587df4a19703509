package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/components/firewall"
	"github.com/lvs-cloud/lvs-cloud/review"
	"github.com/lvs-cloud/lvs-cloud/stacks"
)

func (a *app) doctorCommand() *cobra.Command {
	var l login
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find what is missing before the first `pulumi up`, and what is wrong after it",
		Long: `doctor looks at the operator's machine, the stack's file, Pulumi's backend and Hetzner. Before the first up it says
what is missing or in the way; after it, what is wrong with the cloud that stands. Each finding is ok, warn or fail, in
one line, followed by the command that mends it; it runs none of them. Commands that begin with hcloud are Hetzner's own
CLI.

Exit codes: 0 if nothing failed (warnings do not count), 1 if a check failed, 2 if called wrongly.`,
		Example: `  lvs doctor --stack prod
  lvs doctor --stack prod --output json | jq -r '.findings[] | select(.status == "fail") | .fix'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l.chosen = cmd.Flags().Changed("identity")
			return a.doctor(cmd.Context(), l)
		},
	}
	cmd.Flags().StringVarP(&l.identity, "identity", "i", defaultIdentity(), "your private key, if it is not in the SSH agent")
	return cmd
}

func (a *app) doctor(ctx context.Context, l login) error {
	s, err := a.openStack()
	if err != nil {
		return err
	}
	e := &examination{app: a, stack: s, login: l}
	e.run(ctx)
	if a.output == formatJSON {
		err = a.writeJSON(struct {
			Stack    string          `json:"stack"`
			Exists   bool            `json:"exists"`
			Failed   bool            `json:"failed"`
			Findings review.Findings `json:"findings"`
		}{s.name, e.exists, e.findings.Failed(), e.findings})
	} else {
		err = writeFindings(a.out, e)
	}
	if err == nil && e.findings.Failed() {
		err = errFindings
	}
	return err
}

// examination is one run of the doctor.
type examination struct {
	*app
	stack *stack
	login login
	// exists is set when the stack has resources: then it is judged as a cloud that should work.
	exists   bool
	findings review.Findings
}

func (e *examination) run(ctx context.Context) {
	e.cli(ctx)
	cfg := e.file()
	e.backend(ctx)
	e.passphrase(ctx)
	client := e.token(ctx)
	if cfg == nil {
		return // what should be there is not known
	}
	want := e.want(cfg)
	e.key(ctx, cfg, want)
	if client == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, hetznerTimeout)
	defer cancel()
	done := e.watch("looking around at Hetzner")
	found, err := lookUp(ctx, client, want)
	done()
	if err != nil {
		e.findings.Fail("hetzner", "lvs doctor --stack "+e.stack.name, "not everything could be looked up: %s", oneLine(err.Error()))
		return
	}
	e.findings = append(e.findings, review.Access(want, found.Access, time.Now())...)
	if !e.exists {
		e.beforeFirstUp(ctx, client, want, found)
		return
	}
	e.findings = append(e.findings, review.Machine(want, found)...)
	if found.Server != nil && found.Server.Status == hcloud.ServerStatusRunning && !review.Closed(want, found.Access) {
		e.reach(ctx, want)
	}
}

func (e *examination) beforeFirstUp(ctx context.Context, client *hcloud.Client, want review.Want, found review.Found) {
	offers, err := catalogue(ctx, client)
	if err == nil {
		var bill *review.Bill
		if bill, err = review.NewBill(want.Order, offers); err == nil {
			e.findings = append(e.findings, review.BeforeFirstUp(want, found, bill)...)
			return
		}
	}
	e.findings.Fail("server type", "lvs cost --stack "+e.stack.name, "%s", oneLine(err.Error()))
}

// want is what the configuration asks for.
func (e *examination) want(c *stacks.Config) review.Want {
	return review.Want{
		Stack: e.stack.name, Prefix: e.stack.project + ":cloud", Order: order(c), Image: c.Server.Image, AdoptID: c.Volume.AdoptID,
		Identity: e.login.identity, Keys: len(c.Access.SSHKeys), Networks: len(c.Access.AdminCIDRs),
		Guarded: c.Protection == stacks.ProtectionFull, Layers: firewall.Layers(c.Access.AdminCIDRs),
		Version: c.K3s.Version, Physical: e.stack.physical,
	}
}

// reach looks at the cloud from outside.
func (e *examination) reach(ctx context.Context, want review.Want) {
	done := e.watch("asking Pulumi for the stack's outputs")
	o, err := e.stack.outputs(ctx)
	done()
	if err != nil {
		e.findings.Fail("outputs", "pulumi up --stack "+e.stack.name, "%v", err)
		return
	}
	done = e.watch("knocking at " + o.ServerAddress)
	defer done()
	r := review.Reach{Address: o.ServerAddress, Now: time.Now()}
	e.overSSH(ctx, o, &r)
	e.overAPI(ctx, o, &r)
	e.ownFile(&r)
	e.findings = append(e.findings, review.Reachable(want, r)...)
}

// writeFindings writes findings for a reader.
func writeFindings(out io.Writer, e *examination) error {
	state := "before its first up"
	if e.exists {
		state = "as it stands"
	}
	fmt.Fprintf(out, "Stack %s, %s\n\n", e.stack.name, state)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	count := map[review.Status]int{}
	for _, f := range e.findings {
		count[f.Status]++
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Status, f.Check, f.Message)
		if f.Fix != "" {
			fmt.Fprintf(w, "\t\t→ %s\n", f.Fix)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\n%d ok, %d warn, %d fail\n", count[review.OK], count[review.Warn], count[review.Fail])
	return err
}
