package e2e

import (
	"os"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// take takes up a twin for a test, and down again at its end.
func take(t *testing.T, name, workdir string, flags ...string) *Cloud {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("got an ordinary user, want root: the twin makes namespaces and mounts")
	}
	cloud, err := Start(name, workdir, t.Output(), flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Stop(); err != nil {
			t.Errorf("twin down: %v", err)
		}
	})
	return cloud
}

// impatient is Hetzner's own client, which looks more often than it does by default.
func (c *Cloud) impatient() *hcloud.Client {
	return hcloud.NewClient(hcloud.WithEndpoint(c.Env("HCLOUD_ENDPOINT")), hcloud.WithToken(c.Env("HCLOUD_TOKEN")),
		hcloud.WithPollOpts(hcloud.PollOpts{BackoffFunc: hcloud.ConstantBackoff(50 * time.Millisecond)}))
}

// step is one part of a scenario.
type step struct {
	name string
	run  func(*testing.T)
}

// follow runs steps that build on each other, and says how long each took.
func follow(t *testing.T, steps ...step) {
	t.Helper()
	for _, s := range steps {
		began := time.Now()
		if !t.Run(s.name, s.run) {
			t.Fatalf("%q failed; the steps after it need it", s.name)
		}
		t.Logf("%s: %.1f s", s.name, time.Since(began).Seconds())
	}
}

// faults replaces the fault script of the twin's Hetzner; none ends all faults.
func (c *Cloud) faults(t *testing.T, script ...Fault) {
	t.Helper()
	if err := c.SetFaults(script...); err != nil {
		t.Fatal(err)
	}
}
