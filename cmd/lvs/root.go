package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// errFindings ends a command whose answer is that something failed; it has been printed.
var errFindings = errors.New("a check failed")

// usageError is a mistake in how the command was called.
type usageError struct{ error }

// format is how an answer is written.
type format string

const (
	formatText format = "text"
	formatJSON format = "json"
)

func (f *format) String() string { return string(*f) }
func (f *format) Type() string   { return "format" }

func (f *format) Set(s string) error {
	if *f = format(s); *f != formatText && *f != formatJSON {
		return fmt.Errorf("got %q, want text or json", s)
	}
	return nil
}

// app is what every command has.
type app struct {
	stack, configFile, dir string
	output                 format
	out, progress          io.Writer
}

// run is the program without its process.
func run(ctx context.Context, args []string, out, progress io.Writer) int {
	a := &app{output: formatText, out: out, progress: progress}
	understood := false
	root := a.rootCommand(func() { understood = true })
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(progress)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFindings):
		return exitFailed
	}
	fmt.Fprintf(progress, "lvs: %v\n", err)
	if !understood || errors.As(err, new(usageError)) {
		fmt.Fprintln(progress, "`lvs --help` shows what can be said.")
		return exitUsage
	}
	return exitFailed
}

func (a *app) rootCommand(understood func()) *cobra.Command {
	root := &cobra.Command{
		Use:   "lvs",
		Short: "Price, reach, examine and repair an LVS Cloud",
		Long: `lvs prices, reaches, examines and repairs the cloud that Pulumi builds.

It only looks, but for four commands that say beforehand what they will do: access writes a firewall of its own, recover
writes to Pulumi's state alone, and rebuild and replace make the server's root disk anew. No command touches the volume.

It reads the stack's file beside Pulumi.yaml, in the current folder or one above it. It asks Hetzner with the token in
HCLOUD_TOKEN (read access is enough to look; HCLOUD_ENDPOINT names another API) and Pulumi by running ` + "`pulumi`" + `.

Exit codes:
  0  done; for doctor and guard: nothing is wrong
  1  failed; for doctor: a check failed; for guard: the plan is refused
  2  called in a way that it does not understand`,
		Example: `  lvs cost --stack prod
  lvs doctor --stack prod
  lvs kubeconfig --stack prod && kubectl --context lvs-cloud-prod get nodes`,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRun: func(*cobra.Command, []string) { understood() },
	}
	stack := os.Getenv("PULUMI_STACK")
	if stack == "" {
		stack = "prod"
	}
	flags := root.PersistentFlags()
	flags.StringVarP(&a.stack, "stack", "s", stack, "name of the stack; PULUMI_STACK sets another default")
	flags.StringVar(&a.configFile, "config-file", "", "the stack's file (default: Pulumi.<stack>.yaml beside Pulumi.yaml)")
	flags.StringVarP(&a.dir, "cwd", "C", ".", "folder to start from")
	flags.VarP(&a.output, "output", "o", "how to answer: text or json")
	complete := func(name string, f cobra.CompletionFunc) {
		if err := root.RegisterFlagCompletionFunc(name, f); err != nil {
			fmt.Fprintf(a.progress, "lvs: completion of --%s: %v\n", name, err)
		}
	}
	complete("output", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	complete("stack", a.completeStack)
	root.AddCommand(a.costCommand(), a.capacityCommand(), a.kubeconfigCommand(), a.doctorCommand(), a.guardCommand(),
		a.accessCommand(), a.userCommand(), a.recoverCommand(), a.rebuildCommand(), a.replaceCommand())
	return root
}

// writeJSON writes an answer for a program.
func (a *app) writeJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// watch says what goes on once it takes longer than a second, and then every ten. The function it returns ends that.
func (a *app) watch(what string) (done func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	started := time.Now()
	go func() {
		defer close(stopped)
		timer := time.NewTimer(time.Second)
		defer timer.Stop()
		for {
			select {
			case <-stop:
				return
			case <-timer.C:
				fmt.Fprintf(a.progress, "… %s (%d s)\n", what, int(time.Since(started).Seconds()))
				timer.Reset(10 * time.Second)
			}
		}
	}()
	return func() {
		close(stop)
		<-stopped
	}
}
