package stacks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func TestParseFile(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "Pulumi.prod.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	prod := string(text)
	const token = "config:\n  lvs-cloud:secrets:\n    zoneToken:\n      secure: v1:abc\n"
	withToken := strings.Replace(prod, "config:\n", token, 1)
	for name, c := range map[string]struct{ text, wantError string }{
		"encrypted token":          {withToken, ""},
		"encrypted secrets":        {strings.Replace(prod, "config:\n", "config:\n  lvs-cloud:secrets:\n    secure: v1:abc\n", 1), ""},
		"no token":                 {prod, "secrets.zoneToken: got none"},
		"unknown secret":           {strings.Replace(withToken, "zoneToken:\n      secure", "other:\n      secure", 1), "secrets.other: unknown key"},
		"unknown key":              {strings.Replace(withToken, "sizeGB: 50", "sizeGb: 50", 1), "cloud.volume.sizeGb: unknown key"},
		"half a gigabyte":          {strings.Replace(withToken, "sizeGB: 50", "sizeGB: 50.5", 1), "cloud.volume.sizeGB: got the number 50.5"},
		"the same key twice":       {strings.Replace(withToken, "location: nbg1", "location: nbg1\n    location: fsn1", 1), `already defined`},
		"a tab":                    {"config:\n\tx: 1", `configuration of stack "prod": yaml`},
		"keys that are no text":    {"config:\n  lvs-cloud:cloud:\n    1: x\n", "lvs-cloud:cloud: json"},
		"an object that is a text": {"config:\n  lvs-cloud:cloud: hello\n", `cloud: got the text "hello", want an object`},
		"nothing":                  {"", "cloud.domain: got"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := ParseFile(graph.Project, "prod", []byte(c.text))
			switch {
			case c.wantError != "":
				if err == nil || !strings.Contains(err.Error(), c.wantError) {
					t.Errorf("got error %v, want one with %q", err, c.wantError)
				}
			case err != nil:
				t.Error(err)
			case cfg.Volume.SizeGB != 50 || cfg.Server.Type != "cx23" || cfg.K3s.Checksum != ChecksumPinned:
				t.Errorf("got %+v, want what stands in the file", cfg)
			}
		})
	}
}

// TestParseFileRefusesAsProgramDoes holds the two ways to read a configuration together.
func TestParseFileRefusesAsProgramDoes(t *testing.T) {
	const text = "config:\n  lvs-cloud:cloud: {domain: x, server: {type: cax11}, access: {}}\n"
	_, fromFile := ParseFile(graph.Project, "test", []byte(text))
	_, fromEngine := graph.Run(Program, graph.Options{Config: map[string]string{
		graph.Project + ":cloud": `{"domain": "x", "server": {"type": "cax11"}, "access": {}}`,
	}})
	if fromFile == nil || fromEngine == nil || !strings.Contains(fromEngine.Error(), fromFile.Error()) {
		t.Errorf("got %v\nfrom the file, want the same as from the engine:\n%v", fromFile, fromEngine)
	}
}
