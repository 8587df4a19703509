package host

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What a twin makes is gone after Remove, whatever state its servers are in.
func TestRemoveLeavesNothing(t *testing.T) {
	before := traces(t)
	r := newRig(t)
	const on, off = "127.100.1.7", "127.100.1.8"
	for id, ip := range map[int64]string{7: on, 8: off} {
		r.must(r.hosts.CreateVolume(r.ctx, id, 10))
		r.must(r.hosts.CreateServer(r.ctx, r.machine(id, ip)))
		r.must(r.hosts.AttachVolume(r.ctx, id, id))
		r.run(ip, "mkfs.ext4 -q /dev/sdb && mkdir /data && mount /dev/sdb /data && touch /data/a")
	}
	r.run(on, "mkdir /mnt/bare && chattr +i /mnt/bare; systemd-run -q sleep 1000")
	r.must(r.hosts.PowerOff(r.ctx, 8))

	r.must(Remove(r.state))
	left := func() []string {
		return slices.DeleteFunc(traces(t), func(now string) bool { return slices.Contains(before, now) })
	}
	// Ended processes stay in the table until the real machine's first process has taken note of them.
	for end := time.Now().Add(5 * time.Second); len(left()) > 0 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
	}
	if l := left(); len(l) > 0 {
		t.Errorf("left behind: %s", strings.Join(l, "\n"))
	}
	if _, err := os.Stat(r.state); !os.IsNotExist(err) {
		t.Errorf("the state folder is still there: %v", err)
	}
	r.must(Remove(r.state)) // a second time there is nothing to do
}

// traces lists processes, mounts, loop devices, cgroups and network namespaces of the real machine.
func traces(t *testing.T) []string {
	t.Helper()
	var out []string
	procs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range procs {
		cmdline, err := os.ReadFile(filepath.Join(p, "cmdline"))
		if err != nil || !strings.Contains(string(cmdline), "twin-") && !inServer(p) {
			continue // ended meanwhile, or not of a twin: other programs come and go during the test
		}
		out = append(out, "process "+p+" "+strings.ReplaceAll(string(cmdline), "\x00", " "))
	}
	mounts, err := readMounts("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mounts {
		out = append(out, "mount "+m.path)
	}
	loops, err := loopsOf(func(file string) bool { return strings.Contains(file, ".twin/test-") }, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range loops {
		out = append(out, "loop device "+l)
	}
	root, err := cgroup2Root()
	if err != nil {
		t.Fatal(err)
	}
	groups, err := filepath.Glob(filepath.Join(root, "lvs-twin-test-*"))
	if err != nil {
		t.Fatal(err)
	}
	return append(out, groups...)
}

// inServer tells whether a process has another root directory or pid namespace than this one.
func inServer(proc string) bool {
	var own, its unix.Stat_t
	if unix.Stat("/proc/self/ns/pid", &own) != nil || unix.Stat(filepath.Join(proc, "ns/pid"), &its) != nil {
		return false
	}
	return own.Ino != its.Ino
}
