package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// scenario is what goes wrong, on a cloud of its own.
type scenario struct {
	name string
	run  func(*testing.T, *Cloud)
}

// TestFaults runs the real program against an API that fails: in every way, and at every call that changes something. Each
// scenario ends with a whole cloud, of which the state knows everything, once. Two of them run side by side.
func TestFaults(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("got an ordinary user, want root: the twin keeps its processes in a cgroup")
	}
	project := must[string](t)(Edited(filepath.Join(t.TempDir(), "edited"), []Edit{withoutServices}))
	for twin, scenarios := range map[string][]scenario{
		"faults": slices.Concat(onceEachScenarios(), changeScenarios(), everyNthScenarios()),
		"kills":  killScenarios(),
	} {
		t.Run(twin, func(t *testing.T) {
			t.Parallel()
			for _, s := range scenarios {
				t.Run(s.name, func(t *testing.T) { s.run(t, bareCloud(t, twin, project)) })
			}
		})
	}
}

// bareCloud is a new twin with a zone, and nothing else at Hetzner.
func bareCloud(t *testing.T, name, project string) *Cloud {
	t.Helper()
	c := take(t, name, t.TempDir(), "--no-hosts").WithoutServices(project)
	if _, err := c.MakeZone(t.Context(), "example.com"); err != nil {
		t.Fatal(err)
	}
	if err := c.UseZone("example.com"); err != nil {
		t.Fatal(err)
	}
	must[map[string]int](t)(c.Calls()) // those that made the zone do not count
	return c
}

// changingCalls are the calls of a clean run that change something, as paths with a star for each ID.
// TestChangingCalls holds them against what a clean run really calls.
var changingCalls = []string{
	"/firewalls", "/networks", "/networks/*/actions/add_subnet", "/primary_ips", "/primary_ips/*/actions/change_protection",
	"/servers", "/servers/*/actions/attach_to_network", "/servers/*/actions/change_protection", "/ssh_keys",
	"/volumes", "/volumes/*/actions/attach", "/volumes/*/actions/change_protection", "/zones/*/rrsets",
}

// onceAt is a script with that fault at the first call of each of these routes.
func onceAt(f Fault, paths ...string) []Fault {
	var script []Fault
	for _, path := range paths {
		f.Method, f.Path, f.Nth = "POST", path, 1
		script = append(script, f)
	}
	return script
}

func onceEachScenarios() []scenario {
	out := []scenario{{"a clean run makes the calls that are to fail", cleanRun}}
	for _, c := range []struct {
		name   string
		script []Fault
	}{
		{"nothing is done: the request is lost, or the service is down",
			byTurns(Fault{Effect: "drop_request"}, Fault{Effect: "server_error", Status: 503})},
		{"it is done and nobody says so: the answer is lost, or a gateway gives up",
			byTurns(Fault{Effect: "drop_response"}, Fault{Effect: "server_error", Status: 504, Late: true})},
		{"the action fails", onceAt(Fault{Effect: "fail_action", Message: "it burnt down"}, actingCalls()...)},
	} {
		out = append(out, scenario{c.name + ", once at each call", func(t *testing.T, cloud *Cloud) { untilWhole(t, cloud, c.script) }})
	}
	return out
}

// byTurns is a script with the one or the other fault at the first call of every route that changes something.
func byTurns(one, other Fault) []Fault {
	var script []Fault
	for i, path := range changingCalls {
		script = append(script, onceAt([]Fault{one, other}[i%2], path)...)
	}
	return script
}

// actingCalls are those of the changing calls whose work is an action.
func actingCalls() []string {
	return slices.DeleteFunc(slices.Clone(changingCalls), func(path string) bool {
		return path == "/networks" || path == "/firewalls" || path == "/primary_ips" || path == "/ssh_keys"
	})
}

func cleanRun(t *testing.T, c *Cloud) {
	must[string](t)(c.BareUp())
	var got []string
	for call := range must[map[string]int](t)(c.Calls()) {
		if method, path, _ := strings.Cut(call, " "); method != "GET" {
			got = append(got, regexp.MustCompile(`\{[a-z_]+\}`).ReplaceAllString(path, "*"))
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, changingCalls) {
		t.Errorf("got the changing calls\n%q\nwant those that the scenarios know\n%q", got, changingCalls)
	}
	whole(t, c)
}

// again is how a run goes on after one that failed. The provider notes what it was about to do, a protection for one, and
// not what was done, so that what is half made has to be read first.
const again = "--refresh"

// untilWhole runs `pulumi up` under a fault script until it succeeds. Each failed run must have a clear message; the state
// is recovered only if the next run alone does not get any further. In the end every fault must have struck.
func untilWhole(t *testing.T, c *Cloud, script []Fault) {
	t.Helper()
	c.faults(t, script...)
	struck, recovered := 0, 0
	var args []string
	for run := 1; ; run++ {
		out, err := c.BareUp(args...)
		args = []string{again}
		now := seen(t, c)
		if err == nil {
			t.Logf("whole after %d runs and %d recoveries", run, recovered)
			break
		}
		reasons := wantReasons(t, out)
		t.Logf("run %d, %d of %d faults struck: %s", run, now, len(script), strings.Join(reasons, "; "))
		if stuck := now == struck || slices.ContainsFunc(reasons, isStuck); stuck {
			if recovered++; recovered > len(script) {
				t.Fatalf("got no further with %d recoveries, want at most one for each fault", recovered)
			}
			must[string](t)(c.LVS("recover", "--yes"))
		}
		struck = now
	}
	if now := seen(t, c); now != len(script) {
		t.Errorf("got %d of %d faults struck, want all of them", now, len(script))
	}
	whole(t, c)
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
