package host

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// The commands that the program runs itself as; no user calls them.
const (
	superviseCommand = "twin-supervise" // twin-supervise SERVER-FOLDER CGROUP
	initCommand      = "twin-init"      // twin-init SERVER-FOLDER TERMINAL
)

// RunHidden runs the program as a supervisor or as a server's first process
// when it was started as one, and does not return then. Every program that uses
// Hosts calls it first in main, tests in TestMain.
func RunHidden() {
	if len(os.Args) != 4 {
		return
	}
	var err error
	switch os.Args[1] {
	case superviseCommand:
		err = supervise(serverDir(os.Args[2]), Cgroup(os.Args[3]))
	case initCommand:
		err = runInit(serverDir(os.Args[2]), os.Args[3])
	default:
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// hiddenCommand prepares this program to run itself, even when its file was replaced meanwhile.
func hiddenCommand(args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Args[0] = os.Args[0]
	return cmd
}

// startSupervisor boots a server and returns when its systemd runs. The
// supervisor is in a cgroup of the twin too, so that it ends with the twin.
func startSupervisor(dir serverDir, own, machine Cgroup) error {
	if err := own.Make(); err != nil {
		return err
	}
	group, err := os.Open(string(own))
	if err != nil {
		return err
	}
	defer group.Close()
	log, err := os.OpenFile(dir.path("supervisor.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	ready, tell, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ready.Close()
	cmd := hiddenCommand(superviseCommand, string(dir), string(machine))
	cmd.Dir = string(dir)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{tell} // descriptor 3
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, UseCgroupFD: true, CgroupFD: int(group.Fd())}
	err = cmd.Start()
	tell.Close()
	if err != nil {
		return err
	}
	go func() {
		if err := cmd.Wait(); err != nil { // its log says why
			return
		}
	}()
	return readReport(ready, "the supervisor ended; see "+log.Name())
}

// report tells the parent process how it went: one line, "ok" or the error.
func report(to io.WriteCloser, err error) error {
	line := "ok"
	if err != nil {
		line = strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	_, werr := fmt.Fprintln(to, line)
	return errors.Join(werr, to.Close())
}

// readReport reads what report wrote.
func readReport(from io.Reader, missing string) error {
	line, err := bufio.NewReader(from).ReadString('\n')
	switch line = strings.TrimSpace(line); {
	case line == "ok":
		return nil
	case line != "":
		return errors.New(line)
	case errors.Is(err, io.EOF):
		return errors.New(missing)
	default:
		return err
	}
}
