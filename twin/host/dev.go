package host

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// mountDevices makes /dev with the standard nodes, the console and the attached
// volumes; no device of the real machine is in it.
func mountDevices(root, terminal string, volumes []disk) error {
	dev := filepath.Join(root, "dev")
	if err := mount("tmpfs", dev, "tmpfs", unix.MS_NOSUID, "mode=755,size=4m"); err != nil {
		return err
	}
	for name, minor := range map[string]uint32{"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9} {
		if err := node(filepath.Join(dev, name), unix.Mkdev(1, minor)); err != nil {
			return err
		}
	}
	if err := node(filepath.Join(dev, "tty"), unix.Mkdev(5, 0)); err != nil {
		return err
	}
	for link, to := range map[string]string{
		"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0",
		"stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	} {
		if err := os.Symlink(to, filepath.Join(dev, link)); err != nil {
			return err
		}
	}
	for _, d := range []string{"pts", "shm"} {
		if err := os.Mkdir(filepath.Join(dev, d), 0o755); err != nil {
			return err
		}
	}
	if err := mount("devpts", filepath.Join(dev, "pts"), "devpts", unix.MS_NOSUID|unix.MS_NOEXEC,
		"newinstance,ptmxmode=0666,mode=620,gid=5"); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dev, "console"), nil, 0o600); err != nil {
		return err
	}
	if err := bind(terminal, filepath.Join(dev, "console")); err != nil {
		return err
	}
	for _, v := range volumes {
		if err := plug(root, v); err != nil {
			return fmt.Errorf("volume %d: %w", v.ID, err)
		}
	}
	return nil
}

func node(path string, dev uint64) error {
	if err := unix.Mknod(path, unix.S_IFCHR|0o666, int(dev)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Chmod(path, 0o666) // whatever the umask is
}
