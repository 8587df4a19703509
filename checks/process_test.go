package checks

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a server that a test started.
type process struct {
	name  string
	cmd   *exec.Cmd
	said  said
	ended chan struct{}
	err   error
}

// said is what a process said so far.
type said struct {
	mu   sync.Mutex
	text []byte
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, p...)
	return len(p), nil
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.text)
}

// start starts a tool as a server, and ends it with the test. It does not wait until the server is ready.
func start(t *testing.T, name string, args ...string) *process {
	t.Helper()
	return startCommand(t, name, exec.Command(tool(t, name), args...))
}

// startCommand starts any command as a server, and ends it with the test.
func startCommand(t *testing.T, name string, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{name: name, cmd: cmd, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.said, &p.said
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	// It ends even when the test is killed.
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	go func() { p.err = cmd.Wait(); close(p.ended) }()
	t.Cleanup(func() { p.stop(t) })
	return p
}

// stop ends the server, kindly at first. That it had ended before is an error.
func (p *process) stop(t *testing.T) {
	t.Helper()
	select {
	case <-p.ended:
		t.Errorf("%s: got it ended before the test (%v), want it running\n%s", p.name, p.err, &p.said)
		return
	default:
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("%s: %v", p.name, err)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		if err := p.cmd.Process.Kill(); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
		t.Errorf("%s: got it running after it was told to end, want it to end\n%s", p.name, &p.said)
	}
}

// await asks until the question is answered with nil, and fails the test when the server ends before, or never answers.
func (p *process) await(t *testing.T, question func() error) {
	t.Helper()
	p.awaitUntil(t, time.Now().Add(patience), question)
}

// awaitUntil awaits no longer than until a time. It asks once even if that is over.
func (p *process) awaitUntil(t *testing.T, end time.Time, question func() error) {
	t.Helper()
	for {
		err := question()
		if err == nil {
			return
		}
		select {
		case <-p.ended:
			t.Fatalf("%s: got it ended (%v), want an answer: %v\n%s", p.name, p.err, err, &p.said)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(end) {
			t.Fatalf("%s: got no good answer: %v\n%s", p.name, err, &p.said)
		}
	}
}

// ok is the question whether an address answers with status 200.
func ok(url string) func() error {
	return func() error { _, err := get(url); return err }
}

// get fetches a page.
//
// Errors: no answer, or a status other than 200.
func get(url string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: got %s, want 200 OK: %s", url, res.Status, text)
	}
	return string(text), nil
}
