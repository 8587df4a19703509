package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lvs-cloud/lvs-cloud/bench/measure"
)

// twin is a rehearsal that measurements are made on.
type twin struct {
	name, root string
	env        []string
	log        io.Writer
}

// latency is the profile that everything is measured under.
const latency = "hetzner-like"

// start takes up a fresh twin. Flags are more of those of `twin up`.
//
// Side effects: a daemon and namespaces, until stop.
func start(ctx context.Context, root, name string, log io.Writer, flags ...string) (*twin, error) {
	t := &twin{name: name, root: root, log: log}
	if err := t.stop(ctx); err != nil {
		return nil, fmt.Errorf("clear away: %w", err)
	}
	if _, err := t.run(ctx, root, t.tool("twin"), append([]string{"up", "--name", name, "--latency", latency}, flags...)...); err != nil {
		return nil, err
	}
	exports, err := t.run(ctx, root, t.tool("twin"), "env", "--name", name)
	if err != nil {
		return nil, err
	}
	// The shell itself resolves quotes and references.
	shell := exec.CommandContext(ctx, "bash", "-c", exports+"\nenv -0")
	shell.Env = os.Environ()
	env, err := shell.Output()
	if err != nil {
		return nil, fmt.Errorf("twin env: %w", err)
	}
	t.env = strings.Split(strings.TrimSuffix(string(env), "\x00"), "\x00")
	return t, nil
}

// stop takes the twin down. It is no error if there is none.
func (t *twin) stop(ctx context.Context) error {
	_, err := t.run(ctx, t.root, t.tool("twin"), "down", "--name", t.name)
	return err
}

func (t *twin) tool(name string) string { return filepath.Join(t.root, ".twin", "tools", name) }

// dir makes a folder of the twin's own.
func (t *twin) dir(name string) (string, error) {
	dir := filepath.Join(t.root, ".twin", t.name, "bench", name)
	return dir, os.MkdirAll(dir, 0o755)
}

// project returns another Hetzner project at the same emulator, as variables of the environment.
func (t *twin) project(name string) []string {
	token := "twin" + name + strings.Repeat("0", 64)
	return append(slices.Clone(t.env), "HCLOUD_TOKEN="+token[:64])
}

func (t *twin) run(ctx context.Context, dir, tool string, args ...string) (string, error) {
	return t.runWith(ctx, t.env, dir, tool, args...)
}

// runWith runs a tool and returns what it writes to standard output.
//
// Errors: an exit code other than 0, with everything that was written.
func (t *twin) runWith(ctx context.Context, env []string, dir, tool string, args ...string) (string, error) {
	fmt.Fprintf(t.log, "$ %s %s\n", filepath.Base(tool), strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Dir, cmd.Env = dir, env
	// An interrupted tool writes its state before it goes.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	fmt.Fprintf(t.log, "%s%s\n", out.String(), said.String())
	if errors.As(err, new(*exec.ExitError)) {
		err = fmt.Errorf("%s %s: %w\n%s%s", filepath.Base(tool), strings.Join(args, " "), err, out.String(), said.String())
	}
	return out.String(), err
}

// control calls one of the emulator's own endpoints, outside Hetzner's API.
func (t *twin) control(ctx context.Context, method, path string, into any) error {
	endpoint := ""
	for _, kv := range t.env {
		if v, ok := strings.CutPrefix(kv, "HCLOUD_ENDPOINT="); ok {
			endpoint = strings.TrimSuffix(v, "/v1")
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, endpoint+path, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: got status %d, want 200", method, path, res.StatusCode)
	}
	return json.NewDecoder(res.Body).Decode(into)
}

// actions are the times in which the emulator worked on actions.
func (t *twin) actions(ctx context.Context) ([]measure.Interval, error) {
	var inventory struct {
		Projects map[string]struct {
			Actions []struct {
				Started  time.Time  `json:"started"`
				Finished *time.Time `json:"finished"`
			} `json:"actions"`
		} `json:"projects"`
	}
	if err := t.control(ctx, http.MethodGet, "/_twin/inventory", &inventory); err != nil {
		return nil, err
	}
	var out []measure.Interval
	for _, p := range inventory.Projects {
		for _, a := range p.Actions {
			if a.Finished != nil {
				out = append(out, measure.Interval{Begin: a.Started, End: *a.Finished})
			}
		}
	}
	return out, nil
}

// served is one call as the emulator's log has it.
type served struct {
	measure.Interval
	status int
}

var callLine = regexp.MustCompile(`^time=(\S+) .*msg=call .* status=(\d+) took=(\S+)`)

// calls reads every call that the emulator answered within a time.
func (t *twin) calls(within measure.Interval) ([]served, error) {
	file, err := os.Open(filepath.Join(t.root, ".twin", t.name, "twin.log"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readCalls(file, within)
}

func readCalls(log io.Reader, within measure.Interval) ([]served, error) {
	var out []served
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		m := callLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		end, err := time.Parse(time.RFC3339Nano, m[1])
		if err != nil {
			return nil, fmt.Errorf("log of the emulator: %w", err)
		}
		status, err := strconv.Atoi(m[2])
		if err != nil {
			return nil, fmt.Errorf("log of the emulator: %w", err)
		}
		took, err := time.ParseDuration(m[3])
		if err != nil {
			return nil, fmt.Errorf("log of the emulator: %w", err)
		}
		if c := (served{measure.Interval{Begin: end.Add(-took), End: end}, status}); !c.Begin.Before(within.Begin) && !c.End.After(within.End) {
			out = append(out, c)
		}
	}
	return out, lines.Err()
}
