package postgres

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// realServer is Debian's PostgreSQL, set up as the operator would.
type realServer struct {
	bin, dir, owner string
	port            int
	size            Size
	settings        map[string]string
	as              *syscall.SysProcAttr
}

// startServer starts a server of its own on a free port of the loopback interface, and ends it with the test.
func startServer(t *testing.T, size Size) *realServer {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		t.Fatalf("got no PostgreSQL below /usr/lib/postgresql (%v), want Debian's package postgresql", err)
	}
	dir, err := os.MkdirTemp("", "pg") // a short path: that of a socket may have 107 letters
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s := &realServer{bin: found[len(found)-1], dir: dir, size: size, port: freePort(t)}
	s.become(t)
	s.run(t, "initdb", "-D", dir+"/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-k", "-N")
	s.configure(t)
	cmd := s.command("postgres", "-D", dir+"/data")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	ready := func() bool { return s.command("pg_isready", "-q", "-h", dir, "-p", strconv.Itoa(s.port)).Run() == nil }
	for deadline := time.Now().Add(30 * time.Second); !ready(); time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-ended:
			t.Fatalf("server: %v\n%s", err, &log)
		default:
		}
		if time.Now().After(deadline) {
			break
		}
	}
	t.Cleanup(func() {
		if err := errors.Join(cmd.Process.Signal(syscall.SIGINT), <-ended); err != nil {
			t.Errorf("server: %v\n%s", err, &log)
		}
	})
	if !ready() {
		t.Fatal("server: got it not ready, want it within 30 seconds")
	}
	return s
}

// become has the server run as somebody else than root, which PostgreSQL refuses.
func (s *realServer) become(t *testing.T) {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if me.Uid == "0" {
		if me, err = user.Lookup("postgres"); err != nil {
			t.Fatal(err)
		}
		uid, errUID := strconv.Atoi(me.Uid)
		gid, errGID := strconv.Atoi(me.Gid)
		if err := errors.Join(errUID, errGID, os.Chown(s.dir, uid, gid)); err != nil {
			t.Fatal(err)
		}
		s.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	s.owner = me.Username
}

// configure writes what the operator would: the settings, the rules between its own, a certificate.
func (s *realServer) configure(t *testing.T) {
	t.Helper()
	text, err := json.Marshal(s.size.parameters())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &s.settings); err != nil {
		t.Fatal(err)
	}
	var rendered strings.Builder
	for name, value := range s.settings {
		fmt.Fprintf(&rendered, "%s = '%s'\n", name, value)
	}
	key, certificate := selfSigned(t)
	for name, content := range map[string]string{
		"rendered.conf": rendered.String(), "server.key": key, "server.crt": certificate,
		"pg_hba.conf":   rulesBefore + strings.Join(rules, "\n") + "\n" + rulesAfter,
		"pg_ident.conf": "local " + s.owner + " postgres\n",
		// A replica's certificate would be checked by the server's own.
		"postgresql.conf": fmt.Sprintf("include 'rendered.conf'\nport = %d\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '%s'\n"+
			"fsync = off\nssl = on\nssl_ca_file = 'server.crt'\n", s.port, s.dir),
	} {
		cmd := s.command("sh", "-c", `umask 077; rm -f "$1"; cat >"$1"`, "sh", filepath.Join(s.dir, "data", name))
		cmd.Stdin = strings.NewReader(content)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
	}
}

func (s *realServer) command(name string, args ...string) *exec.Cmd {
	path := filepath.Join(s.bin, name)
	if name == "sh" {
		path = name
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = s.dir, []string{"PATH=/usr/bin:/bin", "HOME=" + s.dir, "LC_ALL=C", "PGCONNECT_TIMEOUT=10"}, s.as
	return cmd
}

func (s *realServer) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := s.command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	return strings.TrimSpace(string(out))
}

// admin runs SQL by the socket, as the operator does.
func (s *realServer) admin(t *testing.T, sql string) string {
	t.Helper()
	args := []string{"-h", s.dir, "-p", strconv.Itoa(s.port), "-U", "postgres", "-d", "postgres", "-qAt", "-v", "ON_ERROR_STOP=1"}
	for statement := range strings.SplitSeq(sql, ";") {
		args = append(args, "-c", statement)
	}
	return s.run(t, "psql", args...)
}

// client runs SQL over the network, as a client does.
func (s *realServer) client(role, database, tls, password, sql string) (string, error) {
	cmd := s.command("psql", "-h", "127.0.0.1", "-p", strconv.Itoa(s.port), "-U", role, "-d", database, "-qAtw", "-c", sql)
	cmd.Env = append(cmd.Env, "PGSSLMODE="+tls, "PGPASSWORD="+password)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().(*net.TCPAddr).Port
}

// selfSigned returns a key and its certificate.
func selfSigned(t *testing.T) (key, certificate string) {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &pair.PublicKey, pair)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}))
}
