package e2e

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// seen counts the faults that have struck, each at its first call.
func seen(t *testing.T, c *Cloud) int {
	t.Helper()
	n := 0
	for _, f := range must[[]Fault](t)(c.Faults()) {
		if f.Seen > 0 {
			n++
		}
	}
	return n
}

// stuckForm are the reasons that another run of the same kind will only meet again: the thing is there, or was left in a
// state that the provider cannot change.
var stuckForm = regexp.MustCompile(`uniqueness_error|overlaps another subnet|volume_already_attached|doesn't support update`)

func isStuck(reason string) bool { return stuckForm.MatchString(reason) }

var (
	diagnosedForm = regexp.MustCompile(`(?m)^  (hcloud:\S+) \((\S+)\):\n((?:    .*\n|\s*\n)+)`)
	// reasonForm is a cause out of Hetzner's API, or of the way to it.
	reasonForm = regexp.MustCompile(`.*(?:\([a-z_]+, [a-z0-9]+\)|: EOF|connection (?:refused|reset)|did not exist|doesn't support update|it burnt down).*`)
)

// wantReasons finds, for each resource that a failed run names, the line that says why.
func wantReasons(t *testing.T, out string) []string {
	t.Helper()
	var reasons []string
	_, diagnostics, _ := strings.Cut(out, "\nDiagnostics:\n")
	for _, m := range diagnosedForm.FindAllStringSubmatch(diagnostics, -1) {
		reason := strings.TrimSpace(reasonForm.FindString(m[3]))
		if reason == "" {
			t.Errorf("%s %s: got no reason in\n%s", m[1], m[2], m[3])
		}
		reasons = append(reasons, m[2]+": "+reason)
	}
	if len(reasons) == 0 {
		t.Errorf("got a failed run that names no resource:\n%s", out)
	}
	return reasons
}

// whole makes sure that there is one cloud, that runs, and that the state knows all of it and nothing else.
func whole(t *testing.T, c *Cloud) {
	t.Helper()
	if differences := must[[]string](t)(c.Compare()); len(differences) > 0 {
		t.Errorf("state and Hetzner differ:\n%s", strings.Join(differences, "\n"))
	}
	count := map[string]int{}
	for _, thing := range must[[]string](t)(c.things()) {
		kind, _, _ := strings.Cut(thing, " ")
		switch {
		case strings.Contains(thing, " in front of "):
			kind += " applied"
		case strings.Contains(thing, " server "):
			kind += " of server"
		}
		count[kind]++
	}
	want := map[string]int{
		"network": 1, "subnet": 1, "firewall": 2, "firewall applied": 2, "primaryIp": 2, "primaryIp of server": 2, "sshKey": 1,
		"server": 1, "place": 1, "volume": 1, "attachment": 1, "records": 2,
	}
	if got, want := mustJSON(t, count), mustJSON(t, want); got != want {
		t.Errorf("got at Hetzner\n%s\nwant\n%s", got, want)
	}
	for _, s := range must[[]*hcloud.Server](t)(c.Hetzner().Server.All(t.Context())) {
		if s.Status != hcloud.ServerStatusRunning || !s.Protection.Delete {
			t.Errorf("server: got it %s and protected %t, want it running and protected", s.Status, s.Protection.Delete)
		}
	}
	if _, err := c.Bare("preview", "--refresh", "--expect-no-changes"); err != nil {
		t.Error(err)
	}
}
