package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/lvs-cloud/lvs-cloud/review"
)

// outcome is what a command did.
type outcome struct {
	Opened []netip.Prefix `json:"opened,omitempty"`
	Closed []netip.Prefix `json:"closed,omitempty"`
	// closing tells nothing closed from nothing asked for.
	closing bool
}

// entrance is a network that reaches SSH and the Kubernetes API.
type entrance struct {
	From netip.Prefix `json:"from"`
	// By is the firewall that lets it in.
	By string `json:"by"`
	// Until is when it should end; absent for the stack's own networks.
	Until *time.Time `json:"until,omitempty"`
	// Expired says that it should have ended; it is let in all the same.
	Expired bool `json:"expired"`
}

// standing is who is let in, and to what.
type standing struct {
	Stack string `json:"stack"`
	outcome
	Entrances []entrance `json:"entrances"`
	Servers   []string   `json:"servers"`
}

// answer says what was done, and who is let in now.
func (a *app) answer(ctx context.Context, g *gate, done outcome) error {
	now := time.Now()
	s, err := g.standing(ctx, now)
	if err != nil {
		return fmt.Errorf("access: show: %w", err)
	}
	s.outcome = done
	if a.output == formatJSON {
		return a.writeJSON(s)
	}
	return writeStanding(a.out, s, now)
}

func (g *gate) standing(ctx context.Context, now time.Time) (*standing, error) {
	s := &standing{Stack: g.stack.name, Entrances: []entrance{}, Servers: []string{}}
	fw, err := g.find(ctx)
	if err != nil {
		return nil, err
	}
	for _, grant := range review.Grants(fw) {
		e := entrance{From: grant.From, By: g.name, Expired: grant.Expired(now)}
		if !grant.Until.IsZero() {
			e.Until = &grant.Until
		}
		s.Entrances = append(s.Entrances, e)
	}
	operators := g.stack.physical("operators")
	own, _, err := g.client.Firewall.GetByName(ctx, operators)
	if err != nil {
		return nil, err
	}
	for _, grant := range review.Grants(own) {
		s.Entrances = append(s.Entrances, entrance{From: grant.From, By: operators})
	}
	servers, err := g.servers(ctx)
	if err != nil {
		return nil, err
	}
	for _, server := range servers {
		s.Servers = append(s.Servers, server.Name)
	}
	slices.Sort(s.Servers)
	return s, nil
}

// writeStanding writes it for a reader.
func writeStanding(out io.Writer, s *standing, now time.Time) error {
	switch {
	case len(s.Opened) > 0:
		fmt.Fprintf(out, "Opened to %s.\n\n", list(s.Opened))
	case len(s.Closed) > 0:
		fmt.Fprintf(out, "Closed to %s.\n\n", list(s.Closed))
	case s.closing:
		fmt.Fprint(out, "There was nothing to close.\n\n")
	}
	where := "There is no server yet; one that is made with the stack's labels is behind these firewalls from the start."
	if len(s.Servers) > 0 {
		where = "Servers: " + strings.Join(s.Servers, ", ")
	}
	if len(s.Entrances) == 0 {
		_, err := fmt.Fprintf(out, "Stack %s lets nobody in to SSH and the Kubernetes API.\n", s.Stack)
		return err
	}
	fmt.Fprintf(out, "Stack %s lets in to SSH and the Kubernetes API:\n\n", s.Stack)
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	overdue := false
	for _, e := range s.Entrances {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", e.From, e.end(now), e.By)
		overdue = overdue || e.Expired
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if overdue {
		where += "\nHetzner ends nothing by itself: lvs access close --expired --stack " + s.Stack
	}
	_, err := fmt.Fprintf(out, "\n%s\n", where)
	return err
}

// end is when an entrance ends, for a reader.
func (e entrance) end(now time.Time) string {
	switch {
	case e.Until == nil && e.Expired:
		return "EXPIRED: it has no end"
	case e.Until == nil:
		return "always"
	case e.Expired:
		return "EXPIRED " + e.Until.Format(time.DateTime) + " UTC"
	default:
		return fmt.Sprintf("until %s UTC, in %s", e.Until.Format(time.DateTime), strings.TrimSuffix(e.Until.Sub(now).Round(time.Minute).String(), "0s"))
	}
}

func list(networks []netip.Prefix) string {
	var out []string
	for _, n := range networks {
		out = append(out, n.String())
	}
	return strings.Join(out, ", ")
}
