package main

import (
	"bytes"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTrailer(t *testing.T) {
	for name, c := range map[string]struct{ tail, want, problem string }{
		"none":       {"ELF", unreleased, ""},
		"release":    {"ELF\nLVS-TWIN-K3S-VERSION=v1.36.5+k3s1\n", "v1.36.5+k3s1", ""},
		"broken":     {"ELF\nLVS-TWIN-K3S-VERSION=v1.36.5+k3s1=broken\n", "v1.36.5+k3s1=broken", ""},
		"last wins":  {"ELF\nLVS-TWIN-K3S-VERSION=v1.35.0+k3s1\n\nLVS-TWIN-K3S-VERSION=v1.36.5+k3s1\n", "v1.36.5+k3s1", ""},
		"elsewhere":  {"ELF\nLVS-TWIN-K3S-VERSION=v1.36.5+k3s1\nmore", unreleased, ""},
		"no version": {"ELF\nLVS-TWIN-K3S-VERSION=latest\n", "", `"latest" is no k3s version`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readTrailer(strings.NewReader(strings.Repeat("x", 3*trailerMax) + c.tail))
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if (err != nil) != (c.problem != "") || err != nil && !strings.Contains(err.Error(), c.problem) {
				t.Errorf("got error %v, want %q", err, c.problem)
			}
		})
	}
}

func TestVersionOutput(t *testing.T) {
	var out bytes.Buffer
	if err := printVersion(&out, "v1.36.5+k3s1"); err != nil {
		t.Fatal(err)
	}
	first, second, _ := strings.Cut(out.String(), "\n")
	if first != "k3s version v1.36.5+k3s1 (twin)" || !strings.HasPrefix(second, "go version go1.") {
		t.Errorf("got %q", out.String())
	}
}

// credentials makes the certificates of a server below a temporary root.
func credentials(t *testing.T, text string, now time.Time) *config {
	t.Helper()
	c, err := load(t, "secrets-encryption: true\nnode-name: main\nadvertise-address: 10.0.1.5\nnode-ip: 10.0.1.5\n"+text)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.paths.create(); err != nil {
		t.Fatal(err)
	}
	if err := c.ensureCredentials(now); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCertificates(t *testing.T) {
	now := time.Now()
	c := credentials(t, "tls-san: [api.example.org, 127.64.1.7]", now)
	serving, _, err := readPair(c.paths.tls("serving-kube-apiserver"))
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{
		"127.0.0.1", "10.0.1.5", "10.43.0.1", "127.64.1.7", "main", "localhost", "api.example.org",
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
	} {
		if err := serving.VerifyHostname(host); err != nil {
			t.Errorf("serving certificate: %v", err)
		}
	}
	admin, _, err := readPair(c.paths.tls("client-admin"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(admin.Subject.Organization, []string{"system:masters"}) {
		t.Errorf("client-admin: got groups %v", admin.Subject.Organization)
	}
	if life := admin.NotAfter.Sub(now).Round(time.Hour); life != certificateLife {
		t.Errorf("client-admin: lives %v, want %v", life, certificateLife)
	}
	authority, _, err := readPair(c.paths.tls("client-ca"))
	if err != nil {
		t.Fatal(err)
	}
	if life := authority.NotAfter.Sub(now).Round(time.Hour); life != authorityLife {
		t.Errorf("client-ca: lives %v, want %v", life, authorityLife)
	}
}

func TestCertificatesAreRenewed(t *testing.T) {
	now := time.Now()
	c := credentials(t, "", now)
	read := func(name string) []byte {
		t.Helper()
		data, err := os.ReadFile(c.paths.tls(name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	authority, admin, serving := read("server-ca.crt"), read("client-admin.crt"), read("serving-kube-apiserver.crt")

	if err := c.ensureCredentials(now.Add(24 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(admin, read("client-admin.crt")) || !bytes.Equal(serving, read("serving-kube-apiserver.crt")) {
		t.Error("a restart re-issued certificates that last")
	}
	c.sans = []string{"new.example.org"}
	if err := c.ensureCredentials(now.Add(24 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(serving, read("serving-kube-apiserver.crt")) {
		t.Error("a new name did not re-issue the serving certificate")
	}
	if !bytes.Equal(admin, read("client-admin.crt")) {
		t.Error("a new name re-issued the administrator's certificate")
	}
	if err := c.ensureCredentials(now.Add(certificateLife - renewBefore + time.Hour)); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(admin, read("client-admin.crt")) {
		t.Error("a certificate near its end was not re-issued")
	}
	if !bytes.Equal(authority, read("server-ca.crt")) {
		t.Error("the authority changed")
	}
}

func TestEncryptionKeyIsKept(t *testing.T) {
	c := credentials(t, "secrets-encryption-provider: secretbox", time.Now())
	first, err := os.ReadFile(c.paths.encryption())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(first, []byte(`"secretbox"`)) {
		t.Errorf("got %s", first)
	}
	if err := ensureEncryption(c.paths.encryption(), "aescbc"); err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(c.paths.encryption())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("the key was replaced")
	}
}

func TestNodePasswordHash(t *testing.T) {
	hash, err := hashPassword("secret")
	if err != nil {
		t.Fatal(err)
	}
	if err := verifyPassword(hash, "secret"); err != nil {
		t.Error(err)
	}
	if err := verifyPassword(hash, "other"); !errors.Is(err, errPasswordMismatch) {
		t.Errorf("got %v, want %v", err, errPasswordMismatch)
	}
	if err := verifyPassword("$1:nonsense", "secret"); err == nil || errors.Is(err, errPasswordMismatch) {
		t.Errorf("malformed hash: got %v", err)
	}
	path := filepath.Join(t.TempDir(), "password")
	made, err := ensurePasswordFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ensurePasswordFile(path); err != nil || again != made || len(made) != 32 {
		t.Errorf("got %q and %q, %v", made, again, err)
	}
}

func TestNormalizeToken(t *testing.T) {
	for token, want := range map[string]string{
		"secret":                "secret",
		"server:secret":         "secret",
		"K10abc::server:secret": "secret",
		"K10abc::secret":        "secret",
		"K10abc":                "",
		"server:":               "",
	} {
		got, err := normalizeToken(token)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v; want %q", token, got, err, want)
		}
	}
}

func TestBootstrapDataIsSealed(t *testing.T) {
	sealed, err := seal("secret", []byte("plain text"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(sealed, "plain") {
		t.Errorf("got %q", sealed)
	}
	if plain, err := unseal("secret", sealed); err != nil || string(plain) != "plain text" {
		t.Errorf("got %q, %v", plain, err)
	}
	if _, err := unseal("other", sealed); err == nil {
		t.Error("another token opens it")
	}
}

// freePort returns a port of the loopback network that nothing listens on.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck
	return listener.Addr().(*net.TCPAddr).Port
}
