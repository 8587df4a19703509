package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"syscall"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// local runs a command on this machine.
type local struct {
	interpreter []string
	dir         string
	env         []string
}

func openLocal(_ context.Context, _ func(string), state resource.PropertyMap) (runner, error) {
	l := &local{interpreter: []string{"/bin/sh", "-c"}, dir: plug.Text(state, "dir"), env: os.Environ()}
	if v := state["interpreter"]; v.IsArray() && len(v.ArrayValue()) > 0 {
		l.interpreter = nil
		for _, word := range v.ArrayValue() {
			l.interpreter = append(l.interpreter, word.StringValue())
		}
	}
	return l, nil
}

func (l *local) Setenv(name, value string) error {
	l.env = append(l.env, name+"="+value)
	return nil
}

func (l *local) Run(ctx context.Context, line string, stdin io.Reader, stdout, stderr io.Writer) error {
	args := append(l.interpreter[:len(l.interpreter):len(l.interpreter)], line)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Env = l.dir, l.env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	// A cancelled shell takes its children with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd.Run()
}

func (l *local) Close() error { return nil }
