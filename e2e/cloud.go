// Package e2e runs the real Pulumi CLI against a twin and looks at what comes of it with real clients: Kubernetes',
// Hetzner's and SSH. Its scenarios are tests; this package gives them a cloud to act on.
package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Cloud is one twin with one stack on it.
type Cloud struct {
	// Name is that of the twin.
	Name string
	// Log gets everything that is run, and what it prints.
	Log io.Writer

	root, config string
	project      string // the folder of the program, unless it is the repository's own
	env          []string
}

// Stack is the name of the stack that rehearses.
const Stack = "twin"

// Start takes up a twin that must not exist yet, and makes its stack out of a copy of the repository's own
// configuration, which the scenario may then edit. Flags are those of `twin up`. The tools must have been built
// (`make tools`).
//
// Side effects: a daemon and namespaces, until Stop.
func Start(name, workdir string, log io.Writer, flags ...string) (*Cloud, error) {
	root, err := filepath.Abs("..")
	if err != nil {
		return nil, err
	}
	c := &Cloud{Name: name, Log: log, root: root, config: filepath.Join(workdir, "Pulumi."+Stack+".yaml")}
	if err := c.Stop(); err != nil {
		return nil, fmt.Errorf("clear away: %w", err)
	}
	if _, err := c.twin(append([]string{"up", "--name", name}, flags...)...); err != nil {
		return nil, err
	}
	if err := c.loadEnv(); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(root, "Pulumi."+Stack+".yaml"))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(c.config, text, 0o644); err != nil {
		return nil, err
	}
	_, err = c.Pulumi("stack", "init", Stack, "--secrets-provider", "passphrase")
	return c, err
}

// Stop takes the twin down. It is no error if there is none.
func (c *Cloud) Stop() error {
	_, err := c.twin("down", "--name", c.Name)
	return err
}

// Pulumi runs the CLI and returns what it prints.
//
// Errors: an exit code other than 0; the output is returned as well.
func (c *Cloud) Pulumi(args ...string) (string, error) {
	tool := filepath.Join(c.root, ".twin", "tools", "pulumi")
	args = append(args, "--non-interactive")
	switch args[0] {
	case "preview", "up", "refresh", "destroy":
		args = append(args, "--stack", Stack, "--config-file", c.config, "--suppress-permalink=true")
		if c.project != "" {
			args = append(args, "--cwd", c.project)
		}
	}
	return c.run(tool, args...)
}

// LVS runs the operator's command and returns what it answers.
//
// Errors: an exit code other than 0, with all that it said.
func (c *Cloud) LVS(args ...string) (string, error) {
	return c.run(c.lvsBinary(), append(args, "--stack", Stack, "--config-file", c.config)...)
}

// lvsBinary is the operator's command as `make tools` built it.
func (c *Cloud) lvsBinary() string { return filepath.Join(c.root, ".twin", "tools", "lvs") }

// Output returns one output of the stack.
func (c *Cloud) Output(key string) (string, error) {
	out, err := c.run(filepath.Join(c.root, ".twin", "tools", "pulumi"), "stack", "output", key, "--stack", Stack, "--show-secrets")
	return strings.TrimSuffix(out, "\n"), err
}

// Steps previews and returns, for each resource that is not left alone, what would be done to it: `op type name`.
func (c *Cloud) Steps(args ...string) ([]string, error) {
	out, err := c.Pulumi(append([]string{"preview", "--json"}, args...)...)
	if err != nil {
		return nil, err
	}
	var plan struct {
		Steps []struct {
			Op  string `json:"op"`
			URN string `json:"urn"`
		} `json:"steps"`
	}
	if err := json.Unmarshal([]byte(out[strings.Index(out, "{"):]), &plan); err != nil {
		return nil, fmt.Errorf("preview: %w", err)
	}
	var steps []string
	for _, s := range plan.Steps {
		if s.Op == "same" || s.Op == "read" {
			continue
		}
		parts := strings.Split(s.URN, "::")
		types := strings.Split(parts[2], "$")
		steps = append(steps, s.Op+" "+types[len(types)-1]+" "+parts[3])
	}
	return steps, nil
}

// Configure edits the configuration of the cloud at a path, or takes the key away with nil.
func (c *Cloud) Configure(value any, path ...string) error {
	text, err := os.ReadFile(c.config)
	if err != nil {
		return err
	}
	var file map[string]any
	if err := yaml.Unmarshal(text, &file); err != nil {
		return err
	}
	object := file
	for _, key := range append([]string{"config", "lvs-cloud:cloud"}, path[:len(path)-1]...) {
		next, ok := object[key].(map[string]any)
		if !ok {
			next = map[string]any{}
			object[key] = next
		}
		object = next
	}
	if value == nil {
		delete(object, path[len(path)-1])
	} else {
		object[path[len(path)-1]] = value
	}
	if text, err = yaml.Marshal(file); err != nil {
		return err
	}
	return os.WriteFile(c.config, text, 0o644)
}

// loadEnv takes over the exports with which plain tools work on the twin.
func (c *Cloud) loadEnv() error {
	out, err := c.twin("env", "--name", c.Name)
	if err != nil {
		return err
	}
	// The shell itself resolves quotes and references.
	shell := exec.Command("bash", "-c", out+"\nenv -0")
	shell.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	env, err := shell.Output()
	if err != nil {
		return fmt.Errorf("twin env: %w", err)
	}
	c.env = strings.Split(strings.TrimSuffix(string(env), "\x00"), "\x00")
	return nil
}

// Env returns a variable of the twin's environment.
func (c *Cloud) Env(name string) string {
	for _, kv := range c.env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}

func (c *Cloud) twin(args ...string) (string, error) {
	return c.run(filepath.Join(c.root, ".twin", "tools", "twin"), args...)
}

func (c *Cloud) run(tool string, args ...string) (string, error) {
	fmt.Fprintf(c.Log, "$ %s %s\n", filepath.Base(tool), strings.Join(args, " "))
	cmd := exec.Command(tool, args...)
	cmd.Dir = c.root
	cmd.Env = c.env
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	all := strings.TrimRight(out.String()+said.String(), "\n")
	fmt.Fprintf(c.Log, "  %s\n", strings.ReplaceAll(all, "\n", "\n  "))
	if errors.As(err, new(*exec.ExitError)) {
		err = fmt.Errorf("%s %s: %w\n%s", filepath.Base(tool), strings.Join(args, " "), err, all)
	}
	return out.String(), err
}
