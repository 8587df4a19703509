package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

const sshTimeout = 10 * time.Second

var (
	errHostKey = errors.New("the server shows another host key than the stack knows")
	errLogin   = errors.New("the server accepts none of your keys")
)

// login is how the operator proves who they are.
type login struct {
	// identity is the file of a private key.
	identity string
	// chosen is set when the operator named that file: then no other key is tried.
	chosen bool
}

// defaultIdentity is where ssh-keygen puts a key.
func defaultIdentity() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".ssh", "id_ed25519")
}

// signers are the keys to try: those of the agent, and that of the file. The function it returns closes the agent.
//
// Errors: no key at all; a chosen file that cannot be read; one with a passphrase that no agent holds.
func (l login) signers(ctx context.Context) (keys []ssh.Signer, done func(), err error) {
	done = func() {}
	if socket := os.Getenv("SSH_AUTH_SOCK"); socket != "" && !l.chosen {
		if conn, dialErr := (&net.Dialer{}).DialContext(ctx, "unix", socket); dialErr == nil {
			done = func() { conn.Close() }
			if held, err := agent.NewClient(conn).Signers(); err == nil {
				keys = held
			}
		}
	}
	key, err := readKey(l.identity)
	switch {
	case err == nil:
		return append(keys, key), done, nil
	case len(keys) > 0 && !l.chosen:
		return keys, done, nil
	}
	return nil, done, err
}

func readKey(file string) (ssh.Signer, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("SSH key: %w; want a key in the agent or with --identity", err)
	}
	key, err := ssh.ParsePrivateKey(text)
	if errors.As(err, new(*ssh.PassphraseMissingError)) {
		return nil, fmt.Errorf("SSH key %s: got one with a passphrase, want it in the agent: `ssh-add %s`", file, file)
	}
	if err != nil {
		return nil, fmt.Errorf("SSH key %s: %w", file, err)
	}
	return key, nil
}

// dial logs in as root. It accepts the one host key that is given, and no other.
//
// Errors: errHostKey, errLogin, and whatever keeps the server out of reach.
func dial(ctx context.Context, address, hostKey string, keys []ssh.Signer) (*ssh.Client, error) {
	pinned, _, _, _, err := ssh.ParseAuthorizedKey([]byte(hostKey))
	if err != nil {
		return nil, fmt.Errorf("host key in the stack's outputs: %w", err)
	}
	conn, err := (&net.Dialer{Timeout: sshTimeout}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(sshTimeout)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	differs := false
	c, channels, requests, err := ssh.NewClientConn(conn, address, &ssh.ClientConfig{
		User: "root", Auth: []ssh.AuthMethod{ssh.PublicKeys(keys...)},
		// Nothing but the pinned kind, so that the server cannot answer with a key of another.
		HostKeyAlgorithms: []string{pinned.Type()},
		HostKeyCallback: func(name string, remote net.Addr, key ssh.PublicKey) error {
			err := ssh.FixedHostKey(pinned)(name, remote, key)
			differs = err != nil
			return err
		},
	})
	if err == nil {
		err = conn.SetDeadline(time.Time{})
		return ssh.NewClient(c, channels, requests), err
	}
	switch {
	case differs || strings.Contains(err.Error(), "no common algorithm for host key"):
		err = errHostKey
	case strings.Contains(err.Error(), "unable to authenticate"):
		err = errLogin
	}
	return nil, err // the connection is closed already
}

// readFile returns a file of the server.
func readFile(client *ssh.Client, path string) (string, error) {
	session, err := client.NewSession()
	if err != nil {
		return "", err
	}
	defer session.Close()
	text, err := session.Output("cat " + path)
	if err != nil {
		return "", fmt.Errorf("cat %s: %w", path, err)
	}
	return string(text), nil
}
