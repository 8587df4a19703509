package stacks

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

// homes are the namespaces of the services that can be left out.
var homes = map[Service][]string{
	Authentication: {authenticationNamespace}, Home: {homeNamespace}, Logs: nil, Monitoring: nil,
	Postgres: {postgresNamespace, postgresOperatorNamespace}, Registry: {registryNamespace},
}

// TestWhatIsLeftOutLeavesNothing leaves out each service, and those that need it: nothing speaks of it any more, no policy lets anybody in from
// there or out to it, and everything else is what it was.
func TestWhatIsLeftOutLeavesNothing(t *testing.T) {
	for _, without := range [][]Service{
		{Home}, {Home, Authentication}, {Home, Authentication, Postgres}, {Registry}, {Logs}, {Monitoring}, {Logs, Monitoring},
	} {
		t.Run(fmt.Sprint(without), func(t *testing.T) {
			g := leftOut(t, without)
			gone := []string{}
			for _, s := range without {
				gone = append(gone, homes[s]...)
			}
			if slices.Contains(without, Logs) && slices.Contains(without, Monitoring) {
				gone = append(gone, monitoringNamespace, agentsNamespace)
			}
			whole := leftOut(t, nil)
			text, wholeText, found := g.Text(), whole.Text(), map[string]bool{}
			for _, namespace := range gone {
				for _, form := range []string{namespace + ".svc", `metadata.name: "` + namespace + `"`, `namespace: "` + namespace + `"`, "Namespace " + namespace} {
					found[form] = found[form] || strings.Contains(wholeText, form)
					if i := strings.Index(text, form); i >= 0 {
						t.Errorf("got %q, want nothing of %s", text[max(0, i-80):min(len(text), i+80)], namespace)
					}
				}
			}
			for _, namespace := range gone {
				if !found[`metadata.name: "`+namespace+`"`] || !found[`namespace: "`+namespace+`"`] {
					t.Errorf("got nothing of %s in the whole either, want it there: nothing was looked for", namespace)
				}
			}
			known := map[string]bool{}
			for _, r := range whole.Resources {
				known[id(r)] = true
			}
			if len(g.Resources) >= len(known) {
				t.Errorf("got %d resources, want fewer than the %d of the whole", len(g.Resources), len(known))
			}
			for _, r := range g.Resources {
				// What takes the place of a service that is gone: a password of Grafana's own.
				if !known[id(r)] && !slices.Contains(without, Authentication) {
					t.Errorf("got %s, which the whole has not", id(r))
				}
			}
			for _, b := range broken(g) {
				t.Error(b)
			}
		})
	}
}

// leftOut is the graph of the cloud without some services.
func leftOut(t *testing.T, without []Service) *graph.Graph {
	t.Helper()
	var names []string
	for _, s := range without {
		names = append(names, fmt.Sprintf("%q", s))
	}
	config := stackConfig(t, "prod")
	config[graph.Project+":cloud"] = strings.Replace(config[graph.Project+":cloud"], `"without":[]`, `"without":[`+strings.Join(names, ",")+`]`, 1)
	g, err := graph.Run(Program, graph.Options{Stack: "prod", Config: config})
	if err != nil {
		t.Fatal(err)
	}
	return g
}
