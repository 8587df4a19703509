package host

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Cgroup is a folder of the cgroup2 hierarchy. All processes of a twin are in
// one of them, so ending it ends exactly those.
type Cgroup string

// TwinCgroup names the cgroup of the twin with this state folder; it is not made here.
//
// Errors: no cgroup2 file system is mounted, pure or beside cgroup1.
func TwinCgroup(state string) (Cgroup, error) {
	root, err := cgroup2Root()
	if err != nil {
		return "", err
	}
	abs, err := filepath.Abs(state)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(abs))
	return Cgroup(filepath.Join(root, fmt.Sprintf("lvs-twin-%s-%x", filepath.Base(abs), sum[:4]))), nil
}

// cgroup2Root is where cgroup2 is mounted: /sys/fs/cgroup, or .../unified on hybrid machines.
func cgroup2Root() (string, error) {
	mounts, err := readMounts("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	for _, m := range mounts {
		if m.fsType == "cgroup2" {
			return m.path, nil
		}
	}
	return "", errors.New("cgroup2 is not mounted; mount it with: mount -t cgroup2 cgroup2 /sys/fs/cgroup")
}

// Sub is a cgroup below c.
func (c Cgroup) Sub(name string) Cgroup { return Cgroup(filepath.Join(string(c), name)) }

// Make creates the cgroup and the ones above it.
func (c Cgroup) Make() error { return os.MkdirAll(string(c), 0o755) }

// Join moves a process into the cgroup.
func (c Cgroup) Join(pid int) error {
	return os.WriteFile(filepath.Join(string(c), "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644)
}

// Populated tells whether a process lives in the cgroup or below.
func (c Cgroup) Populated() (bool, error) {
	b, err := os.ReadFile(filepath.Join(string(c), "cgroup.events"))
	if gone(err) {
		return false, nil
	}
	return strings.Contains(string(b), "populated 1"), err
}

// Kill ends every process in the cgroup and below, and waits until they are gone.
func (c Cgroup) Kill(limit time.Duration) error {
	err := os.WriteFile(filepath.Join(string(c), "cgroup.kill"), []byte("1"), 0o644)
	if gone(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("end the processes of %s: %w", c, err)
	}
	for end := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		alive, err := c.Populated()
		if err != nil || !alive {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("processes of %s are still there after %s", c, limit)
		}
	}
}

// Remove deletes the empty cgroup and the ones below it.
func (c Cgroup) Remove() error {
	var dirs []string
	err := filepath.WalkDir(string(c), func(p string, d fs.DirEntry, err error) error {
		if gone(err) {
			return nil
		}
		if err == nil && d.IsDir() {
			dirs = append(dirs, p)
		}
		return err
	})
	if err != nil {
		return err
	}
	for i := len(dirs) - 1; i >= 0; i-- {
		if err := removeCgroupDir(dirs[i]); err != nil {
			return err
		}
	}
	return nil
}

// removeCgroupDir retries for a moment: a killed process leaves its cgroup a little after it is gone.
func removeCgroupDir(dir string) error {
	for end := time.Now().Add(2 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		err := os.Remove(dir)
		if err == nil || gone(err) {
			return nil
		}
		if time.Now().After(end) {
			return err
		}
	}
}

// gone tells that what was asked for has ended meanwhile.
func gone(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ENODEV)
}
