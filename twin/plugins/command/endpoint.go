package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// endpoint reads a connection or a proxy; the defaults have been filled in by Check.
func (l *link) endpoint(p resource.PropertyMap) (*endpoint, error) {
	number := func(key resource.PropertyKey, fallback int) int {
		if v := p[key]; v.IsNumber() {
			return int(v.NumberValue())
		}
		return fallback
	}
	e := &endpoint{
		address: net.JoinHostPort(plug.Text(p, "host"), strconv.Itoa(number("port", 22))),
		limit:   number("dialErrorLimit", 10),
		config: &ssh.ClientConfig{
			User:    plug.Text(p, "user"),
			Timeout: time.Duration(number("perDialTimeout", 15)) * time.Second,
			// The official plug-in trusts any host when no key is given.
			HostKeyCallback: ssh.InsecureIgnoreHostKey(),
		},
	}
	if line, given := p["hostKey"]; given {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line.StringValue()))
		if err != nil {
			return nil, fmt.Errorf("failed to parse host key: %w", err)
		}
		e.config.HostKeyCallback = ssh.FixedHostKey(key)
		e.config.HostKeyAlgorithms = []string{key.Type()}
	}
	return e, l.authenticate(e, p)
}

// authenticate offers the private key first, then the password, then the agent's keys.
func (l *link) authenticate(e *endpoint, p resource.PropertyMap) error {
	if key := plug.Text(p, "privateKey"); key != "" {
		signer, err := ssh.ParsePrivateKey([]byte(key))
		if phrase, given := p["privateKeyPassword"]; given {
			signer, err = ssh.ParsePrivateKeyWithPassphrase([]byte(key), []byte(phrase.StringValue()))
		}
		if err != nil {
			return fmt.Errorf("private key: %w", err)
		}
		e.config.Auth = append(e.config.Auth, ssh.PublicKeys(signer))
	}
	if password := plug.Text(p, "password"); password != "" {
		e.config.Auth = append(e.config.Auth, ssh.Password(password), ssh.KeyboardInteractive(
			func(_, _ string, questions []string, _ []bool) ([]string, error) {
				answers := make([]string, len(questions))
				for i := range answers {
					answers[i] = password
				}
				return answers, nil
			}))
	}
	socket := plug.Text(p, "agentSocketPath")
	if socket == "" {
		socket = os.Getenv("SSH_AUTH_SOCK")
	}
	if socket == "" {
		return nil
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return fmt.Errorf("SSH agent: %w", err)
	}
	l.under = append(l.under, conn)
	e.config.Auth = append(e.config.Auth, ssh.PublicKeysCallback(agent.NewClient(conn).Signers))
	return nil
}
