package e2e

import (
	"strings"
	"testing"
)

// releasesWith serves the running release, and others with a fault.
func (h *hosts) releasesWith(t *testing.T, versions ...string) {
	t.Helper()
	h.releases(t, append([]string{"v1.36.4+k3s1"}, versions...)...)
}

func (h *hosts) downloads(t *testing.T) {
	const next, url = "v1.36.5+k3s1", "http://artifacts.twin/k3s-io/k3s/releases/download/v1.36.5%2Bk3s1/"
	untouched := h.k3sUntouched(t)
	h.host(t, `nft -f - <<<'table inet silent { chain out { type filter hook output priority 0; tcp dport 10 drop; }; }'`)
	for _, tc := range []struct{ name, release, base, want, cause string }{
		{"not found", "v1.36.9+k3s1", "", url + "sha256sum-amd64.txt: download failed", "error: 404"},
		{"unavailable", next + "=unavailable", "", url + "sha256sum-amd64.txt: download failed", "error: 503"},
		{"wrong", next + "=wrong", "", url + "k3s: got SHA-256 ", ""},
		{"truncated", next + "=truncated", "", url + "k3s: download failed", ""},
		{"hanging", next + "=hanging", "", url + "k3s: download failed", "Operation too slow"},
		{"down", next, "http://artifacts.twin:9/x", "http://artifacts.twin:9/x/v1.36.5%2Bk3s1/sha256sum-amd64.txt: download failed", ""},
		{"silent", next, "http://artifacts.twin:10/x", "http://artifacts.twin:10/x/v1.36.5%2Bk3s1/sha256sum-amd64.txt: download failed", "Connection timed out after"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h.releasesWith(t, tc.release)
			settings := map[string]string{"VERSION": next, "PATIENCE": "2"}
			if tc.base != "" {
				settings["ARTIFACT_BASE_URL"] = tc.base
			}
			h.refused(t, "k3s-install", settings, tc.want, tc.cause, "nothing was installed")
			untouched()
		})
	}
	h.host(t, "nft delete table inet silent")
	h.releasesWith(t, next)
	h.trip(t, "sync", "*/k3s.new", killed)
	if _, err := h.script(t, "k3s-install", map[string]string{"VERSION": next}); err == nil {
		t.Error("got success of a script that was killed, want an error")
	}
	h.sprung(t, "sync")
	must[string](t)(h.script(t, "k3s-install", nil))
	untouched()
}

// fullRoot makes the places full that the install script writes to on the root disk.
func (h *hosts) fullRoot(t *testing.T) {
	untouched := h.k3sUntouched(t)
	h.releasesWith(t, "v1.36.5+k3s1")
	for _, tc := range []struct{ name, dir, options, want, cause string }{
		{"no room for the binary", "/usr/local/bin", "size=$(($(du -sm /usr/local/bin | cut -f 1) + 9))m", "/k3s: download failed; nothing was installed", "Failure writing output"},
		{"no inode for the configuration", "/etc/rancher/k3s", "nr_inodes=$(find /etc/rancher/k3s | wc -l)", "/etc/rancher/k3s/config.yaml: cannot be written", "No space left on device"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h.host(t, `set -e; mkdir -p /mnt/small; mount -t tmpfs -o "`+tc.options+`" small /mnt/small
				cp -a `+tc.dir+`/. /mnt/small; mount --bind /mnt/small `+tc.dir)
			settings := map[string]string{"VERSION": "v1.36.5+k3s1"}
			if tc.dir != "/usr/local/bin" {
				settings = map[string]string{"CONFIG": h.host(t, "cat /etc/rancher/k3s/config.yaml") + "\n# changed"}
			}
			h.refused(t, "k3s-install", settings, tc.want, tc.cause)
			untouched()
			h.host(t, "umount "+tc.dir+" /mnt/small")
		})
	}
	must[string](t)(h.script(t, "k3s-install", nil))
	untouched()
}

