package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// sentry is the scenario of somebody who changes the cloud in every wrong way, and asks `lvs guard` before he runs it.
type sentry struct {
	*Cloud
	dir, project string
	// another is a volume that is not the cloud's.
	another int64
	before  []string
}

// TestGuard holds the guard against previews of the real engine.
func TestGuard(t *testing.T) {
	dir := t.TempDir()
	cloud := take(t, "guard", dir)
	s := &sentry{Cloud: cloud, dir: dir}
	for _, step := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"up", s.up},
		{"what is harmless passes", s.harmless},
		{"what loses something is refused while everything is protected", s.protected},
		{"a renamed stack is refused", s.renamed},
		{"a preview that was made before is judged", s.document},
		{"lifted", s.lift},
		{"what loses something is refused once nothing is protected", s.unprotected},
		{"a loss is allowed by name, and not in CI", s.override},
		{"nothing was changed by any of that", s.unchanged},
		{"a lost server is made again", s.lostServer},
		{"an interrupted replacement is finished", s.interrupted},
		{"what an interrupted replacement left is not deleted", s.leftOver},
	} {
		began := time.Now()
		if !t.Run(step.name, step.run) && (step.name == "up" || step.name == "lifted") {
			t.Fatalf("%q failed; the steps after it need it", step.name)
		}
		t.Logf("%s: %.1f s", step.name, time.Since(began).Seconds())
	}
}

// apply makes the cloud up to the mounted volume; Kubernetes plays no part in what is tested here.
func (s *sentry) apply(t *testing.T) {
	t.Helper()
	must[string](t)(s.WithoutServices(s.project).Pulumi("up", "--yes", "--exclude", "**::k3s-write-token", "--exclude-dependents"))
}

func (s *sentry) up(t *testing.T) {
	s.project = must[string](t)(Edited(filepath.Join(s.dir, "edited"), append(slices.Clone(edits), withoutServices)))
	for _, name := range []string{"example.com", "example.org"} {
		must[*Zone](t)(s.MakeZone(t.Context(), name))
	}
	if err := s.UseZone("example.com"); err != nil {
		t.Fatal(err)
	}
	made, _, err := s.Hetzner().Volume.Create(t.Context(), hcloud.VolumeCreateOpts{Name: "another", Size: 50, Location: &hcloud.Location{Name: "nbg1"}})
	if err != nil {
		t.Fatal(err)
	}
	s.another = made.Volume.ID
	s.apply(t)
}

// guard runs the command on the program with an edit, and returns its answer and its exit code.
func (s *sentry) guard(t *testing.T, env []string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), s.lvsBinary(), append([]string{"guard", "--cwd", s.project, "--config-file", s.config}, args...)...)
	cmd.Env = slices.DeleteFunc(slices.Clone(s.env), func(kv string) bool { return strings.HasPrefix(kv, "CI=") })
	cmd.Env = append(cmd.Env, env...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	fmt.Fprintf(s.Log, "$ %s lvs %s\n  %s\n", env, strings.Join(args, " "), strings.ReplaceAll(out.String()+said.String(), "\n", "\n  "))
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return out.String() + said.String(), cmd.ProcessState.ExitCode()
}

