package main

import (
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// newKey makes a key out of a word.
func newKey(t *testing.T, word string) (ed25519.PrivateKey, ssh.Signer) {
	t.Helper()
	private := ed25519.NewKeyFromSeed([]byte(strings.Repeat(word, ed25519.SeedSize)[:ed25519.SeedSize]))
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return private, signer
}

func line(k ssh.Signer) string { return string(ssh.MarshalAuthorizedKey(k.PublicKey())) }

// serve answers SSH with one host key and lets one key in; reached tells if any login was tried.
func serve(t *testing.T, host, operator ssh.Signer) (address string, reached func() bool) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tried := make(chan bool, 100)
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		tried <- true
		if string(key.Marshal()) != string(operator.PublicKey().Marshal()) {
			return nil, errors.New("unknown key")
		}
		return nil, nil
	}}
	config.AddHostKey(host)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if c, _, requests, err := ssh.NewServerConn(conn, config); err == nil {
				go ssh.DiscardRequests(requests)
				go func() { c.Wait() }()
			}
		}
	}()
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		<-ended
	})
	return listener.Addr().String(), func() bool { return len(tried) > 0 }
}

func TestDial(t *testing.T) {
	_, host := newKey(t, "host")
	_, other := newKey(t, "other")
	_, operator := newKey(t, "operator")
	t.Run("the pinned key", func(t *testing.T) {
		address, _ := serve(t, host, operator)
		client, err := dial(t.Context(), address, line(host), []ssh.Signer{other, operator})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("another host key", func(t *testing.T) {
		address, reached := serve(t, other, operator)
		if _, err := dial(t.Context(), address, line(host), []ssh.Signer{operator}); !errors.Is(err, errHostKey) {
			t.Errorf("got %v, want %v", err, errHostKey)
		}
		if reached() {
			t.Error("got a key offered to a server that was not recognised, want none")
		}
	})
	t.Run("no key that is let in", func(t *testing.T) {
		address, _ := serve(t, host, operator)
		if _, err := dial(t.Context(), address, line(host), []ssh.Signer{other}); !errors.Is(err, errLogin) {
			t.Errorf("got %v, want %v", err, errLogin)
		}
	})
	t.Run("no pinned key", func(t *testing.T) {
		if _, err := dial(t.Context(), "127.0.0.1:1", "", []ssh.Signer{other}); err == nil || !strings.Contains(err.Error(), "host key in the stack's outputs") {
			t.Errorf("got %v, want an error about the host key", err)
		}
	})
}

func TestSigners(t *testing.T) {
	t.Setenv("SSH_AUTH_SOCK", "")
	private, signer := newKey(t, "operator")
	plain, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string][]byte{"plain": pem.EncodeToMemory(plain), "locked": pem.EncodeToMemory(locked), "public": []byte(line(signer))} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"plain": "", "locked": "ssh-add", "public": "SSH key", "none": "--identity"} {
		keys, done, err := login{identity: filepath.Join(dir, name)}.signers(t.Context())
		done()
		switch {
		case want == "" && (err != nil || len(keys) != 1):
			t.Errorf("%s: got %d keys (%v), want one", name, len(keys), err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want an error with %q", name, err, want)
		}
	}
}
