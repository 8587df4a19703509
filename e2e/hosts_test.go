package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// hosts is the scenario of one cloud whose server fails in every way; its steps build on each other.
type hosts struct{ growth }

// TestHosts breaks each host script where it hurts. Each fault ends in one message, and the same command then succeeds.
func TestHosts(t *testing.T) {
	cloud := take(t, "hosts", t.TempDir())
	h := &hosts{growth{machine{Cloud: cloud}}}
	follow(t,
		step{"a new server that refuses SSH is waited for, and a cut connection is an error", h.refusesSSH},
		step{"each script of a new cloud is cut off, and the next up goes on", h.cutOff},
		step{"packages", h.packages},
		step{"a volume that comes late, never, or read-only", h.volumes},
		step{"a download that fails leaves k3s as it is", h.downloads},
		step{"a full root disk leaves k3s as it is", h.fullRoot},
		step{"a full volume leaves the old version running", h.fullVolume},
		step{"a configuration that was written and not read is read", h.configurationNotRead},
		step{"the way back is cut off and finished", h.cutPutBack},
		step{"an upgrade that was ready is not taken back", h.cutSettle},
		step{"the power fails in the middle of an upgrade", h.powerFails},
		step{"a server that is put to rest is cut off", h.cutRest},
		step{"what takes everything down is cut off", h.cutDown},
		step{"nothing is left over", h.nothingLeft},
	)
}

// refusesSSH plays the first half-minute of a server: it exists, and its port is closed.
func (h *hosts) refusesSSH(t *testing.T) {
	if err := h.Configure("v1.36.4+k3s1", k3sVersion...); err != nil {
		t.Fatal(err)
	}
	up := h.begin()
	h.await(t, "a server", `nft -f - <<<'table inet refuse { counter dials {}; chain input { type filter hook input priority 0; tcp dport 22 tcp flags syn counter name dials reject with tcp reset; }; }'`)
	h.await(t, "10 refused dials", `(($(nft list counter inet refuse dials | sed -n 's/.*packets \([0-9]*\).*/\1/p') >= 10))`)
	h.trip(t, "install", "*/root/.ssh", dropped)
	h.host(t, "nft delete table inet refuse")
	wantLost(t, up.wait(t), "node-prepare")
	h.sprung(t, "install")
}

// wantLost checks the message about a connection that went in the middle of a script.
func wantLost(t *testing.T, err error, name string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), `exited without exit status or exit signal: running "bash -s -- up # `+name+`"`) {
		t.Fatalf("got %v, want the lost connection to end %s with an error", err, name)
	}
}

// cutOff stops every script of the first up but node-prepare, one after the other: each up gets one script further.
func (h *hosts) cutOff(t *testing.T) {
	for _, cut := range []struct{ script, command, pattern, action, again string }{
		{"data-mount", "mkfs.xfs", "*", halfFormatted, ""},
		{"data-mount", "chattr", "*/data", killed, "formatting was cut off"},
		{"k3s-write-token", "chmod", "*k3s/token.new", killed, "volume: mounted"},
		{"k3s-install", "sync", "*/k3s.new", dropped, ""},
		{"k3s-kubeconfig", "base64", "-d", dropped, "k3s: starting"},
	} {
		t.Run(cut.script+" at "+cut.command, func(t *testing.T) {
			h.trip(t, cut.command, cut.pattern, cut.action)
			out, err := h.Pulumi("up", "--yes")
			if cut.action == dropped {
				wantLost(t, err, cut.script)
			} else if want := `running "bash -s -- up # ` + cut.script; err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("got %v, want %q", err, want)
			}
			h.sprung(t, cut.command)
			if !strings.Contains(out, cut.again) || cut.script == "k3s-write-token" && strings.Contains(out, "formatting") {
				t.Errorf("got\n%s\nwant it to say %q, and no disk formatted twice", out, cut.again)
			}
			if cut.script == "k3s-install" { // the script does not need its client
				h.await(t, "k3s ready without the next up", "test -s /data/k3s/version")
			}
		})
	}
	must[string](t)(h.Pulumi("up", "--yes"))
	h.remember(t)
	h.checkNode(t, "v1.36.4+k3s1")
	if got := h.host(t, "xfs_db -r -c 'sb 0' -c 'print inprogress' /dev/disk/by-id/scsi-0HC_Volume_*; ls /data/k3s | grep new || true"); got != "inprogress = 0" {
		t.Errorf("got %q, want a whole file system and no half-written file", got)
	}
	// A script that finds another at work waits for it, and says which it was when it has waited long enough.
	h.host(t, "systemd-run --quiet --unit=other flock /run/lvs-cloud.lock sleep 3600")
	h.await(t, "the lock held", "! flock --nonblock /run/lvs-cloud.lock true")
	h.refused(t, "data-mount", map[string]string{"PATIENCE": "1"}, "/run/lvs-cloud.lock: still held by an earlier run of a host script")
	h.host(t, "systemctl stop other.service")
}

