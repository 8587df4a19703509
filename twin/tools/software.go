package tools

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// prometheusTags leave out every way to find targets but Kubernetes and files; the rest is clients of clouds.
const prometheusTags = "remove_all_sd,enable_kubernetes_sd"

// Software returns the programs that check our configuration, in the versions that the cluster runs.
func Software() []Tool {
	const prometheus = "build/prometheus"
	return []Tool{
		{Path: "promtool", Module: prometheus, Package: "github.com/prometheus/prometheus/cmd/promtool", Tags: prometheusTags, Takes: "2 minutes"},
		{Path: "prometheus", Module: prometheus, Package: "github.com/prometheus/prometheus/cmd/prometheus", Tags: prometheusTags, Takes: "1 minute"},
		{Path: "amtool", Module: prometheus, Package: "github.com/prometheus/alertmanager/cmd/amtool", Takes: "half a minute"},
		{Path: "node_exporter", Module: prometheus, Package: "github.com/prometheus/node_exporter", Takes: "half a minute"},
		{Path: "cnpg-exporter", Module: "build/cnpg", Package: ".", Sources: []string{"build/cnpg"}, Takes: "2 minutes"},
	}
}

// BuildSoftware makes every program of Software that is missing or outdated, below dir, and says what it does.
//
// Errors: what the compiler said, for each that could not be built. What was there before stays.
func BuildSoftware(ctx context.Context, root, dir string, out io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var errs []error
	for _, tool := range Software() {
		if err := tool.make(ctx, root, dir, out); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", tool.Path, err))
		}
	}
	return errors.Join(errs...)
}
