package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// fsShutdown is the ioctl that ext4 and xfs share for "act as if the power went".
const fsShutdown = 0x8004587d

// shutdownNoFlush drops the journal that is in memory too.
const shutdownNoFlush uint32 = 2

// hostRoot is a running server's root directory, seen from the real machine.
func hostRoot(init int) string { return filepath.Join("/proc", strconv.Itoa(init), "root") }

// plug makes the device node of a volume and its name under /dev/disk/by-id.
func plug(root string, d disk) error {
	var st unix.Stat_t
	if err := unix.Stat(d.Loop, &st); err != nil {
		return fmt.Errorf("%s: %w", d.Loop, err)
	}
	if err := unplug(root, d); err != nil {
		return err
	}
	if err := unix.Mknod(filepath.Join(root, "dev", d.Name), unix.S_IFBLK|0o660, int(st.Rdev)); err != nil {
		return fmt.Errorf("/dev/%s: %w", d.Name, err)
	}
	byID := filepath.Join(root, byIDPath(d))
	if err := os.MkdirAll(filepath.Dir(byID), 0o755); err != nil {
		return err
	}
	return os.Symlink("../../"+d.Name, byID)
}

// unplug removes what plug made.
func unplug(root string, d disk) error {
	for _, p := range []string{byIDPath(d), "/dev/" + d.Name} {
		if err := os.Remove(filepath.Join(root, p)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func byIDPath(d disk) string { return fmt.Sprintf("/dev/disk/by-id/scsi-0HC_Volume_%d", d.ID) }

// cutPower makes every file system that a server has mounted from a volume act
// as after a power cut: unsynced data is lost, the journal is replayed by the
// next mount, and whoever still uses it gets I/O errors.
func cutPower(init int, d disk) error {
	var st unix.Stat_t
	if err := unix.Stat(d.Loop, &st); err != nil {
		return fmt.Errorf("%s: %w", d.Loop, err)
	}
	device := fmt.Sprintf("%d:%d", unix.Major(st.Rdev), unix.Minor(st.Rdev))
	mounts, err := readMounts(filepath.Join("/proc", strconv.Itoa(init), "mountinfo"))
	if err != nil {
		return err
	}
	for _, m := range mounts {
		if m.device != device {
			continue
		}
		if err := shutdownFS(filepath.Join(hostRoot(init), m.path)); err != nil {
			return fmt.Errorf("%s on %s: %w", m.fsType, m.path, err)
		}
		break // one mount stands for the whole file system
	}
	// What the file system had already sent to the disk is on the disk.
	return flushDevice(d.Loop)
}

func shutdownFS(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	flags := shutdownNoFlush
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), fsShutdown, uintptr(unsafe.Pointer(&flags))); errno != 0 {
		return errno
	}
	return nil
}