// powerFails pulls the plug while k3s is stopped and its snapshot is being made.
func (h *hosts) powerFails(t *testing.T) {
	if err := h.Configure("v1.36.5+k3s1", k3sVersion...); err != nil {
		t.Fatal(err)
	}
	h.trip(t, "cp", `*/snapshots/part/server`, hung)
	up := h.begin()
	h.await(t, "the script in the middle of its snapshot", "test -e /run/tripped")
	h.power(t, (*hcloud.ServerClient).Poweroff)
	wantLost(t, up.wait(t), "k3s-install")
	h.power(t, (*hcloud.ServerClient).Poweron)
	h.awaitSSH(t)
	h.await(t, "the old version ready again", "k3s kubectl wait --for=condition=Ready node --all --timeout=60s")
	h.recall(t)
	must[string](t)(h.Pulumi("up", "--yes"))
	h.checkNode(t, "v1.36.5+k3s1")
	h.recall(t)
	h.host(t, "test ! -e /data/k3s/snapshots/part")
}

// cutRest kills node-rest when k3s is stopped and the volume unmounted; the server's type is then not touched.
func (h *hosts) cutRest(t *testing.T) {
	if err := h.Configure("cx33", serverType...); err != nil {
		t.Fatal(err)
	}
	h.trip(t, "findmnt", `*MAJ:MIN*`, killed)
	if _, err := h.Pulumi("up", "--yes"); err == nil || !strings.Contains(err.Error(), `running "bash -s -- up # node-rest"`) {
		t.Fatalf("got %v, want the killed script to end the up", err)
	}
	h.sprung(t, "findmnt")
	if got := h.server(t); got.ServerType.Name != "cx23" || got.Status != hcloud.ServerStatusRunning {
		t.Errorf("got a %s, %s, want a cx23, running", got.ServerType.Name, got.Status)
	}
	must[string](t)(h.Pulumi("up", "--yes"))
	if got := h.server(t); got.ServerType.Name != "cx33" || got.Status != hcloud.ServerStatusRunning {
		t.Errorf("got a %s, %s, want a cx33, running", got.ServerType.Name, got.Status)
	}
	h.recall(t)
}

// cutDown kills what undoes the scripts, which a replaced server runs, and then does them again.
func (h *hosts) cutDown(t *testing.T) {
	for _, cut := range []struct{ script, command, pattern string }{
		{"k3s-install", "systemctl", `*disable\ --now\ lvs-k3s-containers*`},
		{"data-mount", "sync", "*"},
	} {
		text := h.text(t, cut.script, nil)
		h.trip(t, cut.command, cut.pattern, killed)
		if _, err := h.SSHInput("bash -s -- down # "+cut.script, text); err == nil {
			t.Errorf("%s: got success of a script that was killed, want an error", cut.script)
		}
		h.sprung(t, cut.command)
		must[string](t)(h.SSHInput("bash -s -- down # "+cut.script, text))
	}
	// Something that systemd knows nothing of keeps the volume: the message says so.
	must[string](t)(h.script(t, "data-mount", nil))
	h.host(t, "systemd-run --quiet --unit=keeper sh -c 'cd /data && exec sleep 3600'")
	_, err := h.SSHInput("bash -s -- down # data-mount", h.text(t, "data-mount", nil))
	oneMessage(t, err, "data.mount: cannot be stopped", "busy")
	h.host(t, "systemctl stop keeper.service")
	must[string](t)(h.SSHInput("bash -s -- down # data-mount", h.text(t, "data-mount", nil)))
	must[string](t)(h.script(t, "data-mount", nil))
	must[string](t)(h.script(t, "k3s-install", nil))
	h.recall(t)
}

// nothingLeft compares the end with the beginning: no resource twice, no file of a run that was cut off.
func (h *hosts) nothingLeft(t *testing.T) {
	must[string](t)(h.Pulumi("up", "--yes", "--refresh", "--expect-no-changes"))
	var kinds []string
	for _, line := range must[[]string](t)(h.Inventory()) {
		kinds = append(kinds, strings.Fields(line)[0])
	}
	if want := []string{"server", "volume", "primary_ip", "primary_ip", "network", "firewall", "firewall", "ssh_key"}; !slices.Equal(kinds, want) {
		t.Errorf("got %q at Hetzner, want %q", kinds, want)
	}
	if got := h.host(t, "find /etc /usr/local /root /data/k3s -xdev -name '*.new' ! -path '*/server/*'; ls /data/k3s/snapshots | grep part || true"); got != "" {
		t.Errorf("got %q left by runs that were cut off, want nothing", got)
	}
}
