package stacks

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

var update = flag.Bool("update", false, "write the golden files")

// stackConfig reads the plain configuration of a stack file as the engine hands it to the program, with a made-up
// value for each secret that a real stack sets.
func stackConfig(t *testing.T, stack string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "Pulumi."+stack+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Config map[string]any `yaml:"config"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{graph.Project + ":secrets": `{"zoneToken": "a-token"}`}
	for k, v := range file.Config {
		value, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out[k] = string(value)
	}
	return out
}

// TestProgramGolden shows the whole infrastructure of the example stack, so that a change of it is read in a diff.
func TestProgramGolden(t *testing.T) {
	g, err := graph.Run(Program, graph.Options{Stack: "prod", Config: stackConfig(t, "prod")})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", "prod.golden"), g.Text())
}

func TestPreviewRegistersWhatUpdateDoes(t *testing.T) {
	config := stackConfig(t, "prod")
	preview, err := graph.Run(Program, graph.Options{Config: config, Preview: true})
	if err != nil {
		t.Fatal(err)
	}
	update, err := graph.Run(Program, graph.Options{Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if len(preview.Resources) != len(update.Resources) {
		t.Errorf("got %d resources in a preview and %d in an update, want as many", len(preview.Resources), len(update.Resources))
	}
}

// TestNoNetworkIsClosed holds that a configuration without networks opens SSH and the Kubernetes API to nobody.
func TestNoNetworkIsClosed(t *testing.T) {
	g, err := graph.Run(Program, graph.Options{Config: map[string]string{graph.Project + ":cloud": `{"domain": "example.com"}`}})
	if err != nil {
		t.Fatal(err)
	}
	operators, err := g.Find("hcloud:index/firewall:Firewall", "operators")
	if err != nil {
		t.Fatal(err)
	}
	if rules := operators.Inputs["rules"]; !rules.IsArray() || len(rules.ArrayValue()) > 0 {
		t.Errorf("got the rules %v, want none", rules)
	}
}
