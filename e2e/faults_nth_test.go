package e2e

import (
	"slices"
	"strings"
	"testing"
)

// everyNthScenarios fail calls at regular intervals, reads and polls included.
func everyNthScenarios() []scenario {
	return []scenario{
		// The provider tries a call six times, and calls side by side share these faults out by chance: now and then one
		// call meets six in a row, and needs the second run.
		{"errors that the provider gets over by itself, at every fourth call or so", func(t *testing.T, c *Cloud) {
			everyNth(t, c, 4, Fault{Effect: "rate_limit", Every: 7}, Fault{Effect: "server_error", Status: 502, Every: 13},
				Fault{Effect: "server_error", Status: 504, Every: 17})
		}},
		{"errors that end a run, several in fifty calls", func(t *testing.T, c *Cloud) {
			everyNth(t, c, 10, Fault{Effect: "server_error", Status: 500, Every: 41}, Fault{Effect: "server_error", Status: 503, Every: 43},
				Fault{Effect: "drop_request", Every: 47}, Fault{Effect: "drop_response", Every: 53})
		}},
	}
}

// everyNth runs `pulumi up` under a fault script until it succeeds, which takes so many runs at the most.
func everyNth(t *testing.T, c *Cloud, limit int, script ...Fault) {
	c.faults(t, script...)
	var args []string
	for run := 1; ; run++ {
		out, err := c.BareUp(args...)
		args = []string{again}
		if err == nil {
			t.Logf("whole after %d runs", run)
			break
		}
		reasons := wantReasons(t, out)
		t.Logf("run %d: %s", run, strings.Join(reasons, "; "))
		if run == limit {
			t.Fatalf("got %d failed runs, want one that gets through", run)
		}
		if slices.ContainsFunc(reasons, isStuck) {
			recoverInTrouble(t, c, limit)
		}
	}
	for _, f := range must[[]Fault](t)(c.Faults()) {
		if f.Seen < f.Every {
			t.Errorf("%s %d: got %d calls, want it to strike at the %dth", f.Effect, f.Status, f.Seen, f.Every)
		}
	}
	c.faults(t)
	whole(t, c)
}

// recoverInTrouble recovers under faults, which strike `lvs recover` as well; it is then run again.
func recoverInTrouble(t *testing.T, c *Cloud, limit int) {
	t.Helper()
	for try := 1; ; try++ {
		_, err := c.LVS("recover", "--yes")
		if err == nil {
			return
		}
		if try == limit {
			t.Fatal(err)
		}
	}
}
