package e2e

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// listeningPage holds the list of what the node listens at, as components/listening writes it.
const listeningPage = "../docs/decisions/listening.md"

// listener is a line of that list.
type listener struct {
	protocol    string
	first, last int
	private     bool
}

// listening holds the sockets of the server against the list: nothing listens beyond loopback that is not on it, or at
// another address than it says; and what is known to listen in a rehearsal does.
func (m *machine) listening(t *testing.T) {
	page, err := os.ReadFile(listeningPage)
	if err != nil {
		t.Fatal(err)
	}
	listed := parseListeners(t, string(page))
	found, problems := judgeSockets(listed, must[string](t)(m.SSH("ss -Hltnu")), netip.MustParseAddr("10.0.1.10"))
	for _, p := range problems {
		t.Error(p)
	}
	for _, want := range []string{"tcp 22", "tcp 2379", "tcp 2380", "tcp 2381", "tcp 6443"} {
		if !slices.Contains(found, want) {
			t.Errorf("got %q, want %s among them", found, want)
		}
	}
	// Prometheus reads etcd's metrics there; no line of them is an error of grep.
	must[string](t)(m.SSH("curl --fail --silent --max-time 10 http://10.0.1.10:2381/metrics | grep ^etcd_disk_wal_fsync_duration_seconds_bucket"))
}

func parseListeners(t *testing.T, page string) (list []listener) {
	t.Helper()
	for line := range strings.Lines(page) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 7 {
			continue
		}
		from, to, ranged := strings.Cut(strings.TrimSpace(cells[1]), "-")
		if !ranged {
			to = from
		}
		first, err := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err != nil || err2 != nil {
			continue // the head of the table
		}
		list = append(list, listener{strings.TrimSpace(cells[2]), first, last, strings.TrimSpace(cells[3]) == "private"})
	}
	if len(list) < 10 {
		t.Fatalf("%s: got %d lines of its table, want all of them", listeningPage, len(list))
	}
	return list
}

// judgeSockets reads what `ss -Hltnu` prints: what listens beyond loopback, and what is wrong with that.
func judgeSockets(listed []listener, sockets string, private netip.Addr) (found, problems []string) {
	for line := range strings.Lines(sockets) {
		fields := strings.Fields(line)
		if len(fields) < 5 {
			continue
		}
		at := fields[4]
		host, port := at[:strings.LastIndex(at, ":")], at[strings.LastIndex(at, ":")+1:]
		host, _, _ = strings.Cut(strings.Trim(host, "[]"), "%")
		address, err := netip.ParseAddr(strings.Replace(host, "*", "::", 1))
		number, err2 := strconv.Atoi(port)
		if err != nil || err2 != nil {
			problems = append(problems, fmt.Sprintf("ss: got %q, want an address and a port", line))
			continue
		}
		if address.Unmap().IsLoopback() {
			continue
		}
		i := slices.IndexFunc(listed, func(l listener) bool { return l.protocol == fields[0] && l.first <= number && number <= l.last })
		switch {
		case i < 0:
			problems = append(problems, fmt.Sprintf("got a listener at %s %s, want it in %s, or gone", fields[0], at, listeningPage))
		case listed[i].private && address.Unmap() != private:
			problems = append(problems, fmt.Sprintf("got a listener at %s %s, want it at %v alone", fields[0], at, private))
		}
		found = append(found, fmt.Sprintf("%s %d", fields[0], number))
	}
	return found, problems
}

func TestSocketsAreJudged(t *testing.T) {
	page, err := os.ReadFile(listeningPage)
	if err != nil {
		t.Fatal(err)
	}
	found, problems := judgeSockets(parseListeners(t, string(page)), `tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*
tcp LISTEN 0 4096 127.0.0.1:10257 0.0.0.0:*
tcp LISTEN 0 4096 10.0.1.10:2381 0.0.0.0:*
tcp LISTEN 0 4096 0.0.0.0:2379 0.0.0.0:*
tcp LISTEN 0 4096 *:6443 *:*
tcp LISTEN 0 4096 [::1]:631 [::]:*
tcp LISTEN 0 64 [::]:111 [::]:*
udp UNCONN 0 0 192.0.2.5%eth0:68 0.0.0.0:*
udp UNCONN 0 0 0.0.0.0:6443 0.0.0.0:*
udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*
`, netip.MustParseAddr("10.0.1.10"))
	if want := []string{"tcp 22", "tcp 2381", "tcp 2379", "tcp 6443", "tcp 111", "udp 68", "udp 6443"}; !slices.Equal(found, want) {
		t.Errorf("got %q, want %q", found, want)
	}
	for i, want := range []string{"tcp 0.0.0.0:2379, want it at 10.0.1.10 alone", "tcp [::]:111, want it in ../docs", "udp 0.0.0.0:6443, want it in ../docs"} {
		if i >= len(problems) || len(problems) != 3 || !strings.Contains(problems[i], want) {
			t.Fatalf("got %q, want %q in its place", problems, want)
		}
	}
}
