package host

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

// testHome is the git-ignored folder of the repository; its cache keeps the image.
const testHome = "../../.twin"

func TestMain(m *testing.M) {
	RunHidden()
	flag.Parse()
	os.Exit(m.Run())
}

// rig is one twin's hardware in a test, gone at its end.
type rig struct {
	t       *testing.T
	state   string
	hosts   *Hosts
	ctx     context.Context
	user    ssh.Signer // the client's key
	host    ssh.Signer // the server's key, given by user data
	hostPEM string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	if testing.Short() {
		t.Skip("boots servers: not with -short")
	}
	if err := Check(); err != nil {
		t.Fatalf("this test boots servers (leave it out with -short): %v", err)
	}
	image, err := EnsureImage(t.Context(), filepath.Join(testHome, "cache"), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	state, err := filepath.Abs(filepath.Join(testHome, fmt.Sprintf("test-%d-%s", os.Getpid(), strings.ToLower(t.Name()))))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(state, 0o755); err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, state: state, ctx: context.Background()}
	r.hosts, err = New(Options{Dir: state, Image: image, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			r.dump()
		}
		if err := Remove(state); err != nil {
			t.Errorf("remove: %v", err)
		}
	})
	r.user, _ = key(t)
	r.host, r.hostPEM = key(t)
	return r
}

// key makes an SSH key and its OpenSSH file.
func key(t *testing.T) (ssh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	return signer, string(pem.EncodeToMemory(block))
}

// machine is a server with a pinned host key.
func (r *rig) machine(id int64, ip string) hetzner.Machine {
	private := "    " + strings.ReplaceAll(strings.TrimSpace(r.hostPEM), "\n", "\n    ")
	return hetzner.Machine{
		ID: id, Name: fmt.Sprintf("rehearsal-%d", id), Cores: 2, MemoryGB: 4, DiskGB: 40, Image: "debian-13",
		UserData: fmt.Sprintf("#cloud-config\nssh_keys:\n  ed25519_private: |\n%s\n  ed25519_public: %s\nruncmd:\n- touch /root/user-data-ran\n",
			private, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(r.host.PublicKey())))),
		SSHKeys: []string{string(ssh.MarshalAuthorizedKey(r.user.PublicKey()))},
		IPv4:    netip.MustParseAddr(ip), PowerOn: true,
	}
}

// dial logs in, and fails within the limit when it cannot.
func (r *rig) dial(ip string, limit time.Duration) (*ssh.Client, error) {
	config := &ssh.ClientConfig{
		User: "root", Auth: []ssh.AuthMethod{ssh.PublicKeys(r.user)}, Timeout: 5 * time.Second,
		HostKeyCallback: ssh.FixedHostKey(r.host.PublicKey()), HostKeyAlgorithms: []string{ssh.KeyAlgoED25519},
	}
	for end := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		c, err := ssh.Dial("tcp", net.JoinHostPort(ip, "22"), config)
		if err == nil || time.Now().After(end) {
			return c, err
		}
	}
}

// run runs a command over SSH and returns its output.
func (r *rig) run(ip, command string) string {
	r.t.Helper()
	out, err := r.try(ip, command)
	if err != nil {
		r.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return out
}

func (r *rig) try(ip, command string) (string, error) {
	c, err := r.dial(ip, 30*time.Second)
	if err != nil {
		return "", err
	}
	defer c.Close()
	s, err := c.NewSession()
	if err != nil {
		return "", err
	}
	out, err := s.CombinedOutput(command)
	return strings.TrimSpace(string(out)), err
}

// exec runs a command in the only running server, without SSH.
func (r *rig) exec(args ...string) string {
	r.t.Helper()
	cmd, done, err := Command(r.state, 0, args...)
	r.must(err)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("%q: %v\n%s", args, err, out)
	}
	r.must(done())
	return strings.TrimSpace(string(out))
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) equal(what, got, want string) {
	r.t.Helper()
	if got != want {
		r.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// dump shows the logs of all servers.
func (r *rig) dump() {
	logs, err := filepath.Glob(filepath.Join(r.state, "servers", "*", "*.log"))
	if err != nil {
		r.t.Error(err)
	}
	for _, f := range logs {
		b, err := os.ReadFile(f)
		r.t.Logf("%s (%v):\n%s", f, err, b[max(0, len(b)-6000):])
	}
}

// waitOff waits for a server that goes down by itself.
func (r *rig) waitOff(id int64) {
	r.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		on, err := r.hosts.Running(r.ctx, id)
		if err == nil && time.Now().After(end) {
			err = errors.New("still running after 20 s")
		}
		r.must(err)
		if !on {
			return
		}
	}
}
