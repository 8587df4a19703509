// Package sshtest is an SSH server inside the test's own process. It runs commands with
// the local shell, takes one login key, and can misbehave as hosts do.
package sshtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

// Server is a running SSH server.
type Server struct {
	// Host and Port are where it listens.
	Host string
	Port int
	// HostKey is its public key and LoginKey the private key it lets in.
	HostKey, LoginKey string

	// AcceptEnv names the variables that clients may set.
	AcceptEnv []string
	// DropFirst is how many connections it closes before any handshake.
	DropFirst int
	// HangUp makes it close the connection as soon as a command begins.
	HangUp bool

	config *ssh.ServerConfig
	mu     sync.Mutex
	ran    []string
	ended  []string
	conns  int
}

// Start starts a server that stops with the test.
func Start(t *testing.T, options ...func(*Server)) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
	})
	host, _ := key(t)
	login, loginPEM := key(t)
	address := listener.Addr().(*net.TCPAddr)
	s := &Server{
		Host: address.IP.String(), Port: address.Port,
		HostKey: string(ssh.MarshalAuthorizedKey(host.PublicKey())), LoginKey: loginPEM,
	}
	for _, option := range options {
		option(s)
	}
	s.config = &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if slices.Equal(key.Marshal(), login.PublicKey().Marshal()) {
			return nil, nil
		}
		return nil, fmt.Errorf("unknown key %s", ssh.FingerprintSHA256(key))
	}}
	s.config.AddHostKey(host)
	go s.accept(listener)
	return s
}

// Ran lists the commands that were begun, in order.
func (s *Server) Ran() []string { return s.list(&s.ran) }

// Ended lists the commands whose process has ended, in order.
func (s *Server) Ended() []string { return s.list(&s.ended) }

// Connections counts the connections made, those dropped included.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

func (s *Server) list(of *[]string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(*of)
}

func (s *Server) note(to *[]string, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*to = append(*to, what)
}

// AnotherKey is a public key that the server does not have.
func AnotherKey(t *testing.T) string {
	t.Helper()
	signer, _ := key(t)
	return string(ssh.MarshalAuthorizedKey(signer.PublicKey()))
}

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
