package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

// record is everything that is known of a server; the daemon writes it, the
// supervisor reads it at every boot and at every connection.
type record struct {
	hetzner.Machine
	RootImage string
	Networks  []attachment
	Volumes   []disk
	Firewall  []hetzner.Rule // nil: open
}

// attachment is a private network as the server sees it.
type attachment struct {
	Address netip.Addr
	Network netip.Prefix
}

// disk is an attached volume.
type disk struct {
	ID   int64
	Name string // sdb, sdc, ...
	Loop string // /dev/loopN
}

// incarnation is what a supervisor reports about the boot it runs.
type incarnation struct {
	Supervisor int // process
	Init       int // process, in the root pid namespace
	Wire       int // file descriptor of the supervisor: the far side of the server's cables
}

// serverDir is the folder of one server.
type serverDir string

func (d serverDir) path(elem ...string) string {
	return filepath.Join(append([]string{string(d)}, elem...)...)
}

func (d serverDir) id() (int64, error) {
	return strconv.ParseInt(filepath.Base(string(d)), 10, 64)
}

func (d serverDir) load() (*record, error) {
	var r record
	if err := readJSON(d.path("server.json"), &r); err != nil {
		return nil, fmt.Errorf("server %s: %w", filepath.Base(string(d)), err)
	}
	return &r, nil
}

func (d serverDir) save(r *record) error {
	if err := writeJSON(d.path("server.json"), r); err != nil {
		return fmt.Errorf("server %d: %w", r.ID, err)
	}
	return nil
}

// running tells whether a supervisor holds the server's lock.
func (d serverDir) running() (bool, error) { return Locked(d.path("lock")) }

// Locked tells whether a process holds a lock file.
func Locked(path string) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	// A shared lock, so that two askers do not take each other for the holder.
	err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}

// incarnation is the boot that runs, or nil when the server is off.
func (d serverDir) incarnation() (*incarnation, error) {
	on, err := d.running()
	if err != nil || !on {
		return nil, err
	}
	var i incarnation
	if err := readJSON(d.path("run.json"), &i); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil // between the lock and the first boot
		}
		return nil, err
	}
	return &i, nil
}

// waitOff returns when no supervisor is left.
func (d serverDir) waitOff(limit time.Duration) error {
	for end := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		on, err := d.running()
		if err != nil || !on {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("still running after %s", limit)
		}
	}
}

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// writeJSON replaces a file in one step, so that a reader sees the old or the new one.
func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	tmp := path + ".new"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// freeDisk is the first disk name that no attached volume has; sda is the root disk.
func (r *record) freeDisk() (string, error) {
	var used strings.Builder
	for _, v := range r.Volumes {
		used.WriteString(strings.TrimPrefix(v.Name, "sd"))
	}
	for _, c := range "bcdefghijklmnopq" {
		if !strings.ContainsRune(used.String(), c) {
			return "sd" + string(c), nil
		}
	}
	return "", errors.New("16 volumes are attached, which is the limit")
}
