package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"golang.org/x/crypto/ssh"
)

// remote runs a command in an SSH session of its own.
type remote struct {
	link    *link
	session *ssh.Session
}

func openRemote(ctx context.Context, say func(string), state resource.PropertyMap) (runner, error) {
	connection := state["connection"]
	if !connection.IsObject() {
		return nil, errors.New("the resource has no connection")
	}
	l, err := dial(ctx, say, connection.ObjectValue())
	if err != nil {
		return nil, err
	}
	session, err := l.NewSession()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open a session: %w", err), l.Close())
	}
	return &remote{link: l, session: session}, nil
}

func (r *remote) Setenv(name, value string) error { return r.session.Setenv(name, value) }

// Run ends the command and the connection when the context ends.
func (r *remote) Run(ctx context.Context, line string, stdin io.Reader, stdout, stderr io.Writer) error {
	r.session.Stdin, r.session.Stdout, r.session.Stderr = stdin, stdout, stderr
	ended := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ended <- errors.Join(r.session.Signal(ssh.SIGTERM), r.link.Close())
	})
	err := r.session.Run(line)
	if stop() {
		return err
	}
	return errors.Join(ctx.Err(), <-ended)
}

// Close ends the connection, and the session with it.
func (r *remote) Close() error { return r.link.Close() }
