package plugins

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cli is where `make tools` leaves the Pulumi CLI, seen from this folder.
const cli = "../../.twin/tools/pulumi"

// stage is a Pulumi CLI with the stand-ins installed and a stack in a file back end.
type stage struct {
	dir    string
	pulumi string
	env    []string
}

// newStage builds the stand-ins, and the program in a folder, into a temporary place.
func newStage(t *testing.T, program string) *stage {
	t.Helper()
	found := os.Getenv("TWIN_PULUMI")
	if found == "" {
		found = cli
	}
	if _, err := os.Stat(found); err != nil {
		t.Fatalf("the Pulumi CLI is missing: %v; build it with `make tools`, or name one in TWIN_PULUMI", err)
	}
	dir := t.TempDir()
	s := &stage{dir: filepath.Join(dir, "project"), pulumi: filepath.Join(dir, "bin", "pulumi")}
	for _, d := range []string{"bin", "home", "state", "project"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	install(t, found, s.pulumi)
	build(t, "language", filepath.Join(dir, "bin", "pulumi-language-go"))
	plugin := func(name, version string) string {
		return filepath.Join(dir, "home", "plugins", "resource-"+name+"-v"+version, "pulumi-resource-"+name)
	}
	build(t, "random", plugin("random", "4.21.1"))
	build(t, "command", plugin("command", "1.2.1"))
	if err := os.CopyFS(s.dir, os.DirFS(program)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "Pulumi.yaml"), []byte("name: rehearsed\nruntime: go\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.env = append(os.Environ(),
		"PULUMI_HOME="+filepath.Join(dir, "home"), "PULUMI_BACKEND_URL=file://"+filepath.Join(dir, "state"),
		"PULUMI_CONFIG_PASSPHRASE=test", "PULUMI_SKIP_UPDATE_CHECK=1", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true")
	s.must(t, "stack", "init", "test")
	return s
}

// build makes a program of this folder's.
func build(t *testing.T, folder, out string) {
	t.Helper()
	cmd := exec.Command("go", "build", "-o", out, "./"+folder)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", folder, err, said)
	}
}

// install puts a file elsewhere: by a link where that is possible, else by a copy.
func install(t *testing.T, from, to string) {
	t.Helper()
	if os.Link(from, to) == nil {
		return
	}
	src, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(dst, src); err != nil {
		t.Fatal(err)
	}
	if err := dst.Close(); err != nil {
		t.Fatal(err)
	}
}

// run runs a pulumi command and returns what it wrote.
func (s *stage) run(args ...string) (string, error) {
	out, err := s.command(args...).CombinedOutput()
	return string(out), err
}

func (s *stage) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.pulumi, append([]string{"--non-interactive", "--color=never"}, args...)...)
	cmd.Dir, cmd.Env = s.dir, s.env
	return cmd
}

// interrupt runs a pulumi command and interrupts it, twice as an impatient person does,
// once a condition holds.
func (s *stage) interrupt(when func() bool, args ...string) (string, error) {
	cmd := s.command(args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for left := 2; ; {
		select {
		case err := <-ended:
			return out.String(), err
		case <-time.After(300 * time.Millisecond):
		}
		if left > 0 && when() {
			left--
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				return out.String(), err
			}
		}
	}
}

// must runs a pulumi command that has to succeed.
func (s *stage) must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := s.run(args...)
	if err != nil {
		t.Fatalf("pulumi %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// set sets plain configuration values, and the secret ones.
func (s *stage) set(t *testing.T, plain, secret map[string]string) {
	t.Helper()
	for key, value := range plain {
		s.must(t, "config", "set", "--plaintext", key, "--", value)
	}
	for key, value := range secret {
		s.must(t, "config", "set", "--secret", key, "--", value)
	}
}

// outputs are the stack's outputs in plain text.
func (s *stage) outputs(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	if err := json.Unmarshal([]byte(s.must(t, "stack", "output", "--json", "--show-secrets")), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
