package plug

import (
	"context"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Server speaks the plug-in protocol for a provider.
func Server(p plugin.Provider) pulumirpc.ResourceProviderServer {
	return &server{plugin.NewProviderServer(p)}
}

// server completes what the SDK's server leaves out of a diff: that the details are to
// be used, that a deletion can replace, and that the changed keys are property names.
type server struct {
	pulumirpc.ResourceProviderServer
}

// Diff compares a resource with what the program now wants.
func (s *server) Diff(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	res, err := s.ResourceProviderServer.Diff(ctx, req)
	if err != nil || len(res.DetailedDiff) == 0 {
		return res, err
	}
	res.HasDetailedDiff = true
	for _, path := range res.Replaces {
		if d := res.DetailedDiff[path]; d.GetKind() == pulumirpc.PropertyDiff_DELETE {
			d.Kind = pulumirpc.PropertyDiff_DELETE_REPLACE
		}
	}
	for i, path := range res.Diffs {
		if end := strings.IndexAny(path, ".["); end > 0 {
			res.Diffs[i] = path[:end]
		}
	}
	slices.Sort(res.Diffs)
	res.Diffs = slices.Compact(res.Diffs)
	return res, nil
}
