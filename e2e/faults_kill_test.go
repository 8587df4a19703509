package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

func killScenarios() []scenario {
	return []scenario{
		{"pulumi is killed at ten calls, one resource at a time", killedEverywhere},
		{"pulumi is killed while several resources are made", killedInTheMiddle},
		{"two operators at once", twoOperators},
		{"the API crashes and comes back", apiCrash},
		{"what is half made is looked at before it is believed", halfMade},
	}
}

// background starts a run that ends with the test at the latest, lest it works on another cloud.
func background(t *testing.T, c *Cloud, args ...string) *Background {
	t.Helper()
	b := must[*Background](t)(c.BareUpInBackground(args...))
	endWith(t, b)
	return b
}

func endWith(t *testing.T, b *Background) {
	t.Helper()
	t.Cleanup(func() {
		select {
		case <-b.Ended():
		default:
			if err := b.Kill(); err != nil {
				t.Error(err)
			}
		}
	})
}

// stalled waits until a call is held back, and returns its path, or nothing if the run ends before.
func stalled(t *testing.T, c *Cloud, b *Background) string {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for _, f := range must[[]Fault](t)(c.Faults()) {
			if f.Stalled > 0 {
				return f.Path
			}
		}
		select {
		case <-b.Ended():
			return ""
		default:
		}
	}
	t.Fatal("got no call that is held back and no end of the run, want one of them")
	return ""
}

// orphans are the provider plug-ins of the twin's Pulumi that run.
func orphans(t *testing.T, c *Cloud) []string {
	t.Helper()
	out := must[[]byte](t)(exec.Command("ps", "-axww", "-o", "pid=,stat=,args=").Output())
	return slices.DeleteFunc(strings.Split(string(out), "\n"), func(line string) bool {
		fields := strings.Fields(line)
		return len(fields) < 3 || strings.HasPrefix(fields[1], "Z") || !strings.HasPrefix(fields[2], c.Env("PULUMI_HOME")+"/plugins/")
	})
}

// killedEverywhere kills Pulumi at ten calls, before they are carried out and after by turns, and recovers each time.
func killedEverywhere(t *testing.T, c *Cloud) {
	script := slices.DeleteFunc(byTurns(Fault{Effect: "stall"}, Fault{Effect: "stall_request"}), func(f Fault) bool {
		return slices.Contains([]string{"/ssh_keys", "/primary_ips/*/actions/change_protection", "/volumes/*/actions/change_protection"}, f.Path)
	})
	c.faults(t, script...)
	killed := 0
	for {
		b := background(t, c, "--parallel", "1")
		path := stalled(t, c, b)
		if path == "" {
			if out, err := b.Wait(); err != nil {
				t.Fatalf("after %d kills: %v\n%s", killed, err, out)
			}
			break
		}
		if killed++; killed > len(script) {
			t.Fatal("got more kills than calls to be killed at, want each once")
		}
		// A checkpoint that is just being written is lost by the file backend itself, which keeps the one before as .bak.
		time.Sleep(300 * time.Millisecond)
		if err := b.Kill(); err != nil {
			t.Fatal(err)
		}
		if len(orphans(t, c)) == 0 {
			t.Errorf("killed at %s: got no plug-in that goes on, want some to be ended", path)
		}
		out := must[string](t)(c.LVS("recover", "--yes"))
		if left := orphans(t, c); len(left) > 0 {
			t.Errorf("killed at %s: got the plug-ins %q after the recovery, want none", path, left)
		}
		made := !strings.Contains(path, "protection") && slices.ContainsFunc(script, func(f Fault) bool { return f.Path == path && f.Effect == "stall" })
		if adopted := strings.Contains(out, "  adopt "); made && !adopted {
			t.Errorf("killed when %s was carried out: got\n%s\nwant it adopted", path, out)
		}
		t.Logf("killed at %s, carried out %t", path, made)
	}
	if killed != 10 {
		t.Errorf("got %d kills, want 10", killed)
	}
	whole(t, c)
}

