package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/review"
	"github.com/lvs-cloud/lvs-cloud/stacks"
)

func (a *app) costCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "cost",
		Short: "Say what the configured cloud costs a month, and what its alternatives would",
		Long: `cost adds up server, addresses and volume of a stack's configuration from Hetzner's own price list, holds the sum
against the budget of the lean profile, and says whether the server type is in stock. Alternatives are the x86 types in
the same location with no less of anything: those in stock first, the cheaper ones and the next larger.

Prices are those of a new order. Traffic beyond what is included and object storage are not part of the sum.`,
		Example: `  lvs cost --stack prod
  lvs cost --stack prod --output json | jq .total.net`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.cost(cmd.Context()) },
	}
}

func (a *app) cost(ctx context.Context) error {
	s, err := a.openStack()
	if err != nil {
		return err
	}
	cfg, err := s.publicConfig()
	if err != nil {
		return err
	}
	client, err := hetzner()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, hetznerTimeout)
	defer cancel()
	done := a.watch("asking Hetzner for prices")
	offers, err := catalogue(ctx, client)
	done()
	if err != nil {
		return fmt.Errorf("cost: %w", err)
	}
	bill, err := review.NewBill(order(cfg), offers)
	if err != nil {
		return fmt.Errorf("cost: %w", err)
	}
	if a.output == formatJSON {
		return a.writeJSON(struct {
			Stack string `json:"stack"`
			*review.Bill
		}{s.name, bill})
	}
	return writeBill(a.out, s.name, bill)
}

func order(c *stacks.Config) review.Order {
	return review.Order{ServerType: c.Server.Type, Location: c.Location, VolumeGB: c.Volume.SizeGB}
}

// writeBill writes a bill for a reader.
func writeBill(out io.Writer, stack string, b *review.Bill) error {
	fmt.Fprintf(out, "Stack %s in %s, %s a month (%s %% value-added tax)\n\n", stack, b.Location, b.Currency, b.VATPercent)
	position := func(item string, net, gross fmt.Stringer) { fmt.Fprintf(out, "%-50s %8s %8s\n", item, net, gross) }
	fmt.Fprintf(out, "%-50s %8s %8s\n", "", "net", "gross")
	for _, l := range b.Lines {
		position(l.Item, l.Net, l.Gross)
	}
	position("total", b.Total.Net, b.Total.Gross)
	position("not included: "+b.Backups.Item, b.Backups.Net, b.Backups.Gross)
	fmt.Fprintf(out, "\n%s\n%s\n\n", budgetLine(b.Budget, b.Currency), stockLine(b))
	if len(b.Alternatives) == 0 {
		_, err := fmt.Fprintf(out, "There is no alternative in %s.\n", b.Location)
		return err
	}
	fmt.Fprintf(out, "Alternatives in %s:\n", b.Location)
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "  TYPE\tVCPU\tMEMORY\tDISK\tTOTAL NET\tGROSS\tSTOCK")
	for _, x := range b.Alternatives {
		kind := "shared"
		if x.Dedicated {
			kind = "dedicated"
		}
		fmt.Fprintf(w, "  %s\t%d %s\t%g GB\t%d GB\t%s\t%s\t%s\n", x.ServerType, x.Cores, kind, x.MemoryGB, x.DiskGB, x.Total.Net, x.Total.Gross, x.Stock)
	}
	return w.Flush()
}

func budgetLine(b review.Budget, currency string) string {
	switch {
	case !b.Comparable:
		return fmt.Sprintf("The lean budget is %s %s net; prices in %s cannot be held against it.", b.Currency, b.Net, currency)
	case b.Within:
		return fmt.Sprintf("Within the lean budget of %s %s net: %s left.", b.Currency, b.Net, b.Left)
	default:
		return fmt.Sprintf("Over the lean budget of %s %s net by %s.", b.Currency, b.Net, review.Amount{}.Minus(b.Left))
	}
}

func stockLine(b *review.Bill) string {
	line := fmt.Sprintf("%s is %s in %s.", b.ServerType, b.Stock, b.Location)
	if b.Stock.Availability == review.InStock {
		return line
	}
	other, ok := b.FirstInStock()
	if !ok {
		return line + " Nothing that could stand in for it is in stock there."
	}
	return line + fmt.Sprintf(" A new server can be had as %s, for %s %s net in all.", other.ServerType, b.Currency, other.Total.Net)
}
