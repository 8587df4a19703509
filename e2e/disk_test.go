package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// withoutVolume takes the volume from under a stopped k3s and tries to start it.
func (m *machine) withoutVolume(t *testing.T) {
	out := must[string](t)
	client := m.Hetzner()
	volume, _, err := client.Volume.GetByID(t.Context(), must[int64](t)(strconv.ParseInt(m.volumeID, 10, 64)))
	if err != nil {
		t.Fatal(err)
	}
	server := volume.Server
	out(m.SSH("systemctl stop k3s.service && systemctl stop data.mount"))
	detach, _, err := client.Volume.Detach(t.Context(), volume)
	if err == nil {
		err = client.Action.WaitFor(t.Context(), detach)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := m.SSH("systemctl start k3s.service"); err == nil {
		t.Errorf("got k3s started without its volume (%s), want it refused", got)
	}
	if got := out(m.SSH("systemctl is-active k3s.service || true; ls -A /data /var/lib/rancher/k3s/server /etc/rancher/node | grep -v : || true")); strings.TrimSpace(got) != "inactive" {
		t.Errorf("got %q, want k3s inactive and nothing written to the root disk", got)
	}
	attach, _, err := client.Volume.AttachWithOpts(t.Context(), volume, hcloud.VolumeAttachOpts{Server: server})
	if err == nil {
		err = client.Action.WaitFor(t.Context(), attach)
	}
	if err != nil {
		t.Fatal(err)
	}
	out(m.SSH("systemctl start k3s.service && k3s kubectl wait --for=condition=Ready node/lvs-cloud-twin-node --timeout=60s"))
	m.recall(t)
}

// foreignDisks runs the mount script of the cloud against a second volume with something on it.
func (m *machine) foreignDisks(t *testing.T) {
	out := must[string](t)
	client := m.Hetzner()
	server, _, err := client.Server.GetByName(t.Context(), "lvs-cloud-twin-node")
	if err != nil {
		t.Fatal(err)
	}
	made, _, err := client.Volume.Create(t.Context(), hcloud.VolumeCreateOpts{Name: "foreign", Size: 10, Server: server})
	if err == nil {
		err = client.Action.WaitFor(t.Context(), append(made.NextActions, made.Action)...)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer m.deleteVolume(t, made.Volume)
	device := fmt.Sprintf("/dev/disk/by-id/scsi-0HC_Volume_%d", made.Volume.ID)
	// Everything that a signature can touch: both ends, and the place of the odd byte.
	const ends = "(head -c 33554432 $DISK; tail -c 33554432 $DISK) | sha256sum"
	const clear = "wipefs --all --quiet $DISK; head -c 33554432 /dev/zero >$DISK; head -c 33554432 /dev/zero | dd of=$DISK bs=1M seek=10208 conv=notrunc status=none; "
	for name, tc := range map[string]struct{ make, want string }{
		"ext4":              {"mkfs.ext4 -q -L photos $DISK", "ext4"},
		"another cloud's":   {"mkfs.xfs -q -f -L lvs-data $DISK", "xfs"},
		"a partition table": {"echo ',,L' | sfdisk --quiet --no-reread --no-tell-kernel --label gpt $DISK", "gpt"},
		"a swap":            {"mkswap --quiet $DISK", "swap"},
		"an LVM volume":     {lvm, "LVM2_member"},
		"a RAID member":     {raid, "linux_raid_member"},
		"a LUKS header":     {luks, "crypto_LUKS"},
		"data at the start": {"printf x | dd of=$DISK bs=1 seek=5000000 conv=notrunc status=none", "data without a known signature"},
		"data at the end":   {"printf x | dd of=$DISK bs=1 seek=10737418239 conv=notrunc status=none", "data without a known signature"},
	} {
		t.Run(name, func(t *testing.T) {
			out(m.SSH("DISK=" + device + "; " + clear + tc.make))
			before := out(m.SSH("DISK=" + device + "; " + ends))
			script := m.script(t, map[string]string{
				"SERVER_ID": "1", "DEVICE": device, "MOUNT_POINT": "/mnt/foreign", "SIZE_GB": "10",
				"FILESYSTEM_UUID": "00000000-0000-4000-8000-000000000000",
			}, "volume/mount.sh")
			got, err := m.SSHInput("bash -s -- up", script)
			if err == nil {
				t.Fatalf("got it accepted (%s), want it refused", got)
			}
			for _, want := range []string{device, tc.want, "nothing was changed"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q in it", err, want)
				}
			}
			if after := out(m.SSH("DISK=" + device + "; " + ends)); after != before {
				t.Errorf("got the disk changed, want it as it was")
			}
		})
	}
}

// Signatures of what Debian's image has no tools to make, by their formats' definitions; blkid judges them.
const (
	python = "python3 - $DISK <<'PYTHON'\nimport struct, sys, zlib\ndef write(at, data):\n    with open(sys.argv[1], 'r+b') as disk:\n        disk.seek(at)\n        disk.write(data)\n"
	// Source: https://gitlab.com/lvmteam/lvm2/-/blob/main/lib/format_text/layout.h
	lvm = python + `
body = (struct.pack("<I8s32s", 32, b"LVM2 001", b"a" * 32)).ljust(492, b"\0")
write(512, struct.pack("<8sQI", b"LABELONE", 1, zlib.crc32(body, 0xf597a6cf ^ 0xffffffff) ^ 0xffffffff) + body)
PYTHON`
	// Source: https://docs.kernel.org/admin-guide/md.html and include/uapi/linux/raid/md_p.h
	raid = python + `
block = bytearray(258)
struct.pack_into("<II", block, 0, 0xa92b4efc, 1)
block[16:32] = b"b" * 16
struct.pack_into("<QQQ", block, 128, 2048, 1 << 20, 8)
struct.pack_into("<I", block, 220, 1)
total = sum(struct.unpack("<64I", block[:256])) + struct.unpack("<H", block[256:])[0]
struct.pack_into("<I", block, 216, ((total & 0xffffffff) + (total >> 32)) & 0xffffffff)
write(4096, block)
PYTHON`
	// Source: https://gitlab.com/cryptsetup/cryptsetup/-/wikis/LUKS-standard/on-disk-format.pdf
	luks = python + `
write(0, struct.pack(">6sH", b"LUKS\xba\xbe", 1))
write(168, b"11111111-2222-4333-8444-555555555555")
PYTHON`
)

func (m *machine) deleteVolume(t *testing.T, volume *hcloud.Volume) {
	t.Helper()
	client := m.Hetzner()
	detach, _, err := client.Volume.Detach(t.Context(), volume)
	if err == nil {
		err = client.Action.WaitFor(t.Context(), detach)
	}
	if err == nil {
		_, err = client.Volume.Delete(t.Context(), volume)
	}
	if err != nil {
		t.Error(err)
	}
}

// script puts host scripts together as the program does, with settings of the test's own.
func (m *machine) script(t *testing.T, settings map[string]string, files ...string) string {
	t.Helper()
	var b strings.Builder
	for k, v := range settings {
		fmt.Fprintf(&b, "%s='%s'\n", k, v)
	}
	b.WriteString("{\n")
	for _, file := range append([]string{"script/lib.sh"}, files...) {
		text, err := os.ReadFile(filepath.Join("..", "components", file))
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	b.WriteString("\n\"$1\"\nexit\n} </dev/null\n")
	return b.String()
}

// bootOrder asks systemd for cycles among the units, with those that the twin masks as they are on a machine: a cycle is
// broken at boot by leaving out a unit of systemd's choice.
func (m *machine) bootOrder(t *testing.T) {
	got := must[string](t)(m.SSH(`set -e
		rm -rf /tmp/units && cp -a /etc/systemd/system /tmp/units
		find /tmp/units -lname /dev/null -delete
		mkdir -p /tmp/units/multi-user.target.wants /tmp/units/network-online.target.wants
		cd /usr/lib/systemd/system
		ln -sf $PWD/systemd-networkd.service $PWD/cloud-init.target /tmp/units/multi-user.target.wants/
		ln -sf $PWD/systemd-networkd-wait-online.service /tmp/units/network-online.target.wants/
		SYSTEMD_UNIT_PATH=/tmp/units:$PWD systemd-analyze verify --man=no multi-user.target 2>&1 | grep -i cycle || true`))
	if got != "" {
		t.Errorf("got %s, want no cycle", got)
	}
}
