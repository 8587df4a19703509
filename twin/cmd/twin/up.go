package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/twin/host"
)

func upCommand(t *twin) *cobra.Command {
	o := &serveOptions{}
	cmd := &cobra.Command{
		Use: "up", Short: "Start the twin's daemon in the background, or find it running", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(t); err != nil {
				return err
			}
			return up(cmd.Context(), t, o, cmd.OutOrStdout())
		},
	}
	o.bind(cmd)
	return cmd
}

func up(ctx context.Context, t *twin, o *serveOptions, out io.Writer) error {
	if err := errors.Join(o.checkMachine(), t.agrees(o.noHosts)); err != nil {
		return err
	}
	if !o.noHosts {
		// The image first: it takes long once, and its progress is to be seen.
		if _, err := host.EnsureImage(ctx, filepath.Join(t.home, "cache"), os.Stderr); err != nil {
			return err
		}
	}
	s, err := t.claim(o.noHosts)
	if err != nil {
		return err
	}
	running, err := t.serving()
	if err != nil {
		return err
	}
	if !running {
		if err := o.checkPorts(fmt.Sprintf("127.%d.1.255", s.Slot)); err != nil {
			return err
		}
		if err := start(t, s, o); err != nil {
			return err
		}
	}
	if err := await(ctx, t, s, time.Now().Add(10*time.Second)); err != nil {
		return err
	}
	console := t.state("servers", "<id>", "console.log")
	if o.noHosts {
		console = "none: only Hetzner's API is here, no server behind it"
	}
	_, err = fmt.Fprintf(out, "twin %q is up\n  API     %s\n  state   %s\n  log     %s\n  console %s\n  next    eval \"$(twin env --name %s)\"\n",
		t.name, s.endpoint(), t.state(), t.state("twin.log"), console, t.name)
	return err
}

// checkPorts tells whether servers could get their ports on an address of the twin.
func (o *serveOptions) checkPorts(address string) error {
	if o.noHosts {
		return nil
	}
	return host.CheckPorts(address)
}

// start runs this program as a daemon that outlives it, and returns when the API answers.
func start(t *twin, s settings, o *serveOptions) error {
	log, err := os.OpenFile(t.state("twin.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := append([]string{"serve", "--name", t.name, "--home", t.home, "--tools", t.tools}, o.args()...)
	cmd := exec.Command(self, args...)
	cmd.Dir = t.state()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		select {
		case err := <-ended:
			return fmt.Errorf("the daemon ended (%w); its log %s ends with:\n%s", err, log.Name(), tail(log.Name()))
		case <-time.After(20 * time.Millisecond):
			if answers(t, s) == nil {
				return nil
			}
		}
	}
	return fmt.Errorf("the daemon does not answer after 20 s; see %s", log.Name())
}

// await returns when the daemon answers.
func await(ctx context.Context, t *twin, s settings, end time.Time) error {
	for {
		err := answers(t, s)
		if err == nil || time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// answers asks whether this very twin serves the address.
func answers(t *twin, s settings) error {
	client := http.Client{Timeout: 2 * time.Second}
	resp, err := client.Get("http://" + s.api() + "/_daemon/status")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var got struct{ State string }
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		return fmt.Errorf("%s is not a twin: %w", s.api(), err)
	}
	if got.State != t.state() {
		return errors.New(s.api() + " is the twin of " + got.State)
	}
	return nil
}

// tail is the end of a log.
func tail(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}
