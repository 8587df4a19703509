// Command lvs is what the operator of an LVS Cloud works with beside Pulumi: it says what the cloud costs, fetches the
// kubeconfig, finds out what is missing or wrong, refuses plans that lose something, lets an address in, and repairs:
// Pulumi's state after a run that was cut off, and the server below its volume.
//
// It never touches the volume, trusts no host key on first use, and prints no secret.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup means what it says
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
