package host

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// supervisor stands for the hypervisor of one server: it lives from power-on to power-off.
type supervisor struct {
	dir    serverDir
	cgroup Cgroup
	log    *slog.Logger
	wire   *os.File                // network namespace at the far side of the server's cables
	netns  atomic.Pointer[os.File] // network namespace of the running incarnation
}

// supervise boots the server and boots it again whenever it reboots itself.
// Descriptor 3 takes the report about the first boot.
func supervise(dir serverDir, cg Cgroup) error {
	// The machine ends with the thread that made it, so that thread must stay.
	runtime.LockOSThread()
	syscall.CloseOnExec(3)
	ready := os.NewFile(3, "ready")
	lock, err := os.OpenFile(dir.path("lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return errors.Join(err, report(ready, err))
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return errors.Join(err, report(ready, err))
	}
	defer lock.Close()
	s := &supervisor{dir: dir, cgroup: cg, log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	err = s.open()
	for err == nil {
		var m *machine
		if m, err = s.boot(); err != nil {
			break
		}
		if ready != nil {
			if err := report(ready, nil); err != nil {
				s.log.Warn("nobody waited for the boot", "cause", err)
			}
			ready = nil
		}
		if again := s.wait(m); !again {
			return nil
		}
	}
	if ready != nil {
		return errors.Join(err, report(ready, err))
	}
	return err
}

// open prepares what lasts over reboots: the wire, its services and the forwarded ports.
func (s *supervisor) open() error {
	r, err := s.dir.load()
	if err != nil {
		return err
	}
	if err := os.Remove(s.dir.path("run.json")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if s.wire, err = newNetns(); err != nil {
		return fmt.Errorf("network namespace of the wire: %w", err)
	}
	if err := s.serveWire(); err != nil {
		return err
	}
	return s.forward(r.IPv4)
}

// machine is one incarnation of the server.
type machine struct {
	cmd     *exec.Cmd
	console *console
}

// boot starts the server's first process in namespaces of its own and returns when systemd has taken over.
func (s *supervisor) boot() (*machine, error) {
	r, err := s.dir.load()
	if err != nil {
		return nil, err
	}
	cg, err := s.freshCgroup()
	if err != nil {
		return nil, fmt.Errorf("cgroup: %w", err)
	}
	defer cg.Close()
	con, err := openConsole(s.dir.path("console.log"))
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	goOn, start, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer start.Close()
	failed, tell, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer failed.Close()
	cmd := hiddenCommand(initCommand, string(s.dir), con.path)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = con.terminal, con.terminal, con.terminal
	cmd.ExtraFiles = []*os.File{goOn, tell} // descriptors 3 and 4
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC,
		Setsid:     true, Pdeathsig: syscall.SIGKILL, UseCgroupFD: true, CgroupFD: int(cg.Fd()),
	}
	err = cmd.Start()
	goOn.Close()
	tell.Close()
	if err != nil {
		return nil, errors.Join(err, con.Close())
	}
	m := &machine{cmd: cmd, console: con}
	if err := s.connect(m, r, start, failed); err != nil {
		return nil, errors.Join(err, m.end())
	}
	s.log.Info("booted", "init", cmd.Process.Pid)
	return m, nil
}

// connect plugs in the cables, says who runs, and lets the machine go on.
func (s *supervisor) connect(m *machine, r *record, start io.WriteCloser, failed io.Reader) error {
	pid := m.cmd.Process.Pid
	ns, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		return err
	}
	if err := cable(ns, s.wire, r); err != nil {
		return errors.Join(fmt.Errorf("network: %w", err), ns.Close())
	}
	s.netns.Store(ns)
	run := incarnation{Supervisor: os.Getpid(), Init: pid, Wire: int(s.wire.Fd())}
	if err := writeJSON(s.dir.path("run.json"), run); err != nil {
		return err
	}
	if err := report(start, nil); err != nil {
		return err
	}
	// The descriptor closes by itself when the machine runs systemd.
	why, err := io.ReadAll(failed)
	if err == nil && len(why) > 0 {
		err = errors.New(string(why))
	}
	return err
}

// wait returns when the machine is off, and tells whether it asked to be booted again.
func (s *supervisor) wait(m *machine) bool {
	err := m.cmd.Wait()
	if ns := s.netns.Swap(nil); ns != nil {
		ns.Close()
	}
	if err := errors.Join(os.Remove(s.dir.path("run.json")), m.console.Close()); err != nil {
		s.log.Warn("after the end of the machine", "cause", err)
	}
	// The kernel ends the first process of a pid namespace with SIGHUP on reboot(2)
	// for a restart, with SIGINT for a halt or power-off.
	status, ok := m.cmd.ProcessState.Sys().(syscall.WaitStatus)
	again := ok && status.Signaled() && status.Signal() == syscall.SIGHUP
	s.log.Info("machine ended", "status", err, "reboot", again)
	return again
}

// end stops a machine that could not boot.
func (m *machine) end() error {
	killed := m.cmd.Process.Kill()
	if err := m.cmd.Wait(); err != nil { // "signal: killed", as asked for
		return errors.Join(killed, m.console.Close())
	}
	return m.console.Close()
}

// freshCgroup makes the machine's cgroup without what an earlier incarnation left in it.
func (s *supervisor) freshCgroup() (*os.File, error) {
	if err := s.cgroup.Remove(); err != nil {
		return nil, err
	}
	if err := s.cgroup.Make(); err != nil {
		return nil, err
	}
	return os.Open(string(s.cgroup))
}
