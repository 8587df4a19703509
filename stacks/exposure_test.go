package stacks

import (
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/internal/exposure"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

// unguarded are the names that no sign-on stands before, each with who asks instead. Whoever adds one adds it here, and says why.
var unguarded = map[string]string{
	"auth":     "it is the sign-on",
	"hooks":    "each call is signed with the webhook's token",
	"registry": "each request has an account",
}

// TestEveryNameHasItsPolicy walks every name that any object of the cloud lets in, and holds what is asked there against the doorways.
func TestEveryNameHasItsPolicy(t *testing.T) {
	for name, without := range map[string]string{"the whole": "", "without a sign-on": `"authentication", "home"`, "without monitoring": `"monitoring"`} {
		t.Run(name, func(t *testing.T) {
			config := stackConfig(t, "prod")
			config[graph.Project+":cloud"] = strings.Replace(config[graph.Project+":cloud"], `"without":[]`, `"without":[`+without+`]`, 1)
			cloud, _, err := read(graph.Project, "prod", func(key string) (string, bool) { v, ok := config[key]; return v, ok })
			if err != nil {
				t.Fatal(err)
			}
			if got := len(cloud.Without) > 0; got != (without != "") {
				t.Fatalf("got %q left out, want %s", cloud.Without, without)
			}
			g, err := graph.Run(Program, graph.Options{Stack: "prod", Config: config})
			if err != nil {
				t.Fatal(err)
			}
			found, err := exposure.Hosts(g)
			if err != nil {
				t.Fatal(err)
			}
			wanted := map[string]doorway{}
			for _, d := range cloud.open() {
				wanted[cloud.host(d.name)] = d
			}
			for _, h := range found {
				d, known := wanted[h.Name]
				if !known {
					t.Errorf("%s: got a name that is no doorway, want it in the list", h.Name)
					continue
				}
				delete(wanted, h.Name)
				got, want := string(h.Policy), map[bool]string{true: "two_factor", false: string(exposure.None)}[d.policy != ""]
				if got != want || want != "two_factor" && unguarded[d.name] == "" {
					t.Errorf("%s: got the policy %q, want two_factor, or a name that is declared to ask by itself", h.Name, got)
				}
				if d.policy == "" && d.guard != unguarded[d.name] {
					t.Errorf("%s: got it guarded by %q, want %q", h.Name, d.guard, unguarded[d.name])
				}
			}
			for name := range wanted {
				t.Errorf("%s: got nothing that lets it in, want a door", name)
			}
		})
	}
}