func (h *hosts) fullVolume(t *testing.T) {
	h.host(t, "for size in 32G 16G 8G 4G 2G 1G 512M 256M 128M 64M 32M 16M 8M 4M 2M 1M 512K 256K 128K 64K 32K 16K 8K 4K 4K; do fallocate --length $size /data/filler-$size 2>/dev/null || rm -f /data/filler-$size; done")
	must[string](t)(h.script(t, "data-mount", nil)) // is mounted all the same
	next, untouched := map[string]string{"VERSION": "v1.36.5+k3s1"}, h.k3sUntouched(t)
	h.refused(t, "k3s-install", next, " MB free, want 1024 MB for the snapshot before an upgrade; nothing was changed")
	untouched()
	h.host(t, "rm /data/filler-*")
	h.trip(t, "cp", "*/snapshots/part/server", failed) // it becomes full later
	h.refused(t, "k3s-install", next, "take_snapshot: ", "No space left on device")
	h.sprung(t, "cp")
	h.host(t, "systemctl --quiet is-active k3s.service && test ! -e /data/k3s/snapshots/part && test ! -e /data/k3s/upgrading")
	must[string](t)(h.script(t, "k3s-install", nil))
	h.recall(t)
	h.checkNode(t, "v1.36.4+k3s1")
}

// configurationNotRead kills the script between what it writes and the restart that reads it.
func (h *hosts) configurationNotRead(t *testing.T) {
	before := h.k3sRun(t)
	config := h.host(t, "cat /etc/rancher/k3s/config.yaml")
	settings := map[string]string{"CONFIG": config + "\n# changed"}
	h.trip(t, "systemctl", `*enable\ k3s.service*`, killed)
	if _, err := h.script(t, "k3s-install", settings); err == nil {
		t.Error("got success of a script that was killed, want an error")
	}
	h.sprung(t, "systemctl")
	must[string](t)(h.script(t, "k3s-install", settings))
	after := h.k3sRun(t)
	if after == before {
		t.Errorf("k3s: got it still running as %q, want it restarted with what was written", after)
	}
	must[string](t)(h.script(t, "k3s-install", settings))
	if again := h.k3sRun(t); again != after {
		t.Errorf("k3s: got it restarted once more, as %q, want it left alone", again)
	}
	must[string](t)(h.script(t, "k3s-install", nil))
}

// cutPutBack kills the script while it puts the old version back, between the data and the files.
func (h *hosts) cutPutBack(t *testing.T) {
	h.releasesWith(t, "v1.36.5+k3s1=broken")
	h.trip(t, "cp", `*--remove-destination*`, killed)
	if _, err := h.script(t, "k3s-install", map[string]string{"VERSION": "v1.36.5+k3s1"}); err == nil {
		t.Error("got success of a script that was killed, want an error")
	}
	h.sprung(t, "cp")
	if got := h.host(t, "test -e /data/k3s/restoring && { systemctl start k3s.service 2>&1 || true; systemctl is-active k3s.service || true; }"); !strings.HasSuffix(got, "inactive") {
		t.Errorf("got %q, want k3s not to start on data that is half put back", got)
	}
	must[string](t)(h.script(t, "k3s-install", nil))
	h.host(t, "test ! -e /data/k3s/restoring && test ! -e /data/k3s/upgrading")
	h.recall(t)
	h.checkNode(t, "v1.36.4+k3s1")
}

// cutSettle kills the script after an upgrade has been recorded as ready and before its mark is gone; what is written
// from then on belongs to the new version.
func (h *hosts) cutSettle(t *testing.T) {
	next := map[string]string{"VERSION": "v1.36.5+k3s1"}
	h.releasesWith(t, "v1.36.5+k3s1")
	h.trip(t, "rm", `*/upgrading`, killed)
	if _, err := h.script(t, "k3s-install", next); err == nil {
		t.Error("got success of a script that was killed, want an error")
	}
	h.sprung(t, "rm")
	h.host(t, "test -e /data/k3s/upgrading && k3s kubectl create configmap written-after")
	must[string](t)(h.script(t, "k3s-install", next))
	h.host(t, "test ! -e /data/k3s/upgrading && k3s kubectl get configmap written-after")
	h.recall(t)
	must[string](t)(h.script(t, "k3s-install", nil)) // as the state says; a patch may go back
	h.checkNode(t, "v1.36.4+k3s1")
}
