package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/twin/host"
	"github.com/lvs-cloud/lvs-cloud/twin/readiness"
)

const readinessHelp = `Show or change how long the things of the cluster take until they are ready, and what keeps them from it.

Without flags it prints the script in force. A change is seen by the cluster within a second, by one that does not exist
yet when it starts. A fault is a JSON object; what it does not say fits anything:

  kind, namespace, name   which objects, with * for any text
  effect                  never: not ready for as long as the fault is set, even what was
                          heals: not ready at first, for "seconds" or for "attempts"
  status                  of the condition: False (default) or Unknown
  reason, message         of the condition (default: the real controller's usual reason)`

const readinessExample = `  twin readiness --profile realistic
  twin readiness --fault '{"kind": "HelmRelease", "name": "cert-manager", "effect": "never", "message": "no such image"}'
  twin readiness --fault '{"kind": "Cluster", "effect": "heals", "seconds": 20}'
  twin readiness --clear`

// readinessOptions are the flags of the command.
type readinessOptions struct {
	profile, file string
	faults        []string
	clear         bool
}

func readinessCommand(t *twin) *cobra.Command {
	o := &readinessOptions{}
	cmd := &cobra.Command{
		Use: "readiness", Short: "Show or change what delays and spoils readiness in the cluster", Args: cobra.NoArgs,
		Long: readinessHelp, Example: readinessExample,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := t.settings(); err != nil {
				return err
			}
			script, err := readiness.Load(t.readiness())
			if err != nil {
				return err
			}
			if cmd.Flags().NFlag() > 0 {
				if err := o.change(&script); err != nil {
					return err
				}
				if err := script.Save(t.readiness()); err != nil {
					return err
				}
			}
			return printScript(cmd.OutOrStdout(), script)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.profile, "profile", "", "how long things take: none or realistic")
	f.StringVar(&o.file, "faults", "", "JSON file with a list of faults, in the place of those that are set")
	f.StringArrayVar(&o.faults, "fault", nil, "one more fault, as JSON")
	f.BoolVar(&o.clear, "clear", false, "take all faults away first")
	return cmd
}

// change edits a script.
func (o *readinessOptions) change(s *readiness.Script) error {
	if o.profile != "" {
		s.Profile = o.profile
	}
	if o.clear {
		s.Faults = nil
	}
	if o.file != "" {
		text, err := os.ReadFile(o.file)
		if err != nil {
			return err
		}
		s.Faults = nil
		if err := readiness.Decode(text, &s.Faults); err != nil {
			return fmt.Errorf("%s: %w", o.file, err)
		}
	}
	for _, text := range o.faults {
		var f readiness.Fault
		if err := readiness.Decode([]byte(text), &f); err != nil {
			return fmt.Errorf("--fault %s: %w", text, err)
		}
		s.Faults = append(s.Faults, f)
	}
	return nil
}

func printScript(out io.Writer, s readiness.Script) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\n", text)
	return err
}

// readiness is the file of the twin's script, where its servers get it from.
func (t *twin) readiness() string { return host.ReadinessFile(t.state()) }

// startReadiness sets the profile of a twin whose daemon starts; faults stay as they are.
func (t *twin) startReadiness(profile string) error {
	s, err := readiness.Load(t.readiness())
	if err != nil {
		return err
	}
	s.Profile = profile
	return s.Save(t.readiness())
}

// serveReadiness answers whoever asks for the script, or replaces it.
func (t *twin) serveReadiness(w http.ResponseWriter, r *http.Request) {
	s, err := readiness.Load(t.readiness())
	if r.Method == http.MethodPut {
		s = readiness.Script{}
		var text []byte
		if text, err = io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20)); err == nil {
			if err = readiness.Decode(text, &s); err == nil {
				err = s.Save(t.readiness())
			}
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(s); err != nil {
		return // the client went away
	}
}
