package host

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestServerLife(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const ip = "127.100.1.1"
	swappiness := realSysctl(t, "vm/swappiness")
	start := time.Now()
	r.must(r.hosts.CreateServer(r.ctx, r.machine(1, ip)))
	first := r.run(ip, "cat /proc/sys/kernel/random/boot_id")
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("SSH answered after %s, want seconds", took)
	}

	r.equal("system state", r.run(ip, "systemctl is-system-running --wait"), "running")
	r.equal("cloud-init", r.run(ip, "cloud-init status --wait"), "status: done")
	r.equal("host name", r.run(ip, "hostname"), "rehearsal-1")
	r.equal("user data", r.run(ip, "ls /root/user-data-ran"), "/root/user-data-ran")
	r.equal("process 1", r.run(ip, "readlink /proc/1/exe"), "/usr/lib/systemd/systemd")
	r.equal("block devices", r.run(ip, "find /dev -type b"), "")
	r.equal("metadata", r.run(ip, "curl -sS http://169.254.169.254/hetzner/v1/metadata/instance-id"), "1")
	r.equal("sysctl inside", r.run(ip, "sysctl -qw vm.swappiness=7 && sysctl -n vm.swappiness"), "7")
	r.equal("sysctl of the real machine", realSysctl(t, "vm/swappiness"), swappiness)
	if out, err := r.try(ip, "curl -sS -m 5 http://192.0.2.1"); err == nil || !strings.Contains(out, "Could not connect") {
		t.Errorf("the internet from inside: %q, %v; want it to be refused at once", out, err)
	}

	t.Run("daemon restart", func(t *testing.T) {
		again, err := New(Options{Dir: r.state, Image: r.hosts.image, Log: r.hosts.log})
		r.must(err)
		r.hosts = again
		on, err := again.Running(r.ctx, 1)
		r.must(err)
		if !on {
			t.Fatal("a running server is not found by a new daemon")
		}
		r.equal("boot", r.run(ip, "cat /proc/sys/kernel/random/boot_id"), first)
	})
	t.Run("exec", func(t *testing.T) {
		r.equal("host name", r.exec("hostname"), "rehearsal-1")
		r.equal("cgroup", r.exec("grep", "^0::", "/proc/self/cgroup"), r.run(ip, "grep ^0:: /proc/1/cgroup | sed 's,/init.scope,/,'"))
	})
	t.Run("the clock is out of reach", func(t *testing.T) {
		// Nothing is set here: the clock that a mistake would change is the real machine's.
		const capBnd = "awk '/CapBnd/ {print $2}' /proc/self/status"
		for what, set := range map[string]string{"SSH": r.run(ip, capBnd), "exec": r.exec("sh", "-c", capBnd)} {
			bits, err := strconv.ParseUint(set, 16, 64)
			r.must(err)
			for name, c := range withheld {
				if bits&(1<<c) != 0 {
					t.Errorf("%s: a process in the server has %s", what, name)
				}
			}
		}
	})
}

// A server goes off and on again in every way there is.
func TestPower(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const ip = "127.100.1.9"
	r.must(r.hosts.CreateServer(r.ctx, r.machine(1, ip)))
	first := r.run(ip, "cat /proc/sys/kernel/random/boot_id")

	t.Run("shutdown and power on", func(t *testing.T) {
		r.run(ip, "echo kept > /root/note")
		r.must(r.hosts.Shutdown(r.ctx, 1))
		r.waitOff(1)
		r.must(r.hosts.PowerOn(r.ctx, 1))
		r.equal("root disk", r.run(ip, "cat /root/note"), "kept")
		if second := r.run(ip, "cat /proc/sys/kernel/random/boot_id"); second == first {
			t.Error("the boot ID is the same after power on")
		}
		if out := r.run(ip, "journalctl -b -1 -o cat -u systemd-journald"); !strings.Contains(out, "stopped") {
			t.Errorf("the shutdown was not orderly; the journal ends with %q", out)
		}
	})
	t.Run("reboot from inside", func(t *testing.T) {
		before := r.run(ip, "cat /proc/sys/kernel/random/boot_id; systemctl reboot --no-block")
		for end := time.Now().Add(20 * time.Second); r.run(ip, "cat /proc/sys/kernel/random/boot_id") == before; {
			if time.Now().After(end) {
				t.Fatal("the server did not reboot within 20 s")
			}
		}
		r.equal("system state", r.run(ip, "systemctl is-system-running --wait"), "running")
	})
	t.Run("power off from inside", func(t *testing.T) {
		r.run(ip, "systemctl poweroff --no-block")
		r.waitOff(1)
	})
	t.Run("delete", func(t *testing.T) {
		r.must(r.hosts.DeleteServer(r.ctx, 1))
		if _, err := os.Stat(filepath.Join(r.state, "servers", "1")); !os.IsNotExist(err) {
			t.Errorf("the server's folder is still there: %v", err)
		}
	})
}

// A server without an SSH key has an expired root password, as Hetzner's have.
func TestServerWithoutKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const ip = "127.100.1.2"
	m := r.machine(2, ip)
	m.UserData += "ssh_authorized_keys: [" + m.SSHKeys[0] + "]\n"
	m.SSHKeys = nil
	r.must(r.hosts.CreateServer(r.ctx, m))
	out, err := r.try(ip, "hostname")
	if err == nil || !strings.Contains(out, "expired") {
		t.Errorf("a command over SSH: %q, %v; want it to be refused because the password expired", out, err)
	}
}

func TestArtifacts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const ip, base = "127.100.1.3", "http://artifacts.twin/k3s-io/k3s/releases/download/"
	k3s := filepath.Join(r.state, "k3s")
	r.must(os.WriteFile(k3s, []byte("stand-in"), 0o755))
	r.must(WriteArtifactTable(filepath.Join(r.state, "artifacts.json"), ArtifactTable{K3s: k3s, Versions: []string{"v1.36.5+k3s1"}}))
	r.must(r.hosts.CreateServer(r.ctx, r.machine(3, ip)))
	for _, version := range []string{"v1.36.5+k3s1", "v1.36.5%2Bk3s1"} {
		r.run(ip, "cd /tmp && curl -fsSO "+base+version+"/k3s && curl -fsS "+base+version+"/sha256sum-amd64.txt | sha256sum -c")
	}
	r.equal("trailer", r.run(ip, "cat /tmp/k3s"), "stand-in\nLVS-TWIN-K3S-VERSION=v1.36.5+k3s1")
	r.equal("unknown version", r.run(ip, "curl -s -o /dev/null -w '%{http_code}' "+base+"v9.9.9+k3s1/k3s"), "404")
	r.equal("unknown file", r.run(ip, "curl -s -o /dev/null -w '%{http_code}' "+base+"v1.36.5+k3s1/k3d"), "404")
}

func realSysctl(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("/proc/sys", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}
