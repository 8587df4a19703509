package alerts

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// sections are those of the runbook that are about an alert, by its name.
func sections(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/RUNBOOK.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, part := range strings.Split("\n"+string(text), "\n### ")[1:] {
		name, rest, _ := strings.Cut(part, "\n")
		rest, _, _ = strings.Cut(rest, "\n## ")
		if _, there := out[name]; there {
			t.Errorf("%s: got two sections, want one", name)
		}
		out[name] = rest
	}
	return out
}

// TestRunbook holds alerts and runbook together: what it means, three commands, and how it is mended.
func TestRunbook(t *testing.T) {
	written := sections(t)
	for _, r := range alerting(t) {
		text, there := written[r.Alert]
		if !there {
			t.Errorf("%s: got no section in docs/RUNBOOK.md, want one", r.Alert)
			continue
		}
		delete(written, r.Alert)
		meaning, rest, _ := strings.Cut(strings.TrimSpace(text), "\n\n```sh\n")
		commands, fix, _ := strings.Cut(rest, "\n```\n\n**Fix:** ")
		if !strings.HasSuffix(meaning, ".") || strings.Count(commands, "\n") != 2 || !strings.HasSuffix(fix, ".") || strings.Contains(fix, "\n") {
			t.Errorf("%s: got\n%s\nwant what it means, three commands, and how it is mended", r.Alert, text)
		}
	}
	for name := range written {
		t.Errorf("%s: got a section without an alert", name)
	}
}

// TestRunbookLinks finds a link to a section that is not there.
func TestRunbookLinks(t *testing.T) {
	text, err := os.ReadFile("../../docs/RUNBOOK.md")
	if err != nil {
		t.Fatal(err)
	}
	var anchors []string
	for name := range sections(t) {
		anchors = append(anchors, Anchor(name))
	}
	links := 0
	for _, part := range strings.Split(string(text), "](#")[1:] {
		anchor, _, _ := strings.Cut(part, ")")
		links++
		if !slices.Contains(anchors, "#"+anchor) {
			t.Errorf("got a link to #%s, want one to a section", anchor)
		}
	}
	if links == 0 {
		t.Error("got no link between sections, want some")
	}
}
