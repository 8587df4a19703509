package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// loopOf finds the loop device of a file. Devices that the kernel only keeps
// until their last user lets go are not counted.
func loopOf(file string) (string, error) {
	devices, err := loopsOf(func(backing string) bool { return backing == file }, false)
	if err != nil || len(devices) == 0 {
		return "", err
	}
	return devices[0], nil
}

// loopsOf lists the loop devices whose file is wanted, on request with those about to vanish.
func loopsOf(want func(backing string) bool, vanishing bool) ([]string, error) {
	files, err := filepath.Glob("/sys/block/loop*/loop/backing_file")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // detached between the listing and the reading
		}
		backing := strings.TrimSuffix(strings.TrimSpace(string(b)), " (deleted)")
		if !want(backing) {
			continue
		}
		auto, err := os.ReadFile(filepath.Join(filepath.Dir(f), "autoclear"))
		if err != nil || !vanishing && strings.TrimSpace(string(auto)) == "1" {
			continue
		}
		out = append(out, "/dev/"+filepath.Base(filepath.Dir(filepath.Dir(f))))
	}
	return out, nil
}

// attachLoop gives a file a loop device, the one it has or a free one.
func attachLoop(file string) (string, error) {
	if dev, err := loopOf(file); err != nil || dev != "" {
		return dev, err
	}
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	control, err := os.OpenFile("/dev/loop-control", os.O_RDWR, 0)
	if err != nil {
		return "", fmt.Errorf("loop devices: %w (is the kernel module loop loaded?)", err)
	}
	defer control.Close()
	for range 32 { // others may take the free device first
		n, err := unix.IoctlRetInt(int(control.Fd()), unix.LOOP_CTL_GET_FREE)
		if err != nil {
			return "", fmt.Errorf("free loop device: %w", err)
		}
		dev := fmt.Sprintf("/dev/loop%d", n)
		err = configureLoop(dev, f)
		if err == nil {
			return dev, nil
		}
		if !errors.Is(err, unix.EBUSY) {
			return "", err
		}
	}
	return "", errors.New("no free loop device")
}

func configureLoop(dev string, f *os.File) error {
	d, err := openSoon(dev)
	if err != nil {
		return err
	}
	defer d.Close()
	cfg := unix.LoopConfig{Fd: uint32(f.Fd())}
	copy(cfg.Info.File_name[:len(cfg.Info.File_name)-1], f.Name())
	if err := unix.IoctlLoopConfigure(int(d.Fd()), &cfg); err != nil {
		return fmt.Errorf("%s: %w", dev, err)
	}
	// The kernel keeps it for the next user that a device was made read-only.
	if err := unix.IoctlSetPointerInt(int(d.Fd()), unix.BLKROSET, 0); err != nil {
		return fmt.Errorf("%s: make it writable: %w", dev, err)
	}
	return nil
}

// openSoon waits for the node of a new device.
func openSoon(dev string) (*os.File, error) {
	for end := time.Now().Add(2 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		d, err := os.OpenFile(dev, os.O_RDWR, 0)
		if err == nil || !errors.Is(err, os.ErrNotExist) || time.Now().After(end) {
			return d, err
		}
	}
}

// detachLoop takes the file from a loop device; if the device is in use the
// kernel does so when its last user lets go.
func detachLoop(dev string) error {
	d, err := os.OpenFile(dev, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer d.Close()
	err = unix.IoctlSetInt(int(d.Fd()), unix.LOOP_CLR_FD, 0)
	if errors.Is(err, unix.ENXIO) {
		return nil // already free
	}
	return err
}

// growLoop makes a loop device see the new size of its file.
func growLoop(dev string) error {
	d, err := os.OpenFile(dev, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer d.Close()
	return unix.IoctlSetInt(int(d.Fd()), unix.LOOP_SET_CAPACITY, 0)
}

// flushDevice writes what the kernel still holds for a device.
func flushDevice(dev string) error {
	d, err := os.OpenFile(dev, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
