package host

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestVolumes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const ip, dev = "127.100.1.4", "/dev/disk/by-id/scsi-0HC_Volume_7"
	r.must(r.hosts.CreateVolume(r.ctx, 7, 10))
	m := r.machine(4, ip)
	r.must(r.hosts.CreateServer(r.ctx, m))
	r.run(ip, "true")

	r.must(r.hosts.AttachVolume(r.ctx, 7, 4))
	r.equal("node", r.run(ip, "readlink -f "+dev), "/dev/sdb")
	r.equal("size", r.run(ip, "blockdev --getsize64 "+dev), "10737418240")
	r.run(ip, "mkfs.ext4 -q "+dev+" && mkdir /data && mount "+dev+" /data && echo synced > /data/a && sync")

	t.Run("power cut keeps what was synced", func(t *testing.T) {
		r.run(ip, "echo lost > /data/b")
		r.must(r.hosts.PowerOff(r.ctx, 4))
		r.must(r.hosts.PowerOn(r.ctx, 4))
		r.equal("synced", r.run(ip, "mount "+dev+" /data && cat /data/a"), "synced")
		if out, err := r.try(ip, "cat /data/b"); err == nil {
			t.Errorf("what was not synced is there after a power cut: %q", out)
		}
	})
	t.Run("resize while mounted", func(t *testing.T) {
		r.must(r.hosts.ResizeVolume(r.ctx, 7, 12))
		r.equal("size", r.run(ip, "blockdev --getsize64 "+dev), "12884901888")
		// Growing a mounted ext4 takes CAP_SYS_RESOURCE, which not every machine gives to root.
		r.run(ip, "umount /data && e2fsck -fp "+dev+" && resize2fs "+dev+" && mount "+dev+" /data")
		r.run(ip, "test $(( $(stat -f -c '%b*%S' /data) )) -gt 12000000000")
		if err := r.hosts.ResizeVolume(r.ctx, 7, 10); err == nil || !strings.Contains(err.Error(), "cannot shrink") {
			t.Errorf("shrinking: %v, want it refused", err)
		}
	})
	t.Run("rebuild", func(t *testing.T) {
		r.run(ip, "touch /root/old; mkdir /data/immutable && chattr +i /data/immutable; mkdir /mnt/bare && chattr +i /mnt/bare; sync")
		r.must(r.hosts.RebuildServer(r.ctx, m))
		r.equal("root disk", r.run(ip, "cloud-init status --wait >/dev/null; ls /root"), "user-data-ran")
		r.equal("data", r.run(ip, "mkdir /data && mount "+dev+" /data && cat /data/a"), "synced")
	})
	t.Run("hot detach", func(t *testing.T) {
		if err := r.hosts.DeleteVolume(r.ctx, 7); err == nil || !strings.Contains(err.Error(), "attached to server 4") {
			t.Errorf("deleting an attached volume: %v, want it refused", err)
		}
		r.must(r.hosts.DetachVolume(r.ctx, 7, 4))
		r.equal("nodes", r.run(ip, "find /dev -type b -o -name 'scsi-*'"), "")
		if out, err := r.try(ip, "touch /data/c"); err == nil || !strings.Contains(out, "Input/output error") {
			t.Errorf("writing to a volume that was pulled out: %q, %v; want an I/O error", out, err)
		}
		r.must(r.hosts.AttachVolume(r.ctx, 7, 4))
		r.equal("data", r.run(ip, "umount /data; mount "+dev+" /data && cat /data/a && umount /data && e2fsck -fn "+dev+" >/dev/null 2>&1 && echo clean"), "synced\nclean")
	})
	t.Run("delete", func(t *testing.T) {
		r.must(r.hosts.DetachVolume(r.ctx, 7, 4))
		r.must(r.hosts.DeleteVolume(r.ctx, 7))
		if _, err := os.Stat(r.hosts.volume(7)); !os.IsNotExist(err) {
			t.Errorf("the volume's file is still there: %v", err)
		}
	})
}

// A device that was made read-only by one user is writable for the next, which may be another disk.
func TestLoopDeviceIsWritable(t *testing.T) {
	for range 2 {
		file := filepath.Join(t.TempDir(), "disk")
		if err := os.WriteFile(file, make([]byte, 1<<20), 0o600); err != nil {
			t.Fatal(err)
		}
		dev, err := attachLoop(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := os.OpenFile(dev, os.O_RDWR, 0)
		if err == nil {
			_, err = d.WriteAt([]byte("x"), 0)
			err = errors.Join(err, d.Sync(), unix.IoctlSetPointerInt(int(d.Fd()), unix.BLKROSET, 1), d.Close())
		}
		if err := errors.Join(err, detachLoop(dev)); err != nil {
			t.Fatalf("%s: %v, want it writable", dev, err)
		}
	}
}
