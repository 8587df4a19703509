package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// bareFlags leave out what runs on the server, from its preparation on.
var bareFlags = []string{"--exclude", "**::node-prepare", "--exclude-dependents"}

// Bare runs the CLI as Pulumi does, on all of the program that is made at Hetzner. The cloud must be WithoutServices.
func (c *Cloud) Bare(command string, args ...string) (string, error) {
	return c.Pulumi(append(append([]string{command}, bareFlags...), args...)...)
}

// BareUp is one `pulumi up` without a preview.
func (c *Cloud) BareUp(args ...string) (string, error) {
	return c.Bare("up", append([]string{"--yes", "--skip-preview"}, args...)...)
}

// Background is a run of the CLI that goes on by itself.
type Background struct {
	cmd   *exec.Cmd
	said  bytes.Buffer
	ended chan struct{}
	err   error
}

// BareUpInBackground starts what BareUp does.
func (c *Cloud) BareUpInBackground(args ...string) (*Background, error) {
	return c.UpInBackground(slices.Concat([]string{"--skip-preview"}, bareFlags, args)...)
}

// UpInBackground starts a `pulumi up`.
func (c *Cloud) UpInBackground(args ...string) (*Background, error) {
	args = append([]string{"up", "--yes", "--non-interactive", "--stack", Stack, "--config-file", c.config, "--suppress-permalink=true"}, args...)
	if c.project != "" {
		args = append(args, "--cwd", c.project)
	}
	b := &Background{cmd: exec.Command(filepath.Join(c.root, ".twin", "tools", "pulumi"), args...), ended: make(chan struct{})}
	b.cmd.Dir, b.cmd.Env = c.root, c.env
	b.cmd.Stdout, b.cmd.Stderr = &b.said, &b.said
	b.cmd.WaitDelay = time.Second // plug-ins that are left over keep its output open
	fmt.Fprintf(c.Log, "$ pulumi %s &\n", strings.Join(args, " "))
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(b.ended)
		b.err = b.cmd.Wait()
	}()
	return b, nil
}

// PID is the process of the run.
func (b *Background) PID() int { return b.cmd.Process.Pid }

// Ended is closed when the run has ended.
func (b *Background) Ended() <-chan struct{} { return b.ended }

// Wait waits for the run's end and returns all that it printed.
func (b *Background) Wait() (string, error) {
	<-b.ended
	return b.said.String(), b.err
}

// Kill ends the run as a lack of memory would: it cannot say goodbye to its plug-ins, and those of the providers go on.
// The language host, which does nothing by itself any more, is ended too.
func (b *Background) Kill() error {
	hosts, err := b.languageHosts()
	if err != nil {
		return err
	}
	if err := b.cmd.Process.Kill(); err != nil {
		return err
	}
	<-b.ended
	for _, host := range hosts {
		if err := syscall.Kill(host, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	return nil
}

// languageHosts are the processes of the run that run the program.
func (b *Background) languageHosts() ([]int, error) {
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", b.PID())) // a child belongs to the thread that made it
	if err != nil {
		return nil, err
	}
	var hosts []int
	for _, list := range lists {
		children, err := os.ReadFile(list)
		if errors.Is(err, os.ErrNotExist) {
			continue // a thread that has ended meanwhile
		}
		if err != nil {
			return nil, err
		}
		for _, child := range strings.Fields(string(children)) {
			name, err := os.ReadFile("/proc/" + child + "/cmdline")
			if err != nil || !strings.Contains(string(name), "pulumi-language-go") {
				continue
			}
			id, err := strconv.Atoi(child)
			if err != nil {
				return nil, err
			}
			hosts = append(hosts, id)
		}
	}
	return hosts, nil
}
