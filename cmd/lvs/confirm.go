package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// confirm shows what will be done, and asks for the name of the server unless it was given.
//
// Errors: another name, or none and nobody to ask.
func (r *renewal) confirm(plan string) error {
	name := r.stack.physical("node")
	if _, err := fmt.Fprintln(r.progress, plan); err != nil {
		return err
	}
	answer := r.confirmed
	if answer == "" && term.IsTerminal(int(os.Stdin.Fd())) {
		fmt.Fprintf(r.progress, "Name the server to go on: ")
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if err != nil {
			return fmt.Errorf("confirmation: %w; nothing was changed", err)
		}
		answer = strings.TrimSpace(line)
	}
	if answer != name {
		return fmt.Errorf("confirmation: got %q, want --confirm %s; nothing was changed", answer, name)
	}
	return nil
}

// plan puts what will be done into words, as numbered steps.
func plan(head string, steps []string, tail string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", head)
	for i, s := range steps {
		fmt.Fprintf(&b, "  %d. %s\n", i+1, s)
	}
	fmt.Fprintf(&b, "\n%s\n", tail)
	return b.String()
}
