package host

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// runInit is the first process of a server. It waits for the cables, turns the
// overlay into the root file system and becomes systemd. Descriptor 3 says when
// to go on; descriptor 4 takes an error and closes by itself at the end.
func runInit(dir serverDir, terminal string) error {
	runtime.LockOSThread() // the cgroup namespace and the capabilities belong to the thread that becomes systemd
	syscall.CloseOnExec(3)
	syscall.CloseOnExec(4)
	tell := os.NewFile(4, "failed")
	err := readReport(os.NewFile(3, "start"), "the supervisor ended")
	if err == nil {
		err = enter(dir, terminal)
	}
	if _, werr := fmt.Fprintf(tell, "first process: %v", err); werr != nil {
		return werr
	}
	return err
}

// enter does not return when all goes well.
func enter(dir serverDir, terminal string) error {
	r, err := dir.load()
	if err != nil {
		return err
	}
	if err := unix.Unshare(unix.CLONE_NEWCGROUP); err != nil {
		return fmt.Errorf("cgroup namespace: %w", err)
	}
	root := dir.path("root")
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"root file system", func() error { return mountRoot(dir, r.RootImage) }},
		{"kernel file systems", func() error { return mountKernel(root) }},
		{"sysctls", func() error { return mountSysctls(root) }},
		{"devices", func() error { return mountDevices(root, terminal, r.Volumes) }},
		{"host name", func() error { return unix.Sethostname([]byte(r.Name)) }},
		{"change of root", func() error { return pivot(root) }},
		{"capabilities", dropCapabilities},
	} {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return unix.Exec("/sbin/init", []string{"/sbin/init", "--show-status=yes"}, []string{
		"container=twin", "TERM=dumb", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"})
}

// mountRoot keeps what follows from the real machine and lays the server's files over the image.
func mountRoot(dir serverDir, image string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if strings.ContainsAny(image+string(dir), ",:\\") {
		return fmt.Errorf("%s, %s: a path with a comma, colon or backslash cannot be given to overlayfs", image, dir)
	}
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", image, dir.path("upper"), dir.path("work"))
	return mount("overlay", dir.path("root"), "overlay", 0, options)
}

// mountKernel mounts proc, sys and cgroup2 as the server's namespaces see them.
func mountKernel(root string) error {
	const safe = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	if err := mount("proc", filepath.Join(root, "proc"), "proc", safe, ""); err != nil {
		return err
	}
	// Not to be written from a server: they reach the real machine.
	for _, p := range []string{"sysrq-trigger", "irq", "bus", "acpi"} {
		p = filepath.Join(root, "proc", p)
		if _, err := os.Stat(p); err != nil {
			continue // this kernel does not have it
		}
		if err := bindReadOnly(p, p); err != nil {
			return err
		}
	}
	if err := mount("sysfs", filepath.Join(root, "sys"), "sysfs", safe|unix.MS_RDONLY, ""); err != nil {
		return err
	}
	return mount("cgroup2", filepath.Join(root, "sys/fs/cgroup"), "cgroup2", safe, "")
}

// pivot makes root the root directory and lets go of the real one.
func pivot(root string) error {
	if err := os.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return err
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	// As systemd has it on a real machine; kubelet relies on it.
	return unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, "")
}

func mount(source, target, fsType string, flags uintptr, options string) error {
	if err := unix.Mount(source, target, fsType, flags, options); err != nil {
		return fmt.Errorf("mount %s on %s: %w", fsType, target, err)
	}
	return nil
}

func bind(source, target string) error {
	if err := unix.Mount(source, target, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind %s to %s: %w", source, target, err)
	}
	return nil
}

func bindReadOnly(source, target string) error {
	if err := bind(source, target); err != nil {
		return err
	}
	if err := unix.Mount("", target, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		return fmt.Errorf("make %s read-only: %w", target, err)
	}
	return nil
}
