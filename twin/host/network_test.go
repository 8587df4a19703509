package host

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

func TestAdmits(t *testing.T) {
	office := []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	rules := []hetzner.Rule{{Protocol: "tcp", PortFrom: 22, PortTo: 22, Sources: office}, {Protocol: "tcp", PortFrom: 8000, PortTo: 8010, Sources: office}}
	for _, c := range []struct {
		name  string
		rules []hetzner.Rule
		port  uint16
		from  string
		want  bool
	}{
		{"no firewall", nil, 22, "203.0.113.1", true},
		{"no rules", []hetzner.Rule{}, 22, "203.0.113.1", false},
		{"source and port", rules, 22, "198.51.100.7", true},
		{"other source", rules, 22, "203.0.113.1", false},
		{"other port", rules, 6443, "198.51.100.7", false},
		{"within a range", rules, 8010, "198.51.100.7", true},
		{"beyond a range", rules, 8011, "198.51.100.7", false},
		{"other protocol", []hetzner.Rule{{Protocol: "udp", PortFrom: 22, PortTo: 22, Sources: office}}, 22, "198.51.100.7", false},
	} {
		if got := admits(c.rules, "tcp", c.port, netip.MustParseAddr(c.from)); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const ip = "127.100.1.5"
	r.must(r.hosts.CreateServer(r.ctx, r.machine(5, ip)))
	r.equal("client address", r.run(ip, "echo ${SSH_CLIENT%% *}"), "127.0.0.1")

	r.equal("addresses", r.run(ip, "ip -4 -o addr show scope global | awk '{print $4}'"), ip+"/32")

	t.Run("firewall", func(t *testing.T) {
		r.must(r.hosts.SetFirewall(r.ctx, 5, []hetzner.Rule{}))
		r.refused(ip, "127.0.0.1")
		office := netip.MustParsePrefix("127.77.0.0/16")
		r.must(r.hosts.SetFirewall(r.ctx, 5, []hetzner.Rule{{Protocol: "tcp", PortFrom: 22, PortTo: 22, Sources: []netip.Prefix{office}}}))
		r.refused(ip, "127.0.0.1")
		r.equal("banner", r.banner(ip, "127.77.0.9")[:4], "SSH-")
		r.must(r.hosts.SetFirewall(r.ctx, 5, nil))
		r.equal("banner", r.banner(ip, "127.0.0.1")[:4], "SSH-")
	})
	t.Run("private network", func(t *testing.T) {
		address := netip.MustParseAddr("10.0.0.2")
		r.must(r.hosts.AttachNetwork(r.ctx, 5, address, netip.MustParsePrefix("10.0.0.0/16")))
		r.equal("address", r.run(ip, "ip -4 -o addr show enp7s0 | awk '{print $4}'"), "10.0.0.2/32")
		r.equal("route", r.run(ip, "ip -o route get 10.0.0.9 | cut -d' ' -f1-5"), "10.0.0.9 via 10.0.0.1 dev enp7s0")
		r.must(r.hosts.PowerOff(r.ctx, 5))
		r.must(r.hosts.PowerOn(r.ctx, 5))
		r.equal("address after power on", r.run(ip, "ip -4 -o addr show enp7s0 | awk '{print $4}'"), "10.0.0.2/32")
		r.must(r.hosts.DetachNetwork(r.ctx, 5, address))
		if out, err := r.try(ip, "ip link show enp7s0"); err == nil {
			t.Errorf("the interface is still there: %s", out)
		}
	})
}

// Two servers listen on the same ports, each on its own address.
func TestAddressTaken(t *testing.T) {
	l, err := net.Listen("tcp4", "127.100.1.6:6443")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	err = CheckPorts("127.100.1.6")
	if err == nil || !strings.Contains(err.Error(), "127.100.1.6:6443 is taken by process ") {
		t.Errorf("%v, want it to name the address and the process", err)
	}
}

// banner is the first line that sshd sends to a client with this source address.
func (r *rig) banner(ip, source string) string {
	r.t.Helper()
	c, err := connect(ip, source)
	r.must(err)
	defer c.Close()
	b := make([]byte, 64)
	n, err := c.Read(b)
	r.must(err)
	return string(b[:n])
}

// refused fails when a connection from the source gets a single byte.
func (r *rig) refused(ip, source string) {
	r.t.Helper()
	c, err := connect(ip, source)
	if err != nil {
		return
	}
	defer c.Close()
	if n, err := c.Read(make([]byte, 1)); err == nil {
		r.t.Errorf("from %s: got %d byte through a closed firewall", source, n)
	}
}

func connect(ip, source string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}, Timeout: 5 * time.Second}
	c, err := d.Dial("tcp4", net.JoinHostPort(ip, "22"))
	if err != nil {
		return nil, err
	}
	return c, c.SetDeadline(time.Now().Add(5 * time.Second))
}
