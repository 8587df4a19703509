package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Remove ends everything that belongs to a twin, daemon and servers, and
// deletes its state folder: no process, mount, loop device, network namespace
// or cgroup stays. It can be called again, and needs no daemon.
func Remove(state string) error {
	state, err := filepath.Abs(state)
	if err != nil {
		return err
	}
	cg, err := TwinCgroup(state)
	if err != nil {
		return err
	}
	if err := cg.Kill(20 * time.Second); err != nil {
		return err
	}
	if err := cg.Remove(); err != nil {
		return fmt.Errorf("cgroup: %w", err)
	}
	if err := unmountBelow(state); err != nil {
		return err
	}
	if err := releaseBelow(state); err != nil {
		return err
	}
	return removeTree(state)
}

// releaseBelow frees the loop devices of files in a folder and waits for those still in use.
func releaseBelow(dir string) error {
	below := func(file string) bool { return strings.HasPrefix(file, dir+"/") }
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		devices, err := loopsOf(below, true)
		if err != nil || len(devices) == 0 {
			return err
		}
		for _, d := range devices {
			if err := detachLoop(d); err != nil && !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("%s: %w", d, err)
			}
		}
		if time.Now().After(end) {
			return fmt.Errorf("still in use: %s", strings.Join(devices, ", "))
		}
	}
}

// unmountBelow undoes mounts that someone made by hand in the real machine.
func unmountBelow(dir string) error {
	mounts, err := readMounts("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	for _, m := range slices.Backward(mounts) { // inner ones come last
		if strings.HasPrefix(m.path, dir+"/") {
			if err := unix.Unmount(m.path, unix.MNT_DETACH); err != nil {
				return fmt.Errorf("unmount %s: %w", m.path, err)
			}
		}
	}
	return nil
}
