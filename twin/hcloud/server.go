package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// server is the bridged plug-in with a schema that is made when it is asked for.
type server struct {
	pulumirpc.ResourceProviderServer
	info tfbridge.ProviderInfo
}

// GetSchema makes the package schema. No Pulumi operation needs it, so no start pays for it.
func (s *server) GetSchema(
	context.Context, *pulumirpc.GetSchemaRequest,
) (*pulumirpc.GetSchemaResponse, error) {
	spec, err := packageSpec(s.info)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return &pulumirpc.GetSchemaResponse{Schema: string(b)}, nil
}

// packageSpec is the package schema, without the documentation pages of the Terraform provider.
func packageSpec(info tfbridge.ProviderInfo) (schema.PackageSpec, error) {
	generated, err := tfgen.GenerateSchemaWithOptions(tfgen.GenerateSchemaOptions{
		ProviderInfo:    info,
		DiagnosticsSink: diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never}),
		XInMemoryDocs:   true,
	})
	if err != nil {
		return schema.PackageSpec{}, fmt.Errorf("schema: %w", err)
	}
	return generated.PackageSpec, nil
}
