package e2e

import (
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

func changeScenarios() []scenario {
	return []scenario{
		{"an action of a change fails, and the next run ends it", failedChanges},
		{"a server type is sold out, and then available again", soldOut},
		{"a location that does not exist is refused before any call", nowhere},
	}
}

// failedChanges changes a standing cloud in every way that the program knows, and each time the action of the change
// fails once.
func failedChanges(t *testing.T, c *Cloud) {
	must[string](t)(c.BareUp())
	for _, change := range []struct {
		path  string
		value any
		key   []string
	}{
		{"/volumes/*/actions/resize", 60, []string{"volume", "sizeGB"}},
		{"/firewalls/*/actions/set_rules", []string{"192.0.2.0/24"}, []string{"access", "adminCIDRs"}},
		{"/servers/*/actions/change_protection", ProtectionLifted, []string{"protection"}},
		{"/primary_ips/*/actions/change_protection", nil, []string{"protection"}},
		{"/servers/*/actions/poweroff", "cx33", []string{"server", "type"}},
		{"/servers/*/actions/change_type", "cx23", []string{"server", "type"}},
	} {
		t.Run(change.path, func(t *testing.T) {
			if err := c.Configure(change.value, change.key...); err != nil {
				t.Fatal(err)
			}
			failOnce(t, c, change.path)
		})
	}
	whole(t, c)
}

// failOnce runs `pulumi up` with a change of which one action fails, and once more.
func failOnce(t *testing.T, c *Cloud, path string) {
	t.Helper()
	c.faults(t, onceAt(Fault{Effect: "fail_action", Message: "it burnt down"}, path)...)
	up := c.BareUp
	if strings.HasSuffix(path, "poweroff") || strings.HasSuffix(path, "change_type") {
		// A script puts the server to rest before, and there is no host to run it on.
		up = func(args ...string) (string, error) {
			return c.Pulumi(append([]string{"up", "--yes", "--skip-preview", "--target", "**::node"}, args...)...)
		}
	}
	out, err := up()
	if err == nil {
		t.Fatal("got a run that succeeded, want it to fail with its action")
	}
	reasons := strings.Join(wantReasons(t, out), "; ")
	if !strings.Contains(reasons, "it burnt down") {
		t.Errorf("got %s, want Hetzner's reason", reasons)
	}
	t.Log(reasons)
	must[string](t)(up(again))
}

func soldOut(t *testing.T, c *Cloud) {
	c.faults(t, Fault{Effect: "sold_out", ServerType: "cx23", Location: "nbg1"})
	out, err := c.BareUp()
	if err == nil {
		t.Fatal("got a server of a type that is sold out, want it refused")
	}
	if reasons := strings.Join(wantReasons(t, out), "; "); !strings.Contains(reasons, "node: ") || !strings.Contains(reasons, "resource_unavailable") {
		t.Errorf("got %s, want the server and Hetzner's reason", reasons)
	}
	before := must[[]*hcloud.Volume](t)(c.Hetzner().Volume.All(t.Context()))
	if len(before) > 1 {
		t.Errorf("got %d volumes, want at most one", len(before))
	}
	c.faults(t)
	must[string](t)(c.BareUp())
	after := must[[]*hcloud.Volume](t)(c.Hetzner().Volume.All(t.Context()))
	if len(before) == 1 && after[0].ID != before[0].ID {
		t.Errorf("got volume %d, want %d as before", after[0].ID, before[0].ID)
	}
	whole(t, c)
}

func nowhere(t *testing.T, c *Cloud) {
	if err := c.Configure("xyz1", "location"); err != nil {
		t.Fatal(err)
	}
	out, err := c.BareUp()
	if err == nil || !strings.Contains(out, `cloud.location: got "xyz1", want one of`) {
		t.Errorf("got %v and\n%s\nwant the location refused by name", err, out)
	}
	if calls := must[map[string]int](t)(c.Calls()); len(calls) > 0 {
		t.Errorf("got the calls %v, want none", calls)
	}
	_, _, err = c.Hetzner().Server.Create(t.Context(), hcloud.ServerCreateOpts{
		Name: "s", ServerType: &hcloud.ServerType{Name: "cx23"}, Image: &hcloud.Image{Name: "debian-13"},
		Location: &hcloud.Location{Name: "xyz1"},
	})
	if !hcloud.IsError(err, hcloud.ErrorCodeInvalidInput) {
		t.Errorf("the API itself: got %v, want invalid_input", err)
	}
	if err := c.Configure("nbg1", "location"); err != nil {
		t.Fatal(err)
	}
	must[string](t)(c.BareUp())
	whole(t, c)
}
