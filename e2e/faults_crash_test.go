package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// apiCrash kills the API in the middle of a run, before the server is ordered and once it is, and starts it again.
func apiCrash(t *testing.T, c *Cloud) {
	for _, effect := range []string{"stall_request", "stall"} {
		c.faults(t, onceAt(Fault{Effect: effect}, "/servers")...)
		b := background(t, c, again)
		if stalled(t, c, b) == "" {
			out, err := b.Wait()
			t.Fatalf("%s: got %v, want the server ordered:\n%s", effect, err, out)
		}
		if effect == "stall" {
			settled(t, c)
		}
		if err := c.Restart("--no-hosts"); err != nil {
			t.Fatal(err)
		}
		out, err := b.Wait()
		if err == nil {
			t.Fatalf("%s: got a run that succeeded, want it to fail with its API", effect)
		}
		t.Logf("%s: %s", effect, strings.Join(wantReasons(t, out), "; "))
	}
	if out, err := c.BareUp(again); err == nil || !slices.ContainsFunc(wantReasons(t, out), isStuck) {
		t.Errorf("got %v, want the next run to meet the server that was ordered", err)
	}
	must[string](t)(c.LVS("recover", "--yes"))
	must[string](t)(c.BareUp())
	whole(t, c)
}

// settled waits until everything at Hetzner has come to rest.
func settled(t *testing.T, c *Cloud) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		servers := must[[]*hcloud.Server](t)(c.Hetzner().Server.All(t.Context()))
		if len(servers) == 1 && servers[0].Status == hcloud.ServerStatusRunning && !servers[0].Locked {
			return
		}
	}
	t.Fatal("got no server at rest, want one")
}

// halfMade fails the protection of a new server, and then the run that was to make up for it. The provider has then noted
// a protection that is not there, which only a look at Hetzner finds out.
func halfMade(t *testing.T, c *Cloud) {
	for _, f := range []Fault{
		{Method: "POST", Path: "/servers/*/actions/change_protection", Effect: "server_error", Status: 500},
		{Method: "GET", Path: "/servers/*", Effect: "server_error", Status: 503},
	} {
		c.faults(t, f)
		out, err := c.BareUp()
		if err == nil {
			t.Fatalf("%s %s: got a run that succeeded, want it to fail", f.Method, f.Path)
		}
		t.Log(strings.Join(wantReasons(t, out), "; "))
	}
	c.faults(t)
	must[string](t)(c.BareUp(again))
	whole(t, c)
}
