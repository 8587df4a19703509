package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lvs-cloud/lvs-cloud/twin/host"
)

// Every twin owns 127.X.0.0/16 with one X of this range.
const (
	firstSlot = 64
	lastSlot  = 95
)

const apiPort = 8080

// twin is one rehearsal, by name.
type twin struct {
	name, home, tools string
}

var (
	validName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)
	reserved  = map[string]bool{"cache": true, "tools": true} // folders beside the twins
)

// complete fills in the folders and checks the name.
func (t *twin) complete() error {
	if !validName.MatchString(t.name) || reserved[t.name] {
		return fmt.Errorf("--name %q: want lower-case letters, digits and dashes, at most 31, and not cache or tools", t.name)
	}
	if t.home == "" {
		t.home = os.Getenv("TWIN_HOME")
	}
	if t.home == "" {
		top, err := repository()
		if err != nil {
			return err
		}
		t.home = filepath.Join(top, ".twin")
	}
	if t.tools == "" {
		t.tools = os.Getenv("TWIN_TOOLS")
	}
	if t.tools == "" {
		t.tools = filepath.Join(t.home, "tools")
	}
	var err error
	if t.home, err = filepath.Abs(t.home); err != nil {
		return err
	}
	t.tools, err = filepath.Abs(t.tools)
	return err
}

// repository is the nearest folder upwards with .git, or the current one.
func repository() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return here, nil
		}
	}
}

// state is the twin's folder, or a path in it.
func (t *twin) state(elem ...string) string {
	return filepath.Join(append([]string{t.home, t.name}, elem...)...)
}

// settings are what a twin keeps from its first start to its end.
type settings struct {
	Slot    int  // the X of 127.X.0.0/16
	NoHosts bool `json:",omitempty"` // the API alone
}

// api is the address that the daemon listens on.
func (s settings) api() string { return fmt.Sprintf("127.%d.0.1:%d", s.Slot, apiPort) }

func (s settings) endpoint() string { return "http://" + s.api() + "/v1" }

func (t *twin) settings() (settings, error) {
	var s settings
	b, err := os.ReadFile(t.state("twin.json"))
	if errors.Is(err, os.ErrNotExist) {
		return s, fmt.Errorf("there is no twin %q in %s; start it with: twin up --name %s", t.name, t.home, t.name)
	}
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(b, &s)
}

// agrees makes sure that a twin that is there goes on as it was made.
//
// Errors: a twin that was made with hosts and is to go on without, or the other way round.
func (t *twin) agrees(noHosts bool) error {
	s, err := t.settings()
	if err != nil || s.NoHosts == noHosts {
		return nil // there is none, or it is as wanted
	}
	return fmt.Errorf("twin %q: got --no-hosts=%t, want --no-hosts=%t as it was made with; or begin anew after: twin down --name %s",
		t.name, noHosts, s.NoHosts, t.name)
}

// claim makes the state folder, with a free address range, unless it is there already.
func (t *twin) claim(noHosts bool) (settings, error) {
	if s, err := t.settings(); err == nil {
		return s, nil
	}
	lock, err := t.lockHome()
	if err != nil {
		return settings{}, err
	}
	defer lock.Close()
	slot, err := t.freeSlot()
	if err != nil {
		return settings{}, err
	}
	for _, dir := range []string{t.state(), t.state("pulumi"), t.state("pulumi", "state"), t.state("pulumi", "home")} {
		if err := t.makeDir(dir); err != nil {
			return settings{}, err
		}
	}
	if err := t.writeOperatorKey(); err != nil {
		return settings{}, err
	}
	// The plug-ins stand beside the other tools; Pulumi looks for them in its home.
	if err := os.Symlink(filepath.Join(t.tools, "plugins"), t.state("pulumi", "home", "plugins")); err != nil && !errors.Is(err, os.ErrExist) {
		return settings{}, err
	}
	s := settings{Slot: slot, NoHosts: noHosts}
	b, err := json.Marshal(s)
	if err != nil {
		return settings{}, err
	}
	return s, os.WriteFile(t.state("twin.json"), append(b, '\n'), 0o644)
}

// lockHome keeps other twins of the same home from finding the same range free until this one has noted it.
func (t *twin) lockHome() (io.Closer, error) {
	if err := t.makeDir(t.home); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(t.home, "claim.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", file.Name(), err), file.Close())
	}
	return file, nil
}

// freeSlot begins at a place that depends on the folder, so that twins of two checkouts rarely meet.
func (t *twin) freeSlot() (int, error) {
	used, err := t.others()
	if err != nil {
		return 0, err
	}
	sum := fnv.New32a()
	if _, err := sum.Write([]byte(t.state())); err != nil {
		return 0, err
	}
	const slots = lastSlot - firstSlot + 1
	for i := range slots {
		s := settings{Slot: firstSlot + (int(sum.Sum32()%slots)+i)%slots}
		if used[s.Slot] {
			continue
		}
		if l, err := net.Listen("tcp4", s.api()); err == nil {
			return s.Slot, l.Close()
		}
	}
	return 0, fmt.Errorf("no free address range: port %d is taken on 127.%d.0.1 to 127.%d.0.1", apiPort, firstSlot, lastSlot)
}

// others are the address ranges of the twins in the same home folder.
func (t *twin) others() (map[int]bool, error) {
	names, err := t.names()
	used := map[int]bool{}
	for _, name := range names {
		s, err := (&twin{name: name, home: t.home}).settings()
		if err != nil {
			return nil, err
		}
		used[s.Slot] = true
	}
	return used, err
}

// names lists the twins of the home folder.
func (t *twin) names() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(t.home, "*", "twin.json"))
	var out []string
	for _, f := range files {
		out = append(out, filepath.Base(filepath.Dir(f)))
	}
	return out, err
}

// lock makes this process the only daemon of the twin for as long as it lives.
func (t *twin) lock() error {
	fd, err := unix.Open(t.state("daemon.lock"), unix.O_CREAT|unix.O_RDWR|unix.O_CLOEXEC, 0o644)
	if err != nil {
		return err
	}
	for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		// Whoever asks if there is a daemon has the lock for a moment.
		if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err == nil {
			return nil
		}
	}
	return fmt.Errorf("the daemon of the twin %q runs already", t.name)
}

// serving tells whether a daemon holds the lock.
func (t *twin) serving() (bool, error) { return host.Locked(t.state("daemon.lock")) }
