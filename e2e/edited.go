package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Edit is a change of the program by somebody: an expression of it, replaced by another one of the same type.
type Edit struct {
	// Name chooses the edit, as the variable LVS_EDIT of a run; several of one name are made together.
	Name string
	// File is relative to the repository. In is a text that stands in it exactly once, and Old the expression in that.
	File, In, Old, New string
}

// withoutServices leaves out everything that lives in the cluster: what is made through Kubernetes cannot be left out of a
// run by its name, since the engine makes the provider of it all the same, which depends on what was left out.
var withoutServices = Edit{
	Name: "without services", File: "stacks/program.go", In: "services(ctx, cfg, secrets, machine{node, data, cluster, accounts})", Old: "services",
	New: "func(*pulumi.Context, *Config, *Secrets, machine) error { return nil }",
}

// WithoutServices is the same cloud, run with a program that leaves out what lives in the cluster. Project is where
// Edited has put that program.
func (c *Cloud) WithoutServices(project string) *Cloud {
	bare := *c
	bare.project = project
	bare.env = append(slices.Clone(c.env), "LVS_EDIT="+withoutServices.Name)
	return &bare
}

// edited is put into each package that is edited.
const edited = `package %s

import "os"

func edit[T any](name string, instead, or T) T {
	if os.Getenv("LVS_EDIT") == name {
		return instead
	}
	return or
}
`

// Edited builds one program that can have any of the edits, since linking one for each would take the most of a test. The
// repository stays as it is: the compiler is given an overlay. It returns the folder of a project that runs it: dir,
// which is made.
func Edited(dir string, edits []Edit) (string, error) {
	root, err := filepath.Abs("..")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	texts := map[string]string{}
	for _, e := range edits {
		if texts[e.File] == "" {
			text, err := os.ReadFile(filepath.Join(root, e.File))
			if err != nil {
				return "", err
			}
			texts[e.File] = string(text)
		}
		if n, m := strings.Count(texts[e.File], e.In), strings.Count(e.In, e.Old); n != 1 || m != 1 {
			return "", fmt.Errorf("edit %q: got %d of %q in %s and %d of %q in that, want one of each", e.Name, n, e.In, e.File, m, e.Old)
		}
		in := strings.Replace(e.In, e.Old, fmt.Sprintf("edit(%q, %s, %s)", e.Name, e.New, e.Old), 1)
		texts[e.File] = strings.Replace(texts[e.File], e.In, in, 1)
	}
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	add := func(file, text string) error {
		at := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		overlay.Replace[filepath.Join(root, file)] = at
		return os.WriteFile(at, []byte(text), 0o644)
	}
	for file, text := range texts {
		folder := filepath.Dir(file)
		if err := add(file, text); err != nil {
			return "", err
		}
		if err := add(filepath.Join(folder, "edited.go"), fmt.Sprintf(edited, filepath.Base(folder))); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o644); err != nil {
		return "", err
	}
	// The flags of the language host, so that both share the build cache.
	program := filepath.Join(dir, "program")
	build := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-buildvcs=false", "-trimpath", "-ldflags", "-w -s", "-o", program, ".")
	build.Dir = root
	build.Env = append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	project := fmt.Sprintf("name: lvs-cloud\nruntime:\n  name: go\n  options:\n    binary: %s\n", program)
	return dir, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(project), 0o644)
}
