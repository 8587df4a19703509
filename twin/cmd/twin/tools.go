package main

import (
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/twin/tools"
)

func toolsCommand(t *twin) *cobra.Command {
	return &cobra.Command{
		Use: "tools", Short: "Build the Pulumi CLI, its plug-ins and the k3s stand-in, as far as they changed", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return tools.Build(ctx, filepath.Dir(t.home), t.tools, cmd.OutOrStdout())
		},
	}
}

func softwareCommand(t *twin) *cobra.Command {
	return &cobra.Command{
		Use: "software", Short: "Build the software that tests check our configuration with, as far as it changed", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return tools.BuildSoftware(ctx, filepath.Dir(t.home), t.tools, cmd.OutOrStdout())
		},
	}
}
