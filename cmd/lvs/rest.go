package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/components/server"
)

// shutdownPatience is how long a server may take to shut itself down.
const shutdownPatience = 2 * time.Minute

// rest stops the cluster in order and unmounts the volume: over SSH, or by a shutdown if that was asked for.
func (r *renewal) rest(ctx context.Context) error {
	if !r.running() {
		return nil
	}
	err := r.onServer(ctx, server.Halt)
	switch {
	case err == nil:
		return nil
	case !errors.As(err, new(unreached)): // a script goes on without its client, and stops everything
		return fmt.Errorf("stop the cluster: %w", errors.Join(err, r.wake()))
	case !r.unreachable:
		return fmt.Errorf("stop the cluster: %w; nothing was changed. If your address may not enter: `lvs access open --stack %s`; "+
			"if the server is beyond reach, let Hetzner shut it down with --unreachable", err, r.stack.name)
	}
	fmt.Fprintf(r.progress, "not over SSH: %v\n", err)
	return r.shutDown(ctx)
}

// unreached is why nothing was begun on the server.
type unreached struct{ error }

// onServer runs a command of the server's rest script, and shows what it says.
func (r *renewal) onServer(ctx context.Context, command string) error {
	keys, done, err := r.login.signers(ctx)
	defer done()
	if err != nil {
		return unreached{err}
	}
	client, err := dial(ctx, net.JoinHostPort(r.outputs.ServerAddress, "22"), r.outputs.SSHHostKey, keys)
	if err != nil {
		return unreached{err}
	}
	stop := context.AfterFunc(ctx, func() { client.Close() })
	defer stop()
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	said, says := io.Pipe()
	session.Stdin = strings.NewReader(server.RestText(r.server.ServerType.Name))
	session.Stdout, session.Stderr = says, says
	last := make(chan string)
	go func() { last <- r.relay(said) }()
	err = errors.Join(session.Run("bash -s -- "+command), says.Close())
	if line := <-last; err != nil {
		return errors.Join(fmt.Errorf("%s: %w", line, err), ctx.Err())
	}
	return nil
}

// relay shows what a server says, and returns its last line.
func (r *renewal) relay(said io.Reader) (last string) {
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		last = lines.Text()
		fmt.Fprintln(r.progress, last)
	}
	return strings.TrimPrefix(last, "error: ")
}

// shutDown asks the server to shut itself down, as its power button does, and pulls the plug if it does not.
func (r *renewal) shutDown(ctx context.Context) error {
	done := r.watch("shutting the server down")
	defer done()
	if err := r.await(ctx)(r.client.Server.Shutdown(ctx, r.server)); err != nil {
		return fmt.Errorf("shutdown: %w", err)
	}
	for deadline := time.Now().Add(shutdownPatience); time.Now().Before(deadline); {
		s, _, err := r.client.Server.GetByID(ctx, r.server.ID)
		if err != nil {
			return err
		}
		if s != nil && s.Status == hcloud.ServerStatusOff {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
	fmt.Fprintf(r.progress, "the server did not shut down within %s, its power is cut\n", shutdownPatience)
	return r.await(ctx)(r.client.Server.Poweroff(ctx, r.server))
}

// await waits for the action that a call began.
func (r *renewal) await(ctx context.Context) func(*hcloud.Action, *hcloud.Response, error) error {
	return func(a *hcloud.Action, _ *hcloud.Response, err error) error {
		if err != nil {
			return err
		}
		return r.client.Action.WaitFor(ctx, a)
	}
}
