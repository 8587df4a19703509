package e2e

import (
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hurried does not wait for the database for as long as a real one may take.
var hurried = Edit{
	Name: "hurried", File: "platform/postgres/postgres.go", In: `WaitFor: "condition=Ready", Timeout: readyTimeout`,
	Old: "readyTimeout", New: "5 * time.Second",
}

// notReady is a fault of the twin's cluster, as `twin readiness --fault` takes it.
type notReady struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Effect  string `json:"effect"`
	Message string `json:"message,omitempty"`
	Seconds int    `json:"seconds,omitempty"`
}

// readiness replaces the faults of the twin's cluster.
func (c *Cloud) readiness(t *testing.T, faults ...notReady) {
	t.Helper()
	args := []string{"readiness", "--name", c.Name, "--clear"}
	for _, f := range faults {
		args = append(args, "--fault", string(must[[]byte](t)(json.Marshal(f))))
	}
	must[string](t)(c.twin(args...))
}

// TestReadiness brings a cloud up whose services do not get ready at first.
func TestReadiness(t *testing.T) {
	dir := t.TempDir()
	cloud := take(t, "readiness", dir)
	hasty := *cloud
	hasty.project = must[string](t)(Edited(filepath.Join(dir, "edited"), []Edit{hurried}))
	hasty.env = append(append([]string{}, cloud.env...), "LVS_EDIT="+hurried.Name)
	m := &machine{Cloud: cloud}
	follow(t,
		step{"pulumi is killed while Flux gets ready, and nothing is installed twice", func(t *testing.T) { killedByFlux(t, cloud) }},
		step{"what never gets ready is named, with its last condition", func(t *testing.T) {
			const reason = "the disk of the primary is on fire"
			if err := cloud.Configure(9, "postgres", "sizeGiB"); err != nil {
				t.Fatal(err)
			}
			cloud.readiness(t, notReady{Kind: "Cluster", Name: "shared", Effect: "never", Message: reason})
			_, err := hasty.Pulumi("up", "--yes")
			for _, want := range []string{"Cluster postgres/shared: condition=Ready not met after 5s", "its last condition is Ready=False", reason} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			}
		}},
		step{"once it is, the next up goes on", func(t *testing.T) {
			cloud.readiness(t)
			must[string](t)(cloud.Pulumi("up", "--yes", "--refresh"))
			m.stored(t)
			m.settled(t)
		}},
		step{"a release that fails and heals is waited for", func(t *testing.T) {
			cloud.readiness(t, notReady{Kind: "HelmRelease", Name: "zot", Effect: "heals", Seconds: 5})
			if err := cloud.Configure([]string{"shop/web:1.0.3"}, "registry", "pinned"); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			must[string](t)(cloud.Pulumi("up", "--yes"))
			if took := time.Since(began); took < 5*time.Second {
				t.Errorf("got an up of %s, want it to wait until the release has healed", took)
			}
			m.settled(t)
		}},
	)
}

// killedByFlux kills Pulumi while it waits for Flux, recovers, and looks for what was made before.
func killedByFlux(t *testing.T, c *Cloud) {
	c.readiness(t, notReady{Kind: "FluxInstance", Name: "flux", Effect: "never"})
	b := must[*Background](t)(c.UpInBackground())
	endWith(t, b)
	made := func() string {
		quiet := *c
		quiet.Log = io.Discard
		out, err := quiet.twin("exec", "--name", c.Name, "--", "k3s", "kubectl", "--namespace", "flux-system", "get",
			"fluxinstance/flux", "networkpolicy/default-deny", "secret/git-credentials", "--output", "jsonpath={.items[*].metadata.uid}")
		if err != nil {
			return ""
		}
		return out
	}
	for end := time.Now().Add(3 * time.Minute); made() == ""; time.Sleep(200 * time.Millisecond) {
		select {
		case <-b.Ended():
			out, err := b.Wait()
			t.Fatalf("got a run that ended (%v), want it to wait for Flux:\n%s", err, out)
		default:
		}
		if time.Now().After(end) {
			t.Fatal("got no FluxInstance, want one that is not ready")
		}
	}
	time.Sleep(300 * time.Millisecond) // a checkpoint that is just being written is lost by the file backend itself
	before := made()
	if err := b.Kill(); err != nil {
		t.Fatal(err)
	}
	c.readiness(t)
	must[string](t)(c.LVS("recover", "--yes"))
	must[string](t)(c.Pulumi("up", "--yes", "--refresh"))
	if after := made(); after != before {
		t.Errorf("got the objects %q, want those that were made before, %q", after, before)
	}
	must[string](t)(c.Pulumi("preview", "--refresh", "--expect-no-changes"))
}
