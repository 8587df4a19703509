package host

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// Command prepares a command that runs inside a server of the twin with this
// state folder, as root and beside systemd, as if typed on its console. Server
// 0 stands for the only one that runs.
//
// Errors: no such server, or it is off.
func Command(state string, server int64, args ...string) (*exec.Cmd, func() error, error) {
	dir, run, err := findRunning(state, server)
	if err != nil {
		return nil, nil, err
	}
	id, err := dir.id()
	if err != nil {
		return nil, nil, err
	}
	cg, err := TwinCgroup(state)
	if err != nil {
		return nil, nil, err
	}
	group, err := os.Open(string(cg.Sub(fmt.Sprintf("server-%d", id))))
	if err != nil {
		return nil, nil, err
	}
	enter := []string{"--target", strconv.Itoa(run.Init), "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd", "--"}
	cmd := exec.Command("nsenter", append(enter, setpriv(args)...)...)
	cmd.Env = []string{"HOME=/root", "USER=root", "TERM=" + os.Getenv("TERM"),
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(group.Fd())}
	return cmd, group.Close, nil
}

// Count tells how many servers a twin has, and how many of them are on.
func Count(state string) (on, all int, err error) {
	dirs, err := filepath.Glob(filepath.Join(state, "servers", "*"))
	for _, d := range dirs {
		up, err := serverDir(d).running()
		if err != nil {
			return 0, 0, err
		}
		if up {
			on++
		}
	}
	return on, len(dirs), err
}

func findRunning(state string, server int64) (serverDir, *incarnation, error) {
	pattern := "*"
	if server != 0 {
		pattern = strconv.FormatInt(server, 10)
	}
	dirs, err := filepath.Glob(filepath.Join(state, "servers", pattern))
	if err != nil {
		return "", nil, err
	}
	var found serverDir
	var running *incarnation
	for _, d := range dirs {
		run, err := serverDir(d).incarnation()
		if err != nil {
			return "", nil, err
		}
		if run == nil {
			continue
		}
		if running != nil {
			return "", nil, errors.New("more than one server runs: choose one with --server")
		}
		found, running = serverDir(d), run
	}
	if running == nil {
		return "", nil, fmt.Errorf("no server runs (looked for %s)", filepath.Join(state, "servers", pattern))
	}
	return found, running, nil
}
