package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/twin/host"
)

func downCommand(t *twin) *cobra.Command {
	return &cobra.Command{
		Use: "down", Short: "End the twin and remove everything of it, its volumes too", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if os.Geteuid() != 0 {
				return fmt.Errorf("down ends processes of root: run it as root, for instance with sudo")
			}
			if err := host.Remove(t.state()); err != nil {
				return fmt.Errorf("down %q: %w", t.name, err)
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "twin %q is gone\n", t.name)
			return err
		},
	}
}
