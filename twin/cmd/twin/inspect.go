package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/twin/host"
)

func envCommand(t *twin) *cobra.Command {
	return &cobra.Command{
		Use: "env", Short: "Print what a shell needs to work with the twin", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := t.settings()
			if err != nil {
				return err
			}
			return printEnv(cmd.OutOrStdout(), t, s)
		},
	}
}

// printEnv writes export lines for a POSIX shell.
func printEnv(out io.Writer, t *twin, s settings) error {
	for _, v := range [][2]string{
		{"HCLOUD_TOKEN", strings.Repeat("twin", 16)},
		{"HCLOUD_ENDPOINT", s.endpoint()},
		{"PULUMI_BACKEND_URL", "file://" + t.state("pulumi", "state")},
		{"PULUMI_HOME", t.state("pulumi", "home")},
		{"PULUMI_CONFIG_PASSPHRASE", "twin"},
		{"PULUMI_SKIP_UPDATE_CHECK", "1"},
		{"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true"},
		{"KUBECONFIG", t.state("kubeconfig")},
		{"TWIN_NAME", t.name},
		{"TWIN_HOME", t.home},
		{"TWIN_STATE", t.state()},
		{"TWIN_TOOLS", t.tools},
		{"TWIN_ARTIFACTS", "http://" + host.ArtifactHost},
		{"TWIN_SSH_KEY", t.operatorKey()},
		{"TWIN_SSH_KNOWN_HOSTS", t.knownHosts()},
	} {
		if _, err := fmt.Fprintf(out, "export %s='%s'\n", v[0], strings.ReplaceAll(v[1], "'", `'\''`)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "export PATH='%s':\"$PATH\"\n"+
		"ssh() { command ssh -i \"$TWIN_SSH_KEY\" -o UserKnownHostsFile=\"$TWIN_SSH_KNOWN_HOSTS\" -o StrictHostKeyChecking=yes \"$@\"; }\n",
		strings.ReplaceAll(t.tools, "'", `'\''`))
	return err
}

func listCommand(t *twin) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the twins of the home folder", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			names, err := t.names()
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tDAEMON\tSERVERS\tAPI\tSTATE")
			for _, name := range names {
				if err := listOne(w, &twin{name: name, home: t.home}); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
}

func listOne(w io.Writer, t *twin) error {
	s, err := t.settings()
	if err != nil {
		return err
	}
	up, err := t.serving()
	if err != nil {
		return err
	}
	daemon := map[bool]string{true: "running", false: "stopped"}[up]
	on, all, err := host.Count(t.state())
	if err != nil {
		return err
	}
	servers := fmt.Sprintf("%d of %d on", on, all)
	if s.NoHosts {
		servers = "API only"
	}
	_, err = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.name, daemon, servers, s.endpoint(), t.state())
	return err
}

// commandEnded is the end of a command that twin exec ran; its exit code becomes that of twin.
type commandEnded struct{ code int }

func (e commandEnded) Error() string {
	return fmt.Sprintf("the command ended with exit code %d", e.code)
}

func execCommand(t *twin) *cobra.Command {
	var server int64
	cmd := &cobra.Command{
		Use: "exec -- COMMAND", Short: "Run a command inside a server, as root on its console would", Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			c, done, err := host.Command(t.state(), server, args...)
			if err != nil {
				return err
			}
			c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
			err = c.Run()
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				err = commandEnded{exit.ExitCode()}
			}
			return errors.Join(err, done())
		},
	}
	cmd.Flags().Int64Var(&server, "server", 0, "ID of the server (default: the only one that runs)")
	return cmd
}

func imageCommand(t *twin) *cobra.Command {
	return &cobra.Command{
		Use: "image", Short: "Make the root file system of the servers, if it is not made yet", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := host.Check(); err != nil {
				return err
			}
			dir, err := host.EnsureImage(cmd.Context(), filepath.Join(t.home, "cache"), os.Stderr)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), dir)
			return err
		},
	}
}
