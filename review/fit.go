package review

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
)

// scarce is one of the things that can run short.
type scarce struct {
	name, unit string
	of         func(Amounts) int
	// way is how more of it is had.
	way string
}

var scarcities = []scarce{
	{"memory", "MiB", func(a Amounts) int { return a.Memory }, ""},
	{"processor time", "thousandths of a core", func(a Amounts) int { return a.CPU }, ""},
	{"disk", "GiB", func(a Amounts) int { return a.Disk }, "a larger volume"},
}

// Err says what does not fit, with the table, the largest items and what could be done. What is only allowed, and not
// promised, is no reason to refuse.
func (c *Capacity) Err() error {
	var lines []string
	for _, s := range scarcities {
		used, have := s.of(c.Used), s.of(c.Have)
		if used <= have {
			continue
		}
		var items []string
		for _, share := range c.largest(s.of) {
			items = append(items, fmt.Sprintf("%s %d", share.Component, s.of(share.Amounts)))
		}
		way := s.way
		if way == "" {
			way = c.larger()
		}
		lines = append(lines, fmt.Sprintf("%s: got %d %s, want no more than %d: %d too many; the largest are %s; %s helps",
			s.name, used, s.unit, have, used-have, strings.Join(items, ", "), way))
	}
	if lines == nil {
		return nil
	}
	return errors.New("the cloud does not fit:\n  - " + strings.Join(lines, "\n  - ") + "\n\n" + c.Table())
}

// larger names the server types of the same line that everything fits on, the smallest of them.
func (c *Capacity) larger() string {
	line := strings.TrimRight(c.ServerType, "0123456789")
	var fits []string
	for _, name := range slices.Sorted(maps.Keys(serverTypes)) {
		h := serverTypes[name]
		reserved := c.MemoryMiB - c.Have.Memory
		if strings.TrimRight(name, "0123456789") == line && h.memoryMiB()-reserved >= c.Used.Memory && 1000*h.cores >= c.Used.CPU {
			fits = append(fits, name)
		}
	}
	if len(fits) == 0 {
		return "no server of the line " + line + ", but fewer or smaller components"
	}
	smallest := slices.MinFunc(fits, func(a, b string) int {
		return serverTypes[a].memoryGB*1000 + serverTypes[a].cores - serverTypes[b].memoryGB*1000 - serverTypes[b].cores
	})
	if c.Profile != footprint.Lean {
		return "profile lean, or a " + smallest
	}
	return "a " + smallest
}

// Warnings are what fits and may still hurt.
func (c *Capacity) Warnings() []string {
	if over := c.Used.MemoryLimit - c.Have.MemoryLimit; over > 0 {
		return []string{fmt.Sprintf("limits add up to %d MiB more than there is: if everything takes all it may at once, "+
			"what ranks lowest is ended", over)}
	}
	return nil
}

// Table shows every share, the sums and what is left, for a terminal.
func (c *Capacity) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s sees %d MiB", c.ServerType, c.MemoryMiB)
	for _, r := range c.Reserved {
		fmt.Fprintf(&b, ", %d for %s", r.MiB, r.For)
	}
	fmt.Fprintf(&b, ".\nOf the volume of %d GB, %d GiB stay free.\n\n", c.VolumeGB, c.ReserveGiB)
	width := len("there is")
	for _, s := range c.Shares {
		width = max(width, len(s.Component))
	}
	line := func(name string, cells ...string) {
		fmt.Fprintf(&b, "%-*s  %6s  %10s  %9s  %8s\n", width, name, cells[0], cells[1], cells[2], cells[3])
	}
	row := func(name string, a Amounts) {
		line(name, number(a.CPU), number(a.Memory), number(a.MemoryLimit), number(a.Disk))
	}
	line("", "cpu m", "memory MiB", "limit MiB", "disk GiB")
	for _, s := range c.Shares {
		row(s.Component, s.Amounts)
	}
	row("sum", c.Used)
	row("there is", c.Have)
	row("left", Amounts{
		c.Have.CPU - c.Used.CPU, c.Have.Memory - c.Used.Memory, c.Have.MemoryLimit - c.Used.MemoryLimit, c.Have.Disk - c.Used.Disk,
	})
	for _, warning := range c.Warnings() {
		fmt.Fprintf(&b, "\n%s\n", warning)
	}
	return b.String()
}

func number(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}
