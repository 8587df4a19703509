// Command pulumi-language-go runs Pulumi programs written in Go. It stands in for the
// official language host in the rehearsal and does what preview, up, refresh and destroy
// need of it: it names the plug-ins that a program's modules ask for, builds the program
// and runs it. Code generation, packing, debugging and components are refused.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// sdkModule is the module whose version the host answers with: it speaks that protocol.
const sdkModule = "github.com/pulumi/pulumi/sdk/v3"

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "this is a Pulumi language host: the pulumi command starts it")
		os.Exit(2)
	}
	if os.Args[1] == "-version" || os.Args[1] == "--version" {
		fmt.Println(version())
		return
	}
	if err := serve(os.Args[len(os.Args)-1]); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-go:", err)
		os.Exit(1)
	}
}

func serve(address string) error {
	engine, err := plug.Dial(address)
	if err != nil {
		return err
	}
	say := func(ctx context.Context, message string) { engine.Status(ctx, "", message) }
	return plug.Serve(address, func(srv *grpc.Server) {
		pulumirpc.RegisterLanguageRuntimeServer(srv, newHost(address, say, os.Stdout, os.Stderr))
	}, grpc.UnaryInterceptor(nameRefusal), grpc.StreamInterceptor(nameStreamRefusal))
}

// version is that of the Pulumi SDK built in.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == sdkModule {
			return m.Version
		}
	}
	return ""
}

// nameRefusal makes the error of a method that the host does not have say so.
func nameRefusal(
	ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler,
) (any, error) {
	res, err := handle(ctx, req)
	return res, refusal(info.FullMethod, err)
}

func nameStreamRefusal(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	return refusal(info.FullMethod, handle(srv, stream))
}

func refusal(method string, err error) error {
	if status.Code(err) != codes.Unimplemented {
		return err
	}
	return status.Errorf(codes.Unimplemented,
		"the rehearsal's stand-in for pulumi-language-go does not implement %s", method)
}
