package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
)

// ForwardedPorts are the TCP ports that reach a server on its public address.
var ForwardedPorts = []uint16{22, 80, 443, 6443}

var errFirewall = errors.New("the server's firewall does not let it in")

// forward listens on the server's public address for as long as the supervisor lives.
func (s *supervisor) forward(address netip.Addr) error {
	if !address.IsValid() {
		return nil
	}
	for _, port := range ForwardedPorts {
		l, err := listen(netip.AddrPortFrom(address, port))
		if err != nil {
			return err
		}
		go s.accept(l, port)
	}
	return nil
}

// listen opens a loopback port, or says who has it.
func listen(at netip.AddrPort) (net.Listener, error) {
	l, err := net.Listen("tcp4", at.String())
	if !errors.Is(err, unix.EADDRINUSE) {
		return l, err
	}
	advice := "stop it, or let it listen on addresses of its own instead of all (for sshd: ListenAddress)"
	return nil, fmt.Errorf("%s is taken by %s; %s", at, portHolder(at.Port()), advice)
}

// checkPort tells whether listen would work.
func checkPort(address string, port uint16) error {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return err
	}
	l, err := listen(netip.AddrPortFrom(a, port))
	if err != nil {
		return err
	}
	return l.Close()
}

func (s *supervisor) accept(l net.Listener, port uint16) {
	for {
		c, err := l.Accept()
		if err != nil {
			s.log.Error("no more connections", "port", port, "cause", err)
			return
		}
		go func() {
			// A server that boots refuses many connections; those say nothing.
			if err := s.carry(c.(*net.TCPConn), port); errors.Is(err, errFirewall) {
				s.log.Info("connection reset", "from", c.RemoteAddr(), "port", port, "cause", err)
			}
		}()
	}
}

// carry takes a connection into the server if the firewall lets it through.
// Hetzner's firewall drops packets; here the connection is reset at once, which
// a client sees sooner.
func (s *supervisor) carry(outer *net.TCPConn, port uint16) error {
	defer outer.Close()
	from := outer.RemoteAddr().(*net.TCPAddr)
	inner, err := s.dial(from, outer.LocalAddr().(*net.TCPAddr), port)
	if err != nil {
		return errors.Join(err, outer.SetLinger(0))
	}
	defer inner.Close()
	var both sync.WaitGroup
	for _, way := range [][2]*net.TCPConn{{inner, outer}, {outer, inner}} {
		both.Go(func() { copyStream(way[0], way[1]) })
	}
	both.Wait()
	return nil
}

// dial connects inside the server, from the client's own address.
func (s *supervisor) dial(from, to *net.TCPAddr, port uint16) (*net.TCPConn, error) {
	r, err := s.dir.load()
	if err != nil {
		return nil, err
	}
	source, _ := netip.AddrFromSlice(from.IP)
	if !admits(r.Firewall, "tcp", port, source.Unmap()) {
		return nil, errFirewall
	}
	ns := s.netns.Load()
	if ns == nil {
		return nil, errors.New("the server is booting")
	}
	var inner net.Conn
	err = inNetns(ns, func() error {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: from.IP}}
		inner, err = d.DialContext(ctx, "tcp4", to.String())
		return err
	})
	if err != nil {
		return nil, err
	}
	return inner.(*net.TCPConn), nil
}

// copyStream copies until one side ends and passes the end on, also that by an error.
func copyStream(to, from *net.TCPConn) {
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		return
	}
	if err := to.CloseWrite(); err != nil {
		to.Close()
	}
}

// admits tells whether a firewall lets a connection in.
func admits(rules []hetzner.Rule, protocol string, port uint16, from netip.Addr) bool {
	if rules == nil {
		return true
	}
	return slices.ContainsFunc(rules, func(r hetzner.Rule) bool {
		return r.Protocol == protocol && r.PortFrom <= int(port) && int(port) <= r.PortTo &&
			slices.ContainsFunc(r.Sources, func(p netip.Prefix) bool { return p.Contains(from) })
	})
}
