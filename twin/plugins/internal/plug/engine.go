package plug

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Engine is the Pulumi engine that a plug-in reports to.
type Engine struct{ client pulumirpc.EngineClient }

// Dial prepares a connection to the engine. No connection is made before it is needed.
func Dial(address string) (*Engine, error) {
	conn, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return nil, fmt.Errorf("engine %q: %w", address, err)
	}
	return &Engine{client: pulumirpc.NewEngineClient(conn)}, nil
}

// Status shows a passing line beside a resource while it is worked on.
func (e *Engine) Status(ctx context.Context, urn resource.URN, message string) {
	e.log(ctx, pulumirpc.LogSeverity_INFO, urn, message, true)
}

// Warn shows a warning that stays.
func (e *Engine) Warn(ctx context.Context, urn resource.URN, message string) {
	e.log(ctx, pulumirpc.LogSeverity_WARNING, urn, message, false)
}

// Error shows an error that stays. The resource does not fail by it alone.
func (e *Engine) Error(ctx context.Context, urn resource.URN, message string) {
	e.log(ctx, pulumirpc.LogSeverity_ERROR, urn, message, false)
}

func (e *Engine) log(
	ctx context.Context, severity pulumirpc.LogSeverity, urn resource.URN, message string, passing bool,
) {
	_, err := e.client.Log(ctx, &pulumirpc.LogRequest{
		Severity: severity, Urn: string(urn), Message: message, Ephemeral: passing,
	})
	if err != nil { // The engine is gone or going: standard error is all that is left.
		fmt.Fprintf(os.Stderr, "%s: %s\n", severity, message)
	}
}
