// Command pulumi-resource-hcloud is the Pulumi plug-in for Hetzner Cloud, made from
// Hetzner's own Terraform provider and Pulumi's own bridge. It stands in for the
// official plug-in of the same version, whose Go module is not published in a usable
// form, and speaks the same tokens and property names; a test holds them against the
// official Go SDK. Everything the bridge needs is computed at start, so `go build` alone
// makes the plug-in.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	rprovider "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-hcloud:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	info, err := Provider(ctx)
	if err != nil {
		return err
	}
	// The bridge wants schema bytes at start but reads them only to serve them.
	bridged := tfbridge.MakeMuxedServer(ctx, name, info, []byte("{}"))
	return rprovider.Main(name, func(host *rprovider.HostClient) (pulumirpc.ResourceProviderServer, error) {
		srv, err := bridged(host)
		if err != nil {
			return nil, fmt.Errorf("bridge: %w", err)
		}
		return &server{ResourceProviderServer: srv, info: info}, nil
	})
}
