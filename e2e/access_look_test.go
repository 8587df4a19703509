package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// entrances is what `lvs access` says about who is let in, by network.
type entrances struct {
	Opened, Closed []string
	Entrances      []struct {
		From, By string
		Until    time.Time
		Expired  bool
	}
	Servers []string
}

// access runs `lvs access` and returns its answer; it must succeed.
func (a *access) access(t *testing.T, env []string, args ...string) entrances {
	t.Helper()
	text, code := a.lvs(t, env, append([]string{"access", "--output", "json"}, args...)...)
	var answer entrances
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&answer); err != nil || code != 0 {
		t.Fatalf("lvs access %v: got exit code %d (%v) and\n%s\nwant 0 and JSON", args, code, err, text)
	}
	return answer
}

// firewall returns the access firewall, or nil.
func (a *access) firewall(t *testing.T) *hcloud.Firewall {
	t.Helper()
	fw, _, err := a.client.Firewall.GetByName(t.Context(), accessName)
	if err != nil {
		t.Fatal(err)
	}
	return fw
}

// answers reports whether anything comes back from a port of the server for somebody at that address. A firewall of
// the twin resets the connection.
func (a *access) answers(t *testing.T, from, port string) bool {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(a.address, port))
	if errors.Is(err, syscall.ECONNRESET) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// sshd greets, and the API server complains that this is no TLS.
	_, werr := fmt.Fprint(conn, "GET / HTTP/1.0\r\n\r\n")
	if err := conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	n, err := conn.Read(make([]byte, 1))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("port %s: got neither an answer nor a reset in 30 s (%v)", port, werr)
	}
	return n > 0
}

// wantIn demands who reaches SSH and the Kubernetes API, of home, runner and stranger.
func (a *access) wantIn(t *testing.T, want ...string) {
	t.Helper()
	for _, from := range []string{atHome, atRunner, stranger} {
		for _, port := range []string{"22", "6443"} {
			if got := a.answers(t, from, port); got != slices.Contains(want, from) {
				t.Errorf("port %s from %s: got an answer %t, want %t", port, from, got, !got)
			}
		}
	}
}

func ports(fw *hcloud.Firewall) []string {
	var out []string
	for _, r := range fw.Rules {
		if r.Port == nil {
			out = append(out, string(r.Protocol))
			continue
		}
		out = append(out, *r.Port)
	}
	slices.Sort(out) // Hetzner keeps no order
	return out
}
