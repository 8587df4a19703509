package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/retry"
	"golang.org/x/crypto/ssh"
)

// endpoint is a host and how to enter it.
type endpoint struct {
	address string
	config  *ssh.ClientConfig
	limit   int // failed dials that are tolerated, -1 for any number
}

// link is an SSH connection and what it was made with.
type link struct {
	*ssh.Client
	under []io.Closer // agents, and the connection to the proxy
}

// Close ends the connection first, then what is under it.
func (l *link) Close() error {
	var errs []error
	if l.Client != nil {
		errs = append(errs, l.Client.Close())
	}
	for _, c := range slices.Backward(l.under) {
		errs = append(errs, c.Close())
	}
	for i, err := range errs {
		if errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) { // The other side was faster.
			errs[i] = nil
		}
	}
	return errors.Join(errs...)
}

// dial connects to the host of a connection, through its proxy if it has one. Failed
// dials are repeated, ever more slowly, up to the limit.
func dial(ctx context.Context, say func(string), connection resource.PropertyMap) (_ *link, err error) {
	l := &link{}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	target, err := l.endpoint(connection)
	if err != nil {
		return nil, err
	}
	what, tcp := "Dial", (&net.Dialer{Timeout: target.config.Timeout}).DialContext
	if connection["proxy"].IsObject() {
		via, err := l.endpoint(connection["proxy"].ObjectValue())
		if err != nil {
			return nil, fmt.Errorf("proxy: %w", err)
		}
		direct := (&net.Dialer{Timeout: via.config.Timeout}).DialContext
		proxy, err := again(ctx, say, "Dial proxy", via.limit, func() (*ssh.Client, error) {
			return via.enter(ctx, direct)
		})
		if err != nil {
			return nil, fmt.Errorf("proxy: %w", err)
		}
		l.under = append(l.under, proxy)
		what, tcp = "Dial from proxy", proxy.DialContext
	}
	l.Client, err = again(ctx, say, what, target.limit, func() (*ssh.Client, error) { return target.enter(ctx, tcp) })
	return l, err
}

// enter makes one attempt to connect.
func (e *endpoint) enter(
	ctx context.Context, tcp func(context.Context, string, string) (net.Conn, error),
) (*ssh.Client, error) {
	conn, err := tcp(ctx, "tcp", e.address)
	if err != nil {
		return nil, err
	}
	closed := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { closed <- conn.Close() })
	c, channels, requests, err := ssh.NewClientConn(conn, e.address, e.config)
	if !stop() {
		return nil, errors.Join(ctx.Err(), err, <-closed)
	}
	if err != nil { // NewClientConn has closed the connection.
		return nil, err
	}
	return ssh.NewClient(c, channels, requests), nil
}

// again repeats a dial until it succeeds, fails more often than the limit allows, or the
// context ends.
func again[T any](ctx context.Context, say func(string), what string, limit int, once func() (T, error)) (T, error) {
	var got, none T
	ok, _, err := retry.Until(ctx, retry.Acceptor{Accept: func(try int, _ time.Duration) (bool, any, error) {
		var err error
		if got, err = once(); err == nil {
			return true, nil, nil
		}
		if limit >= 0 && try >= limit {
			return true, nil, fmt.Errorf("after %d failed attempts: %w", try, err)
		}
		of := strconv.Itoa(limit)
		if limit < 0 {
			of = "inf"
		}
		say(fmt.Sprintf("%s %d/%s failed: retrying", what, try+1, of))
		return false, nil, nil
	}})
	if err == nil && !ok {
		err = ctx.Err()
	}
	if err != nil {
		return none, err
	}
	return got, nil
}
