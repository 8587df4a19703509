package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) capacityCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "capacity",
		Short: "Say what the configured cloud asks for, and whether it fits",
		Long: `capacity adds up what every component promises its pods and claims of the volume, and holds that against the configured
server and volume. It asks nobody: the same numbers are what the program renders, and by which it refuses a cloud that does
not fit.`,
		Example: `  lvs capacity --stack prod
  lvs capacity --stack prod --output json | jq .have.memoryMiB`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.capacity() },
	}
}

func (a *app) capacity() error {
	s, err := a.openStack()
	if err != nil {
		return err
	}
	cfg, err := s.publicConfig()
	if err != nil {
		return err
	}
	c, err := cfg.Capacity()
	if err != nil {
		return fmt.Errorf("capacity: %w", err)
	}
	if a.output == formatJSON {
		return a.writeJSON(c)
	}
	_, err = fmt.Fprintf(a.out, "Stack %s, profile %s: %s", s.name, c.Profile, c.Table())
	return err
}
