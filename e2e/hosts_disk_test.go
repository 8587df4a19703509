package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// volumes runs the mount script against a second volume, at a mount point of its own.
func (h *hosts) volumes(t *testing.T) {
	client := h.Hetzner()
	made, _, err := client.Volume.Create(t.Context(), hcloud.VolumeCreateOpts{Name: "late", Size: 10, Location: &hcloud.Location{Name: "nbg1"}})
	if err == nil {
		err = client.Action.WaitFor(t.Context(), append(made.NextActions, made.Action)...)
	}
	if err != nil {
		t.Fatal(err)
	}
	device := fmt.Sprintf("/dev/disk/by-id/scsi-0HC_Volume_%d", made.Volume.ID)
	settings := map[string]string{"DEVICE": device, "MOUNT_POINT": "/mnt/late", "SIZE_GB": "10", "FILESYSTEM_UUID": "00000000-0000-5000-8000-000000000001"}
	with := func(key, value string) map[string]string {
		s := map[string]string{key: value}
		for k, v := range settings {
			s[k] = v
		}
		return s
	}
	h.refused(t, "data-mount", with("PATIENCE", "1"), "volume "+device+": not there after 1 s")

	late := make(chan error, 1)
	text := h.text(t, "data-mount", settings)
	go func() {
		_, err := h.SSHInput("bash -s -- up # data-mount", text)
		late <- err
	}()
	h.await(t, "the script at work", "! flock --nonblock /run/lvs-cloud.lock true")
	attach, _, err := client.Volume.AttachWithOpts(t.Context(), made.Volume, hcloud.VolumeAttachOpts{Server: h.server(t)})
	if err == nil {
		err = client.Action.WaitFor(t.Context(), attach)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := <-late; err != nil {
		t.Fatal(err)
	}
	h.host(t, "mountpoint -q /mnt/late && echo kept >/mnt/late/file && systemctl stop mnt-late.mount")

	h.host(t, "blockdev --setro "+device)
	h.refused(t, "data-mount", settings, "/mnt/late: not mounted", "write-protected")
	h.host(t, "! mountpoint -q /mnt/late && blockdev --setrw "+device)

	// A superblock that is damaged is not one of ours any more, and far from blank.
	h.host(t, "dd if="+device+" of=/run/superblock bs=512 count=1 status=none; printf damaged | dd of="+device+" bs=1 seek=40 conv=notrunc status=none")
	h.refused(t, "data-mount", settings, device, "nothing was changed")
	h.host(t, "dd if=/run/superblock of="+device+" bs=512 conv=notrunc status=none")
	must[string](t)(h.script(t, "data-mount", settings))
	if got := h.host(t, "cat /mnt/late/file"); got != "kept" {
		t.Errorf("got %q, want what was on the volume", got)
	}
	must[string](t)(h.SSHInput("bash -s -- down # data-mount", strings.Replace(text, "stop_unit k3s.service", ":", 1)))
	h.host(t, "rm -f /etc/systemd/system/mnt-late.mount && systemctl daemon-reload && systemctl --quiet is-active k3s.service")
	h.deleteVolume(t, made.Volume)
}

// packages plays what Debian's package manager meets on a server, with a repository of the server's own.
func (h *hosts) packages(t *testing.T) {
	h.host(t, `set -e; mkdir -p /srv/repo/probe/DEBIAN && cd /srv/repo
		printf 'Package: probe\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n' >probe/DEBIAN/control
		# The first configuration of the package ends with its package manager.
		printf '#!/bin/bash\nif rm /srv/once 2>/dev/null; then kill -KILL $PPID; fi\n' >probe/DEBIAN/postinst
		chmod 0755 probe/DEBIAN/postinst && touch /srv/once
		dpkg-deb --build --root-owner-group probe probe.deb >/dev/null
		(cat probe/DEBIAN/control; printf 'Filename: ./probe.deb\nSize: %d\nSHA256: %s\n' $(stat -c %s probe.deb) $(sha256sum probe.deb | cut -d ' ' -f 1)) >Packages
		echo 'deb [trusted=yes] file:/srv/repo ./' >/etc/apt/sources.list.d/probe.list`)
	with := func(packages string) map[string]string {
		return map[string]string{"PACKAGES": packages, "PATIENCE": "1"}
	}
	t.Run("lists that cannot be fetched are named with the reason", func(t *testing.T) {
		h.refused(t, "node-prepare", with("nowhere"), "packages: nowhere cannot be installed", "deb.debian.org")
	})
	for _, lock := range [][2]string{{"package lists (apt-get update)", "/var/lib/apt/lists/lock"}, {"package database", "/var/lib/dpkg/lock"}} {
		name, file := lock[0], lock[1]
		t.Run("a lock on "+file+" is waited for", func(t *testing.T) {
			h.host(t, `systemd-run --quiet --unit=locker python3 -c 'import fcntl, time; f = open("`+file+`", "w"); fcntl.lockf(f, fcntl.LOCK_EX); open("/run/locked", "w"); time.sleep(3600)'`)
			h.await(t, "the lock", "test -e /run/locked")
			h.refused(t, "node-prepare", with("probe"), name, "lock")
			h.host(t, "systemctl stop locker.service; rm /run/locked")
		})
	}
	t.Run("an installation that was cut off is finished", func(t *testing.T) {
		h.refused(t, "node-prepare", with("probe"), "packages: probe cannot be installed")
		if got := h.host(t, "dpkg-query --show --showformat='${db:Status-Status}' probe"); got != "half-configured" {
			t.Fatalf("got the package %s, want it half-configured", got)
		}
		must[string](t)(h.script(t, "node-prepare", with("probe")))
	})
	h.host(t, "dpkg --purge probe; rm -r /srv/repo /etc/apt/sources.list.d/probe.list; apt-get --quiet=2 update || true")
}
