package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// growth is the scenario of one cloud that grows in place; its steps build on each other.
type growth struct{ machine }

// TestGrowth makes one cloud larger, and smaller again, and upgrades it, each by one configuration change and one up.
func TestGrowth(t *testing.T) {
	cloud := take(t, "growth", t.TempDir())
	g := &growth{machine{Cloud: cloud}}
	follow(t,
		step{"up", g.begin},
		step{"a larger volume grows while k3s runs", g.largerVolume},
		step{"a smaller volume is refused by the preview", g.smallerVolume},
		step{"a sold-out type leaves a way back", g.soldOut},
		step{"a larger server rests before its power goes", g.largerServer},
		step{"a hard power-off is survived", g.powerOff},
		step{"the server gets its old type back", g.smallerServer},
		step{"a version that skips a minor is refused", g.skippedMinor},
		step{"a failed upgrade is undone, with the data of before", g.failedUpgrade},
		step{"the same command upgrades later", g.upgrade},
	)
}

func (g *growth) begin(t *testing.T) {
	if err := g.Configure("v1.36.4+k3s1", "k3s", "version"); err != nil {
		t.Fatal(err)
	}
	must[string](t)(g.Pulumi("up", "--yes"))
	g.remember(t)
}

// change makes one configuration change, checks that exactly these resources are planned to be updated, and updates.
// Nothing is then left to change.
func (g *growth) change(t *testing.T, value any, path []string, resources ...string) {
	t.Helper()
	if err := g.Configure(value, path...); err != nil {
		t.Fatal(err)
	}
	var planned []string
	for _, s := range must[[]string](t)(g.Steps()) {
		if step := strings.Fields(s); !strings.HasPrefix(step[1], "lvs-cloud:components:") {
			planned = append(planned, step[0]+" "+step[2])
		}
	}
	slices.Sort(planned)
	if !slices.Equal(planned, resources) {
		t.Errorf("plan: got %q, want %q", planned, resources)
	}
	must[string](t)(g.Pulumi("up", "--yes"))
	must[string](t)(g.Pulumi("preview", "--expect-no-changes"))
	g.recall(t)
}

