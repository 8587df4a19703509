package script

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// end runs a body as the program's scripts run, in a folder of its own, and returns what it says and its status.
func end(t *testing.T, body string) (string, int, string) {
	t.Helper()
	args := validArgs()
	args.Body, args.Settings = body, nil
	_, text := stdin(t, args)
	cmd := exec.Command("bash", "-s", "--", "up")
	// The lock is that of a machine's scripts; this machine's own are not waited for.
	cmd.Stdin, cmd.Dir = strings.NewReader(strings.Replace(text, "\none_at_a_time\n", "\n", 1)), t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode(), cmd.Dir
}

func TestEveryEndHasOneMessage(t *testing.T) {
	for name, tc := range map[string]struct{ body, want string }{
		"said":                   {`up() { die "no luck"; }`, "error: no luck\n"},
		"said in a substitution": {`inner() { die "no luck"; }; up() { local x; x=$(inner | cat); say "$x"; }`, "error: no luck\n"},
		"not said":               {`up() { step; }; step() { false; say unreachable; }`, "error: step: \"false\" failed with status 1\n"},
		"in a substitution":      {`up() { local x; x=$(false; echo y); say "$x"; }`, "error: up: \"x=$(false; echo y)\" failed with status 1\n"},
		"in a pipe":              {`up() { false | cat; }`, "error: up: \"cat\" failed with status 1\n"},
		"waited for in vain":     {`PATIENCE=0; up() { wait_for 60 "the disk" sh -c "echo it burns >&2; exit 1"; }`, "error: the disk: not there after 0 s; the last try said: it burns\n"},
		"a full disk":            {`up() { if write_file /dev/full/x 0600 <<<y; then :; fi; }`, "error: /dev/full/x: cannot be written\n"},
	} {
		got, status, _ := end(t, tc.body)
		if status == 0 || !strings.HasSuffix(got, tc.want) || strings.Count(got, "error: ") != 1 {
			t.Errorf("%s: got status %d and %q, want %q", name, status, got, tc.want)
		}
	}
}

func TestWriteFile(t *testing.T) {
	out, _, dir := end(t, `up() {
		echo left by a run that was killed >f.new; chmod 0666 f.new
		if write_file f 0600 <<<one; then say changed; fi
		if write_file f 0600 <<<one; then say changed again; fi
		if write_file f 0644 <<<one; then say mode; fi
		if write_file f 0644 <<<two; then say text; fi
	}`)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "f"))
	if err != nil {
		t.Fatal(err)
	}
	if out != "changed\nmode\ntext\n" || string(text) != "two\n" || len(files) != 1 {
		t.Errorf("got %q, text %q and files %q, want three changes and one file", out, text, files)
	}
}

// Packages that are there are left alone; the rest are installed, and nothing that Debian merely recommends with them.
func TestInstallPackages(t *testing.T) {
	const system = `PATIENCE=0
		dpkg-query() { [[ ${*: -1} == there ]] && printf installed; }
		dpkg() { say "dpkg $*"; }
		apt-get() { [[ $* != *update ]] || return 0; printf '%s\n' "apt-get $*" >>asked; [[ $* != *broken* ]]; }
	`
	for name, tc := range map[string]struct{ packages, want, asked string }{
		"all there":   {"there", "", ""},
		"one missing": {"there new", "packages: installing new\n", "apt-get --quiet=2 --option DPkg::Lock::Timeout=0 install --yes --no-install-recommends new\n"},
		"one broken":  {"broken new", "packages: installing broken new\nerror: packages: broken new cannot be installed\n", "apt-get --quiet=2 --option DPkg::Lock::Timeout=0 install --yes --no-install-recommends broken new\n"},
	} {
		got, status, dir := end(t, system+"up() { install_packages "+tc.packages+"; }")
		asked, err := os.ReadFile(filepath.Join(dir, "asked"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if got != tc.want || string(asked) != tc.asked || (status == 0) != (name != "one broken") {
			t.Errorf("%s: got status %d, %q and %q, want %q and %q", name, status, got, asked, tc.want, tc.asked)
		}
	}
}

// A client that is gone takes the reader of the output with it; what the script has begun it ends.
func TestScriptOutlivesItsReader(t *testing.T) {
	args := validArgs()
	args.Body, args.Settings = `up() { until [[ -e go ]]; do sleep 0.01; done; say one; say two; touch done; die three; }`, nil
	_, text := stdin(t, args)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "-s", "--", "up")
	cmd.Stdin, cmd.Dir = strings.NewReader(strings.Replace(text, "\none_at_a_time\n", "\n", 1)), t.TempDir()
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(read.Close(), write.Close(), os.WriteFile(filepath.Join(cmd.Dir, "go"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 3 {
		t.Errorf("got %v, want the status of die", err)
	}
	if _, err := os.Stat(filepath.Join(cmd.Dir, "done")); err != nil {
		t.Errorf("got %v, want the script to have gone on", err)
	}
}