// configured runs f with changes of the configuration, by path, and takes them back.
func (s *sentry) configured(t *testing.T, changes map[string]any, f func()) {
	t.Helper()
	text, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	for path, value := range changes {
		if err := s.Configure(value, strings.Split(path, ".")...); err != nil {
			t.Fatal(err)
		}
	}
	f()
	if err := os.WriteFile(s.config, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func (s *sentry) harmless(t *testing.T) {
	for _, h := range harmless {
		t.Run(h.name, func(t *testing.T) {
			s.configured(t, h.configure, func() {
				args := []string{"--stack", Stack}
				if h.refresh {
					args = append(args, "--refresh")
				}
				if got, code := s.guard(t, nil, args...); code != 0 || !strings.Contains(got, "Nothing is lost.") {
					t.Errorf("got exit code %d and\n%s\nwant it let through", code, got)
				}
			})
		})
	}
}

// protected tries what Pulumi refuses by itself: the guard says why as well.
func (s *sentry) protected(t *testing.T) {
	for _, x := range append(slices.Clone(threats), together...) {
		if x.pulumi != "" {
			x.wants = append(x.wants, "the preview failed: ", x.pulumi, "what a failed preview does not show cannot be judged")
		}
		if x.pulumi != "" || slices.ContainsFunc(together, func(y threat) bool { return y.name == x.name }) {
			s.try(t, x)
		}
	}
}

// unprotected tries everything where only the guard, and what the program itself refuses, stands in the way.
func (s *sentry) unprotected(t *testing.T) {
	for _, x := range threats {
		s.try(t, x)
	}
}

// try makes a change, asks the guard, and takes it back.
func (s *sentry) try(t *testing.T, x threat) {
	t.Run(x.name, func(t *testing.T) {
		if _, adopts := x.configure["volume.adoptID"]; adopts {
			x.configure["volume.adoptID"] = s.another
		}
		s.configured(t, x.configure, func() {
			args := []string{"--stack", Stack}
			if x.refresh {
				args = append(args, "--refresh")
			}
			got, code := s.guard(t, append([]string{"LVS_EDIT=" + x.edit}, x.env...), args...)
			for _, want := range append([]string{"Refused", "avoid"}, x.wants...) {
				if code != 1 || !strings.Contains(got, want) {
					t.Errorf("got exit code %d and\n%s\nwant it refused with %q", code, got, want)
				}
			}
		})
	})
}

func (s *sentry) lift(t *testing.T) {
	if err := s.Configure(ProtectionLifted, "protection"); err != nil {
		t.Fatal(err)
	}
	s.apply(t)
	s.before = must[[]string](t)(s.Inventory())
}

func (s *sentry) unchanged(t *testing.T) {
	if after := must[[]string](t)(s.Inventory()); !slices.Equal(s.before, after) {
		t.Errorf("got the inventory\n%s\nwant it as before\n%s", strings.Join(after, "\n"), strings.Join(s.before, "\n"))
	}
}

// renamed gives the stack another name. The project of the edits has no stack's file that would be renamed with it.
func (s *sentry) renamed(t *testing.T) {
	const other = "other"
	out := must[string](t)
	out(s.Pulumi("stack", "rename", other, "--stack", Stack, "--cwd", s.project))
	defer func() { out(s.Pulumi("stack", "rename", Stack, "--stack", other, "--cwd", s.project)) }()
	got, code := s.guard(t, nil, "--stack", other)
	for _, want := range []string{
		"the preview failed: ", "file system: got UUID", "want the ", "pulumi stack rename",
		`volume data would be changed; name: "lvs-cloud-twin-data" becomes "lvs-cloud-other-data"`, `server node would be changed; name: "lvs-cloud-twin-node"`,
	} {
		if code != 1 || !strings.Contains(got, want) {
			t.Errorf("got exit code %d and\n%s\nwant it refused with %q", code, got, want)
		}
	}
}

// document judges a file, whole and otherwise.
func (s *sentry) document(t *testing.T) {
	whole := must[string](t)(s.Pulumi("preview", "--json", "--show-sames", "--show-replacement-steps"))
	brief := must[string](t)(s.Pulumi("preview", "--json"))
	for name, c := range map[string]struct {
		text, want string
		code       int
	}{
		"whole":          {whole, "Nothing is lost.", 0},
		"after warnings": {"warning: using a plug-in from PATH {\n" + whole, "Nothing is lost.", 0},
		"half":           {whole[:len(whole)/2], "cannot be read", 1},
		"empty":          {"", "got no JSON document", 1},
		"without sames":  {brief, "--show-sames", 1},
	} {
		file := filepath.Join(t.TempDir(), "preview.json")
		if err := os.WriteFile(file, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, code := s.guard(t, nil, "--from", file); code != c.code || !strings.Contains(got, c.want) {
			t.Errorf("%s: got exit code %d and\n%s\nwant %d and %q", name, code, got, c.code, c.want)
		}
	}
}
