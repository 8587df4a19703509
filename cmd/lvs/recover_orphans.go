package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// endTimeout is how long an ended process may take to be gone.
const endTimeout = 10 * time.Second

// process is a running program of this machine.
type process struct {
	pid  int
	args []string
}

func (p process) program() string { return filepath.Base(p.args[0]) }

// processes lists what runs here.
func processes(ctx context.Context) ([]process, error) {
	text, err := exec.CommandContext(ctx, "ps", "-axww", "-o", "pid=,args=").Output()
	if err != nil {
		return nil, fmt.Errorf("ps: %w", err)
	}
	var out []process
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		if pid, err := strconv.Atoi(fields[0]); err == nil {
			out = append(out, process{pid, fields[1:]})
		}
	}
	return out, nil
}

// orphanedPlugins are Pulumi's plug-ins whose engine was killed. They notice that only after minutes, and meanwhile finish
// what they were told: nothing can be said about Hetzner as long as they live.
func orphanedPlugins(ctx context.Context) ([]process, error) {
	home, err := pulumiHome()
	if err != nil {
		return nil, err
	}
	running, err := processes(ctx)
	if err != nil {
		return nil, err
	}
	var out []process
	for _, p := range running {
		if p.pluginOf(home, filepath.SplitList(os.Getenv("PATH"))) && engineGone(ctx, p.args[len(p.args)-1]) {
			out = append(out, p)
		}
	}
	return out, nil
}

// pulumiHome is where Pulumi keeps its plug-ins.
// Source: https://www.pulumi.com/docs/iac/cli/environment-variables/
func pulumiHome() (string, error) {
	if home := os.Getenv("PULUMI_HOME"); home != "" {
		return filepath.Abs(home)
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".pulumi"), err
}

// pluginOf reports whether the process is a provider's plug-in of that Pulumi, which takes it from its home or from the
// folders of PATH, with its engine's address as last argument.
func (p process) pluginOf(home string, folders []string) bool {
	own := strings.HasPrefix(p.args[0], filepath.Join(home, "plugins")+string(filepath.Separator)) ||
		slices.Contains(folders, filepath.Dir(p.args[0]))
	return own && strings.HasPrefix(p.program(), "pulumi-resource-") && len(p.args) > 1
}

// engineGone reports whether nobody listens where a plug-in's engine did. Anything but a refusal leaves that open.
func engineGone(ctx context.Context, address string) bool {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return false
	}
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return errors.Is(err, syscall.ECONNREFUSED)
	}
	conn.Close()
	return false
}

// endAll ends processes and waits until they are gone.
//
// Errors: one that belongs to somebody else, or does not go.
func endAll(ctx context.Context, all []process) error {
	for _, p := range all {
		if err := syscall.Kill(p.pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("end process %d: %w", p.pid, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, endTimeout)
	defer cancel()
	for _, p := range all {
		for syscall.Kill(p.pid, 0) == nil {
			select {
			case <-ctx.Done():
				return fmt.Errorf("end process %d: it is still there: %w", p.pid, ctx.Err())
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return nil
}
