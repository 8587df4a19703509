package k3s

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// steps are upgrades and whether they are refused; upgrade.sh is held against them as well.
var steps = []struct {
	from, to, refused string
}{
	{"v1.36.4+k3s1", "v1.36.4+k3s1", ""},
	{"v1.36.4+k3s1", "v1.36.5+k3s1", ""},
	{"v1.36.5+k3s1", "v1.36.4+k3s1", ""},
	{"v1.36.5+k3s1", "v1.37.1+k3s1", ""},
	{"v1.35.8+k3s1", "v1.37.1+k3s1", "want a release of v1.35 or v1.36 next"},
	{"v1.9.3+k3s1", "v1.36.5+k3s1", "want a release of v1.9 or v1.10 next"},
	{"v1.37.1+k3s1", "v1.36.5+k3s1", "want a release of v1.37 or v1.38 next"},
}

func TestUpgradeGoesOneMinorAtATime(t *testing.T) {
	for _, s := range steps {
		check(t, s.from+" to "+s.to, checkStep(s.from, s.to), s.refused)
	}
}

// The script refuses what the program refuses, by the version that is recorded on the volume.
func TestScriptGoesOneMinorAtATime(t *testing.T) {
	for _, s := range steps {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "k3s"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "k3s", "version"), []byte(s.from+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("bash", "-c", "set -euo pipefail\nmountpoint() { :; }\ndie() { echo \"$*\"; exit 1; }\n"+upgradeScript+"check_step")
		cmd.Env = []string{"MOUNT_POINT=" + dir, "VERSION=" + s.to}
		out, err := cmd.CombinedOutput()
		if err != nil {
			err = errors.New(string(out))
		}
		check(t, s.from+" to "+s.to, err, s.refused)
	}
}

func TestUpgradeIsJudgedByTheState(t *testing.T) {
	inputs := func(version string) resource.PropertyMap {
		return resource.PropertyMap{"stdin": resource.NewProperty("NODE_NAME='x'\nVERSION='" + version + "'\n{\nup() { :; }\n}\n")}
	}
	unknown := resource.PropertyMap{"stdin": resource.MakeComputed(resource.NewProperty(""))}
	check(t, "skip", checkUpgrade(&pulumi.ResourceHookArgs{OldInputs: inputs("v1.34.1+k3s1"), NewInputs: inputs("v1.36.5+k3s1")}), "v1.34 or v1.35")
	check(t, "next", checkUpgrade(&pulumi.ResourceHookArgs{OldInputs: inputs("v1.35.1+k3s1"), NewInputs: inputs("v1.36.5+k3s1")}), "")
	check(t, "unknown", checkUpgrade(&pulumi.ResourceHookArgs{OldInputs: inputs("v1.34.1+k3s1"), NewInputs: unknown}), "")
}

func check(t *testing.T, name string, err error, want string) {
	t.Helper()
	if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("%s: got %v, want %q", name, err, want)
	}
}
