package k3s

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// onVolume runs a line of upgrade.sh beside a volume with these files, without its way back, and returns what it says.
func onVolume(t *testing.T, version, line string, files map[string]string) (string, string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "k3s"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, "k3s", name), []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("bash", "-c", "set -euo pipefail\ndie() { echo \"$*\"; exit 1; }\n"+upgradeScript+"put_back() { echo put back; }\n"+line)
	cmd.Env = []string{"MOUNT_POINT=" + dir, "VERSION=" + version, "PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out)), dir
}

// An upgrade whose mark was left behind is taken back only while its version was not recorded as ready: later its data
// holds what was written since.
func TestOnlyAnUnfinishedUpgradeIsTakenBack(t *testing.T) {
	const from, to, snapshot = "v1.36.4+k3s1", "v1.36.5+k3s1", "/data/k3s/snapshots/20261123T210000Z-v1.36.4+k3s1"
	for name, tc := range map[string]struct {
		recorded, version, want string
		marked                  bool
	}{
		"cut off, and the old version is wanted again": {from, from, "put back", true},
		"cut off, and tried again":                     {from, to, "", true},
		"ready, and only the mark is left":             {to, to, "", false},
	} {
		got, dir := onVolume(t, tc.version, "finish_put_back", map[string]string{"version": tc.recorded, "upgrading": snapshot})
		_, err := os.Stat(filepath.Join(dir, "k3s", "upgrading"))
		if got != tc.want || (err == nil) != tc.marked {
			t.Errorf("%s: got %q and mark %v, want %q and %t", name, got, err, tc.want, tc.marked)
		}
	}
}

func TestAnUpgradeNeedsRoom(t *testing.T) {
	for name, tc := range map[string]struct{ version, free, want string }{
		"upgrade on a full volume":    {"v1.36.5+k3s1", "3", ": got 3 MB free, want 1024 MB for the snapshot before an upgrade; nothing was changed"},
		"upgrade with room":           {"v1.36.5+k3s1", "1024", ""},
		"no upgrade on a full volume": {"v1.36.4+k3s1", "3", ""},
	} {
		got, _ := onVolume(t, tc.version, "df() { printf 'Avail\\n%5s\\n' "+tc.free+"; }; check_room", map[string]string{"version": "v1.36.4+k3s1"})
		if !strings.HasSuffix(got, tc.want) || tc.want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

// A root disk that never had the version of the snapshot gets its data back, and nothing that would run on it.
func TestAnUpgradeOnANewRootDiskIsTakenBack(t *testing.T) {
	dir := t.TempDir()
	put := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	const snapshot = "k3s/snapshots/20261123T210000Z-v1.36.4+k3s1"
	put(snapshot+"/server/db", "of before")
	put("k3s/server/db", "of the new version")
	put("k3s/server/new", "of the new version")
	put("k3s/version", "v1.36.4+k3s1\n")
	put("k3s/upgrading", filepath.Join(dir, snapshot)+"\n")
	put("bin/k3s", "the new version")
	put("k3s.service", "of the new version")
	if err := os.Mkdir(filepath.Join(dir, snapshot, "root"), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "-c", "set -euo pipefail\nsay() { echo \"$*\"; }\ndie() { echo \"error: $*\"; exit 1; }\nsystemctl() { :; }\njournalctl() { :; }\n"+
		"start() { echo started; }\nreason=\n"+upgradeScript+"binary=$MOUNT_POINT/bin/k3s unit_file=$MOUNT_POINT/k3s.service\nundo 'did not start'")
	cmd.Env = []string{"MOUNT_POINT=" + dir, "VERSION=v1.36.5+k3s1", "PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if err == nil || strings.Contains(string(out), "started") || !strings.Contains(string(out), "which this root disk never had: nothing runs; set k3s.version to it") {
		t.Errorf("got %q (%v), want it to say that nothing runs, and what to do", out, err)
	}
	for path, want := range map[string]string{"k3s/server/db": "of before", "k3s/server/new": "", "bin/k3s": "", "k3s.service": "", "k3s/upgrading": "", "k3s/restoring": ""} {
		text, err := os.ReadFile(filepath.Join(dir, path))
		if string(text) != want || (want == "") != os.IsNotExist(err) {
			t.Errorf("%s: got %q (%v), want %q", path, text, err, want)
		}
	}
}
