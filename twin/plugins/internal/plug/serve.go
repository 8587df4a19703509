package plug

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// Main serves a plug-in to the engine whose address is the last argument, until the
// engine goes or the process is interrupted. It returns the process's exit code.
func Main(args []string, build func(*Engine) (plugin.Provider, error)) int {
	if len(args) < 2 {
		fmt.Fprintln(os.Stderr, "this is a Pulumi plug-in: the pulumi command starts it")
		return 2
	}
	address := args[len(args)-1]
	engine, err := Dial(address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	provider, err := build(engine)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	err = Serve(address, func(srv *grpc.Server) {
		pulumirpc.RegisterResourceProviderServer(srv, Server(provider))
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Serve listens on a port of the kernel's choice and prints it, as the engine expects of
// a plug-in. It returns when the engine at the address is gone or on an interrupt.
func Serve(address string, register func(*grpc.Server), options ...grpc.ServerOption) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := rpcutil.Healthcheck(ctx, address, 5*time.Minute, stop); err != nil {
		return fmt.Errorf("watch the engine at %q: %w", address, err)
	}
	cancel := make(chan bool)
	context.AfterFunc(ctx, func() { close(cancel) })
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel:  cancel,
		Options: options,
		Init:    func(srv *grpc.Server) error { register(srv); return nil },
	})
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	fmt.Printf("%d\n", handle.Port)
	return <-handle.Done
}
