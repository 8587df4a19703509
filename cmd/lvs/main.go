// Command lvs is what the operator of an LVS Cloud works with beside Pulumi: it says what the cloud costs, fetches the
// kubeconfig, and finds out what is missing or wrong.
//
// It changes nothing at Hetzner and nothing on the server, trusts no host key on first use, and prints no secret.
package main

import (
	"context"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
