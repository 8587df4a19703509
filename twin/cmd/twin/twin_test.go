package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"golang.org/x/crypto/ssh"

	"github.com/lvs-cloud/lvs-cloud/twin/host"
)

// TestMain lets the test program be the daemon that up starts.
func TestMain(m *testing.M) {
	host.RunHidden()
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"main": true, "pr-12": true, "": false, "../x": false, "A": false, "cache": false, "tools": false, "-x": false,
	} {
		err := (&twin{name: name, home: "/tmp", tools: "/tmp"}).complete()
		if (err == nil) != ok {
			t.Errorf("%q: %v, want accepted %v", name, err, ok)
		}
	}
}

func TestEnvSurvivesTheShell(t *testing.T) {
	var b bytes.Buffer
	x := &twin{name: "main", home: "/tmp/it's here", tools: "/tmp/a tool"}
	if err := printEnv(&b, x, settings{Slot: 70}); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("sh", "-c", b.String()+`printf '%s\n' "$HCLOUD_ENDPOINT" "$KUBECONFIG" "${PATH%%:*}" "${#HCLOUD_TOKEN}"`).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(out), "http://127.70.0.1:8080/v1\n/tmp/it's here/main/kubeconfig\n/tmp/a tool\n64\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The whole life of a twin through its commands: two side by side, the daemon killed and started again, everything gone at the end.
func TestLife(t *testing.T) {
	if testing.Short() {
		t.Skip("boots a server: not with -short")
	}
	if err := host.Check(); err != nil {
		t.Fatalf("this test boots a server (leave it out with -short): %v", err)
	}
	home := testHome(t)
	run(t, home, "up", "--name", "a")
	run(t, home, "up", "--name", "b")
	ip := createServer(t, home)
	banner(t, ip)

	kill(t, home)
	if list := run(t, home, "list"); !strings.Contains(list, "a     stopped  1 of 1 on") || !strings.Contains(list, "b     running  0 of 0 on") {
		t.Errorf("after the daemon was killed:\n%s", list)
	}
	banner(t, ip)
	run(t, home, "up", "--name", "a")
	servers, err := client(t, home).Server.All(t.Context())
	if err != nil || len(servers) != 1 || servers[0].Status != hcloud.ServerStatusRunning {
		t.Errorf("after the daemon came back: %v, %v; want the server running", servers, err)
	}

	kill(t, home) // down needs no daemon
	for _, name := range []string{"a", "a", "b"} {
		run(t, home, "down", "--name", name)
		if _, err := os.Stat(filepath.Join(home, name)); !os.IsNotExist(err) {
			t.Errorf("%s: the state folder is still there: %v", name, err)
		}
		cg, err := host.TwinCgroup(filepath.Join(home, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(string(cg)); !os.IsNotExist(err) {
			t.Errorf("%s: the cgroup is still there: %v", name, err)
		}
	}
	if c, err := net.Dial("tcp4", net.JoinHostPort(ip, "22")); err == nil {
		t.Errorf("the server's port still answers: %v", c.Close())
	}
}

// testHome is a home folder with the image of the repository's own.
func testHome(t *testing.T) string {
	t.Helper()
	top, err := filepath.Abs("../../../.twin")
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(top, fmt.Sprintf("test-%d", os.Getpid()))
	for _, dir := range []string{filepath.Join(top, "cache"), home} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(top, "cache"), filepath.Join(home, "cache")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, name := range []string{"a", "b"} {
			if log, err := os.ReadFile(filepath.Join(home, name, "twin.log")); err == nil && t.Failed() {
				t.Logf("log of %s:\n%s", name, log)
			}
			if err := host.Remove(filepath.Join(home, name)); err != nil {
				t.Error(err)
			}
		}
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
	})
	return home
}

// run runs a command of the twin in this process.
func run(t *testing.T, home string, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	cmd := root()
	cmd.SetOut(&out)
	cmd.SetArgs(append(args, "--home", home))
	if err := cmd.ExecuteContext(context.Background()); err != nil {
		t.Fatalf("twin %s: %v", strings.Join(args, " "), err)
	}
	return out.String()
}

func client(t *testing.T, home string) *hcloud.Client {
	t.Helper()
	s, err := (&twin{name: "a", home: home}).settings()
	if err != nil {
		t.Fatal(err)
	}
	return hcloud.NewClient(hcloud.WithEndpoint(s.endpoint()), hcloud.WithToken(strings.Repeat("twin", 16)))
}

// createServer orders a server as a client of Hetzner does, and returns its address.
func createServer(t *testing.T, home string) string {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, home)
	k, _, err := c.SSHKey.Create(t.Context(), hcloud.SSHKeyCreateOpts{Name: "k", PublicKey: string(ssh.MarshalAuthorizedKey(key))})
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := c.Server.Create(t.Context(), hcloud.ServerCreateOpts{
		Name: "s", ServerType: &hcloud.ServerType{Name: "cx23"}, Image: &hcloud.Image{Name: "debian-13"},
		Location: &hcloud.Location{Name: "fsn1"}, SSHKeys: []*hcloud.SSHKey{k},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Action.WaitFor(t.Context(), append(r.NextActions, r.Action)...); err != nil {
		t.Fatal(err)
	}
	return r.Server.PublicNet.IPv4.IP.String()
}

// banner waits until sshd answers.
func banner(t *testing.T, ip string) {
	t.Helper()
	b := make([]byte, 4)
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		c, err := net.Dial("tcp4", net.JoinHostPort(ip, "22"))
		if err == nil {
			_, err = c.Read(b)
			c.Close()
		}
		if err == nil && string(b) == "SSH-" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("sshd of %s: %q, %v", ip, b, err)
		}
	}
}

// kill ends the daemon of the twin a the hard way, as a crash would.
func kill(t *testing.T, home string) {
	t.Helper()
	cg, err := host.TwinCgroup(filepath.Join(home, "a"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(string(cg), "daemon", "cgroup.procs"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatalf("processes of the daemon: %v", err)
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cg.Sub("daemon").Kill(5 * time.Second); err != nil {
		t.Fatal(err)
	}
}

// TestTwinsTakenUpAtOnceShareNothing has several twins of one home claim an address range side by side.
func TestTwinsTakenUpAtOnceShareNothing(t *testing.T) {
	home := t.TempDir()
	const twins = 12
	slots := make(chan int, twins)
	var all sync.WaitGroup
	for i := range twins {
		all.Go(func() {
			s, err := (&twin{name: fmt.Sprintf("t%d", i), home: home, tools: home}).claim(true)
			if err != nil {
				t.Error(err)
			}
			slots <- s.Slot
		})
	}
	all.Wait()
	close(slots)
	seen := map[int]bool{}
	for slot := range slots {
		if seen[slot] {
			t.Errorf("got the range %d twice, want each once", slot)
		}
		seen[slot] = true
	}
}