// refused checks that a command ends with the message and changes nothing.
func (g *growth) refused(t *testing.T, message string, args ...string) {
	t.Helper()
	before := must[[]string](t)(g.Inventory())
	if _, err := g.Pulumi(args...); err == nil || !strings.Contains(err.Error(), message) {
		t.Errorf("%s: got %v, want it refused with %q", args[0], err, message)
	}
	if after := must[[]string](t)(g.Inventory()); !slices.Equal(before, after) {
		t.Errorf("got the inventory\n%s\nwant it as before\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
}

// k3sRun identifies one run of k3s.
func (g *growth) k3sRun(t *testing.T) string {
	t.Helper()
	return must[string](t)(g.SSH("systemctl show k3s.service --property MainPID,ExecMainStartTimestamp,NRestarts"))
}

var sizeGB, serverType, k3sVersion = []string{"volume", "sizeGB"}, []string{"server", "type"}, []string{"k3s", "version"}

// resized is what changes with the type of the server: the host, and with the profile the size of every service.
var resized = []string{
	"update authentication", "update authentication-store", "update certificates-manager", "update flux-instance", "update flux-operator",
	"update grafana", "update ingress-traefik", "update k3s-install", "update logs-alloy", "update logs-loki", "update monitoring",
	"update monitoring-node", "update node", "update node-prepare", "update node-rest", "update postgres", "update postgres-operator",
	"update registry", "update storage-defaults", "update storage-longhorn",
}

func (g *growth) largerVolume(t *testing.T) {
	before := g.k3sRun(t)
	g.change(t, 60, sizeGB, "update data", "update data-mount", "update storage-longhorn")
	if after := g.k3sRun(t); after != before {
		t.Errorf("k3s: got %q, want it untouched, %q", after, before)
	}
	// XFS keeps a little of the 60 GiB for itself.
	if got := must[string](t)(g.SSH("df --output=fstype,size --block-size=1G /data | tail -n 1")); strings.Join(strings.Fields(got), " ") != "xfs 60" {
		t.Errorf("file system: got %q, want xfs 60", got)
	}
}

func (g *growth) smallerVolume(t *testing.T) {
	if err := g.Configure(59, sizeGB...); err != nil {
		t.Fatal(err)
	}
	const want = "volume.sizeGB: got 59, want at least the 60 that it has"
	g.refused(t, want, "preview")
	g.refused(t, want, "up", "--yes", "--skip-preview")
	if err := g.Configure(60, sizeGB...); err != nil {
		t.Fatal(err)
	}
}

// soldOut plays the worst moment: the machine rests and is off, and then the type cannot be had.
func (g *growth) soldOut(t *testing.T) {
	g.faults(t, Fault{Effect: "sold_out", ServerType: "cx33"})
	if err := g.Configure("cx33", serverType...); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Pulumi("up", "--yes"); err == nil || !strings.Contains(err.Error(), "resource_unavailable") {
		t.Fatalf("got %v, want Hetzner's own refusal", err)
	}
	// The way back: power it on, take the type back, up.
	g.power(t, (*hcloud.ServerClient).Poweron)
	g.awaitSSH(t)
	if err := g.Configure("cx23", serverType...); err != nil {
		t.Fatal(err)
	}
	must[string](t)(g.Pulumi("up", "--yes"))
	g.recall(t)
	g.faults(t)
}

// witness is a unit that lives on the volume as k3s does, and says whether it was ever stopped in order. Beside it runs
// what k3s leaves behind when it stops, with files of the volume open that systemd knows nothing of: a shim, a container.
const witness = `cat >/etc/systemd/system/witness.service <<'UNIT'
[Unit]
BindsTo=data.mount
After=data.mount
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=rm -f /data/witness
ExecStop=sh -c 'echo in order >/data/witness'
UNIT
systemctl daemon-reload
systemctl start witness.service
mkdir -p /var/lib/rancher/k3s/data/x/bin && cp /usr/bin/sleep /var/lib/rancher/k3s/data/x/bin/containerd-shim
run='cd /var/lib/rancher/k3s/storage && exec "$@" 3600'
systemd-run --quiet sh -c "$run" - /var/lib/rancher/k3s/data/x/bin/containerd-shim
systemd-run --quiet --slice=kubepods-twin.slice sh -c "$run" - sleep`

func (g *growth) largerServer(t *testing.T) {
	out := must[string](t)
	out(g.SSH(witness))
	boot := out(g.SSH("cat /proc/sys/kernel/random/boot_id; systemctl show --property UserspaceTimestamp"))
	g.change(t, "cx33", serverType, resized...)
	if got := out(g.SSH("cat /data/witness")); got != "in order" {
		t.Errorf("got %q, want what lives on the volume stopped before the power goes", got)
	}
	if got := out(g.SSH("cat /proc/sys/kernel/random/boot_id; systemctl show --property UserspaceTimestamp")); got == boot {
		t.Errorf("got %q before and after, want the server booted anew", got)
	}
	g.checkServer(t, "cx33")
}

// checkServer looks at the server through Hetzner's API: its type, and the disk that lets it go back.
func (g *growth) checkServer(t *testing.T, name string) {
	t.Helper()
	s := g.server(t)
	if s.ServerType.Name != name || s.PrimaryDiskSize != 40 || s.Status != hcloud.ServerStatusRunning {
		t.Errorf("got a %s with %d GB, %s, want a %s with 40 GB, running", s.ServerType.Name, s.PrimaryDiskSize, s.Status, name)
	}
	g.checkNode(t, "v1.36.4+k3s1")
}

func (g *growth) powerOff(t *testing.T) {
	g.power(t, (*hcloud.ServerClient).Poweroff)
	g.power(t, (*hcloud.ServerClient).Poweron)
	g.awaitSSH(t)
	must[string](t)(g.SSH("timeout 120 sh -c 'until k3s kubectl wait --for=condition=Ready node --all --timeout=60s; do sleep 1; done' 2>/dev/null"))
	g.recall(t)
}

func (g *growth) smallerServer(t *testing.T) {
	g.change(t, "cx23", serverType, resized...)
	g.checkServer(t, "cx23")
}

func (g *growth) skippedMinor(t *testing.T) {
	if err := g.Configure("v1.36.5+k3s1", k3sVersion...); err != nil {
		t.Fatal(err)
	}
	before := g.k3sRun(t)
	// The volume knows better than the state: a cloud that was lost may come back with an old volume.
	must[string](t)(g.SSH("cp /data/k3s/version /root/version && echo v1.34.8+k3s1 >/data/k3s/version"))
	_, err := g.Pulumi("up", "--yes")
	if want := "got v1.36.5+k3s1 after v1.34.8+k3s1, want a release of v1.34 or v1.35 next"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	must[string](t)(g.SSH("mv /root/version /data/k3s/version; test ! -e /data/k3s/snapshots"))
	if after := g.k3sRun(t); after != before {
		t.Errorf("k3s: got %q, want it untouched, %q", after, before)
	}
	// The state knows before anything is asked of the server.
	state := must[string](t)(g.Pulumi("stack", "export", "--stack", Stack))
	g.importState(t, strings.ReplaceAll(state, "VERSION='v1.36.4+k3s1'", "VERSION='v1.38.0+k3s1'"))
	g.refused(t, "k3s.version: got v1.36.5+k3s1 after v1.38.0+k3s1, want a release of v1.38 or v1.39 next", "preview")
	g.importState(t, state)
}

func (g *growth) failedUpgrade(t *testing.T) {
	g.releases(t, "v1.36.4+k3s1", "v1.36.5+k3s1=broken")
	_, err := g.Pulumi("up", "--yes")
	for _, want := range []string{
		"error: k3s: v1.36.5+k3s1 did not become ready; v1.36.4+k3s1 runs again",
		"this release is marked as broken",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("got %v, want %q", err, want)
		}
	}
	g.checkNode(t, "v1.36.4+k3s1")
	g.recall(t)
	if got := must[string](t)(g.SSH("cat /data/k3s/version; ls /data/k3s; systemctl is-active k3s.service")); !strings.HasPrefix(got, "v1.36.4+k3s1\n") ||
		strings.Contains(got, "upgrading") || strings.Contains(got, "restoring") || !strings.HasSuffix(got, "\nactive") {
		t.Errorf("got %q, want the old version recorded and running, and nothing left undone", got)
	}
}

func (g *growth) upgrade(t *testing.T) {
	g.releases(t, "v1.36.4+k3s1", "v1.36.5+k3s1")
	// One snapshot is there from the failed upgrade; with an older one there is one too many after this.
	must[string](t)(g.SSH("mkdir /data/k3s/snapshots/20200101T000000Z-v1.36.3+k3s1"))
	must[string](t)(g.Pulumi("up", "--yes"))
	g.checkNode(t, "v1.36.5+k3s1")
	g.recall(t)
	kept := strings.Fields(must[string](t)(g.SSH("ls /data/k3s/snapshots")))
	if len(kept) != 2 || !strings.HasSuffix(kept[0], "-v1.36.4+k3s1") || !strings.HasSuffix(kept[1], "-v1.36.4+k3s1") {
		t.Errorf("snapshots: got %q, want the newest two", kept)
	}
}

// releases rewrites what the twin's artifact server has.
func (g *growth) releases(t *testing.T, versions ...string) {
	t.Helper()
	file := filepath.Join(g.Env("TWIN_STATE"), "artifacts.json")
	var table map[string]any
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &table)
	}
	if err != nil {
		t.Fatal(err)
	}
	table["Versions"] = versions
	if text, err = json.Marshal(table); err == nil {
		err = os.WriteFile(file, text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (g *growth) importState(t *testing.T, state string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(file, []byte(state), 0o600); err != nil {
		t.Fatal(err)
	}
	must[string](t)(g.Pulumi("stack", "import", "--stack", Stack, "--file", file))
}

func (g *growth) server(t *testing.T) *hcloud.Server {
	t.Helper()
	servers := must[[]*hcloud.Server](t)(g.Hetzner().Server.All(t.Context()))
	if len(servers) != 1 {
		t.Fatalf("got %d servers, want one", len(servers))
	}
	return servers[0]
}

// power uses the buttons of the server, as a console would.
func (g *growth) power(t *testing.T, press func(*hcloud.ServerClient, context.Context, *hcloud.Server) (*hcloud.Action, *hcloud.Response, error)) {
	t.Helper()
	client := g.Hetzner()
	action, _, err := press(&client.Server, t.Context(), g.server(t))
	if err == nil {
		err = client.Action.WaitFor(t.Context(), action)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (g *growth) awaitSSH(t *testing.T) {
	t.Helper()
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if _, err = g.SSH("true"); err == nil {
			return
		}
	}
	t.Fatal(fmt.Errorf("ssh after a minute: %w", err))
}