// killedInTheMiddle looks closely at one recovery: of several resources at once, from a lock of this machine and of
// another.
func killedInTheMiddle(t *testing.T, c *Cloud) {
	c.faults(t, onceAt(Fault{Effect: "stall"}, "/volumes")...)
	b := background(t, c)
	stalled(t, c, b)
	if err := b.Kill(); err != nil {
		t.Fatal(err)
	}
	volume := must[[]*hcloud.Volume](t)(c.Hetzner().Volume.All(t.Context()))
	if len(volume) != 1 {
		t.Fatalf("got %d volumes, want the one that was made", len(volume))
	}
	if _, err := c.BareUp(); err == nil || !strings.Contains(err.Error(), "the stack is currently locked") {
		t.Errorf("the next run: got %v, want it to say that the stack is locked", err)
	}
	export := func() string {
		quiet := *c
		quiet.Log = io.Discard
		return must[string](t)(quiet.Pulumi("stack", "export", "--stack", Stack))
	}
	state := export()
	out := must[string](t)(c.LVS("recover", "--dry-run"))
	if !strings.Contains(out, "adopt   volume lvs-cloud-twin-data") {
		t.Errorf("dry run: got\n%s\nwant the volume adopted", out)
	}
	if _, err := c.LVS("recover"); err == nil || !strings.Contains(err.Error(), "want --yes or --dry-run") {
		t.Errorf("without a terminal: got %v, want it to ask for --yes", err)
	}
	if export() != state {
		t.Error("a dry run and one without consent: got another state, want it as it was")
	}
	moveLock(t, c, "elsewhere")
	if _, err := c.LVS("recover", "--yes"); err == nil || !strings.Contains(err.Error(), "locked by root on elsewhere") {
		t.Errorf("a lock of another machine: got %v, want it named", err)
	}
	must[string](t)(c.LVS("recover", "--yes", "--break-lock"))
	if out := must[string](t)(c.LVS("recover", "--yes")); strings.Contains(out, "  adopt ") || strings.Contains(out, "  forget ") {
		t.Errorf("the second time: got\n%s\nwant nothing left to be done", out)
	}
	must[string](t)(c.BareUp())
	if id := must[string](t)(c.Output("volumeId")); id != fmt.Sprint(volume[0].ID) {
		t.Errorf("got volume %s, want %d, which the killed run made", id, volume[0].ID)
	}
	whole(t, c)
}

// moveLock makes the state's lock one of another machine.
func moveLock(t *testing.T, c *Cloud, host string) {
	t.Helper()
	dir := strings.TrimPrefix(c.Env("PULUMI_BACKEND_URL"), "file://")
	locks := must[[]string](t)(filepath.Glob(filepath.Join(dir, ".pulumi", "locks", "*", "*", "*", "*.json")))
	if len(locks) != 1 {
		t.Fatalf("got the locks %q, want one", locks)
	}
	var lock map[string]any
	if err := json.Unmarshal(must[[]byte](t)(os.ReadFile(locks[0])), &lock); err != nil {
		t.Fatal(err)
	}
	lock["hostname"] = host
	if err := os.WriteFile(locks[0], []byte(mustJSON(t, lock)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// twoOperators starts a run while another one is in the middle of its work.
func twoOperators(t *testing.T, c *Cloud) {
	c.faults(t, onceAt(Fault{Effect: "stall_request"}, "/servers")...)
	first := background(t, c)
	stalled(t, c, first)
	before := must[[]string](t)(c.things())
	process := fmt.Sprintf("pid %d", first.PID())
	if _, err := c.BareUp(); err == nil || !strings.Contains(err.Error(), "currently locked by 1 lock(s)") || !strings.Contains(err.Error(), process) {
		t.Errorf("the second run: got %v, want it to name the lock of %s", err, process)
	}
	if _, err := c.LVS("recover", "--yes"); err == nil || !strings.Contains(err.Error(), "which is running") {
		t.Errorf("recover: got %v, want it to leave a run alone that is running", err)
	}
	if after := must[[]string](t)(c.things()); !slices.Equal(before, after) {
		t.Errorf("got at Hetzner\n%q\nwant nothing changed by the second\n%q", after, before)
	}
	c.faults(t) // the call goes on
	if out, err := first.Wait(); err != nil {
		t.Fatalf("the first run: %v\n%s", err, out)
	}
	whole(t, c)
}
