package storage

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/script"
	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

// hostCommands stand in for what acts on a real host; each says what it was asked for.
const hostCommands = `
initiator_file=$MOUNT_POINT/../iscsi/initiatorname.iscsi modules_file=$MOUNT_POINT/../modules.conf multipath_file=$MOUNT_POINT/../multipath.conf
install_packages() { say "install $*"; }
mountpoint() { [[ -z ${UNMOUNTED:-} ]]; }
systemd-detect-virt() { [[ -n ${CONTAINER:-} ]]; }
iscsi-iname() { echo "iqn.1993-08.org.debian:01:made"; }
modprobe() { say "modprobe $*"; [[ -z ${NO_MODULE:-} ]]; }
journalctl() { echo "no netlink"; }
systemctl() {
	case "$*" in
	cat*) [[ -n ${MULTIPATH:-} ]] ;;
	start*) [[ -z ${NO_START:-} ]] && say "$*" ;;
	*) say "$*" ;;
	esac
}
`

// prepare runs host.sh with these settings in a folder, as a server's shell would, and returns what it says and its status.
func prepare(t *testing.T, dir string, settings map[string]string) (string, int) {
	t.Helper()
	all := map[string]string{"SERVER_ID": "7", "PACKAGES": "open-iscsi other", "MOUNT_POINT": dir + "/data", "DATA_PATH": dir + "/data/longhorn"}
	for k, v := range settings {
		all[k] = v
	}
	cmd := exec.Command("bash", "-s", "--", "up")
	// The lock is that of a machine's scripts; this machine's own are not waited for.
	cmd.Stdin = strings.NewReader(strings.Replace(script.Text(all, hostScript+hostCommands), "\none_at_a_time\n", "\n", 1))
	out, err := cmd.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// host makes a folder with a data volume, and an initiator's file if there is a text for it.
func host(t *testing.T, initiator string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "iscsi"), 0o755); err != nil {
		t.Fatal(err)
	}
	if initiator != "" {
		if err := os.WriteFile(filepath.Join(dir, "iscsi", "initiatorname.iscsi"), []byte(initiator), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

func TestHostIsPrepared(t *testing.T) {
	dir := host(t, "")
	for run, first := range []string{"iscsi: named iqn.1993-08.org.debian:01:made\n", ""} {
		got, status := prepare(t, dir, nil)
		want := "install open-iscsi other\n" + first + "--quiet enable iscsid.service\nstart iscsid.service\n" +
			"storage: server 7 is ready for Longhorn, which keeps its data in " + dir + "/data/longhorn\n"
		if got != want || status != 0 {
			t.Errorf("run %d: got status %d and %q, want %q", run+1, status, got, want)
		}
	}
	for name, want := range map[string]string{
		"iscsi/initiatorname.iscsi": "InitiatorName=iqn.1993-08.org.debian:01:made\n", "modules.conf": "iscsi_tcp\n", "multipath.conf": "",
	} {
		if got := read(t, dir, name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	folder, err := os.Stat(filepath.Join(dir, "data/longhorn"))
	if err != nil || folder.Mode() != os.ModeDir|0o700 {
		t.Errorf("got folder %v (%v), want one for root alone", folder, err)
	}
}

func TestHostKeepsItsName(t *testing.T) {
	const named = "## DO NOT EDIT\nInitiatorName=iqn.1993-08.org.debian:01:mine\n"
	for given, want := range map[string]string{
		named: named, "GenerateName=yes\n": "InitiatorName=iqn.1993-08.org.debian:01:made\n", "InitiatorName=\n": "InitiatorName=iqn.1993-08.org.debian:01:made\n",
	} {
		dir := host(t, given)
		out, status := prepare(t, dir, nil)
		if got := read(t, dir, "iscsi/initiatorname.iscsi"); got != want || status != 0 {
			t.Errorf("given %q: got status %d, %q and %q, want %q", given, status, out, got, want)
		}
	}
}

func TestHostWithMultipath(t *testing.T) {
	dir := host(t, "")
	out, status := prepare(t, dir, map[string]string{"MULTIPATH": "1"})
	if !strings.Contains(out, "try-reload-or-restart multipathd.service\n") || status != 0 {
		t.Errorf("got status %d and %q, want multipathd told", status, out)
	}
	if got, want := read(t, dir, "multipath.conf"), "blacklist {\ndevnode \"^sd[a-z0-9]+\"\n}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A container shares the kernel of its host: all is written, and nothing started.
func TestHostInAContainer(t *testing.T) {
	dir := host(t, "")
	out, status := prepare(t, dir, map[string]string{"CONTAINER": "1", "NO_MODULE": "1", "NO_START": "1"})
	if status != 0 || !strings.Contains(out, "iscsi: configured; not started") || strings.Contains(out, "iscsid.service") {
		t.Errorf("got status %d and %q, want nothing started", status, out)
	}
	if got := read(t, dir, "modules.conf"); got != "iscsi_tcp\n" {
		t.Errorf("got %q, want the module named for the next start", got)
	}
}

func TestEveryFailureHasOneMessage(t *testing.T) {
	for name, c := range map[string]struct {
		settings map[string]string
		want     string
		changed  bool
	}{
		"no volume": {map[string]string{"UNMOUNTED": "1"}, "/data: got no data volume mounted, want it before Longhorn; nothing was changed\n", false},
		"elsewhere": {map[string]string{"DATA_PATH": "/var/lib/longhorn"}, "error: /var/lib/longhorn: got a folder elsewhere, want one on the data volume at ", false},
		"no module": {map[string]string{"NO_MODULE": "1"}, " has no such module (modprobe iscsi_tcp); install linux-image-amd64 and start the server again, or choose local-path for storage\n", true},
		"no start":  {map[string]string{"NO_START": "1"}, "error: iscsid: did not start: no netlink\n", true},
	} {
		dir := host(t, "")
		out, status := prepare(t, dir, c.settings)
		if status == 0 || !strings.Contains(out, c.want) || strings.Count(out, "error: ") != 1 {
			t.Errorf("%s: got status %d and %q, want %q", name, status, out, c.want)
		}
		if changed := read(t, dir, "modules.conf") != ""; changed != c.changed || strings.Contains(out, "install") && !c.changed {
			t.Errorf("%s: got %q and changed %t, want %t", name, out, changed, c.changed)
		}
	}
}

func TestHostKnowsItsServer(t *testing.T) {
	g := graph.CheckComponent(t, program(valid(footprint.Lean)))
	got := g.Get(t, scriptToken, "storage-host").Inputs["stdin"].StringValue()
	for _, want := range []string{"SERVER_ID='7'\n", "PACKAGES='open-iscsi'\n", "MOUNT_POINT='/data'\n", "DATA_PATH='/data/longhorn'\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("got no %q in the settings, want it", want)
		}
	}
	args := valid(footprint.Lean)
	args.ServerID = pulumi.Int(8)
	other := graph.CheckComponent(t, program(args)).Get(t, scriptToken, "storage-host").Inputs["stdin"].StringValue()
	if other == got {
		t.Errorf("got the same script for another server, want it prepared anew")
	}
}
