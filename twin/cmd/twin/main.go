// Command twin runs the rehearsal of the cloud on one Linux machine: an
// emulator of Hetzner's API on loopback whose servers are real Debian systems
// in namespaces. It needs root, and no account and no network.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/twin/host"
)

func main() {
	host.RunHidden() // the program is also its servers' supervisor and first process
	err := root().Execute()
	var ended commandEnded
	if errors.As(err, &ended) { // the command has said itself what was wrong
		os.Exit(max(1, ended.code))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "twin:", err)
		os.Exit(1)
	}
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use: "twin", Short: "Rehearse the cloud on this machine",
		SilenceUsage: true, SilenceErrors: true,
	}
	t := &twin{}
	flags := cmd.PersistentFlags()
	flags.StringVar(&t.name, "name", "main", "name of the twin")
	flags.StringVar(&t.home, "home", "", "folder of all twins (default $TWIN_HOME, or .twin at the top of the repository)")
	flags.StringVar(&t.tools, "tools", "", "folder of the built tools (default $TWIN_TOOLS, or tools in the home folder)")
	cmd.PersistentPreRunE = func(*cobra.Command, []string) error { return t.complete() }
	cmd.AddCommand(serveCommand(t), upCommand(t), downCommand(t), envCommand(t), listCommand(t), execCommand(t), imageCommand(t), toolsCommand(t), softwareCommand(t), readinessCommand(t))
	return cmd
}
