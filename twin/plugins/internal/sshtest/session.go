package sshtest

import (
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/crypto/ssh"
)

func (s *Server) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return // The test is over.
		}
		s.mu.Lock()
		s.conns++
		drop := s.conns <= s.DropFirst
		s.mu.Unlock()
		if drop {
			conn.Close()
			continue
		}
		go s.serve(conn)
	}
}

func (s *Server) serve(conn net.Conn) {
	c, channels, requests, err := ssh.NewServerConn(conn, s.config)
	if err != nil {
		return // A client that turned away, as it should in some tests.
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		switch offered.ChannelType() {
		case "session":
			channel, requests, err := offered.Accept()
			if err != nil {
				return
			}
			go s.session(c, channel, requests)
		case "direct-tcpip":
			go forward(offered)
		default:
			offered.Reject(ssh.UnknownChannelType, offered.ChannelType())
		}
	}
}

func (s *Server) session(conn *ssh.ServerConn, channel ssh.Channel, requests <-chan *ssh.Request) {
	var env []string
	var cmd *exec.Cmd
	for req := range requests {
		switch req.Type {
		case "env":
			var kv struct{ Name, Value string }
			ok := ssh.Unmarshal(req.Payload, &kv) == nil && slices.Contains(s.AcceptEnv, kv.Name)
			if ok {
				env = append(env, kv.Name+"="+kv.Value)
			}
			req.Reply(ok, nil)
		case "exec":
			var line struct{ Command string }
			ok := ssh.Unmarshal(req.Payload, &line) == nil
			s.note(&s.ran, line.Command)
			req.Reply(ok, nil)
			if s.HangUp {
				conn.Close()
				return
			}
			cmd = exec.Command("/bin/sh", "-c", line.Command)
			cmd.Env = append(os.Environ(), env...)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = channel, channel, channel.Stderr()
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			go s.run(cmd, line.Command, channel)
		default:
			req.Reply(false, nil)
		}
	}
	// The client has gone: its command goes too.
	if cmd != nil && cmd.Process != nil {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}

// run runs a command and tells the client how it ended.
func (s *Server) run(cmd *exec.Cmd, line string, channel ssh.Channel) {
	var status struct{ Code uint32 }
	if err := cmd.Run(); err != nil {
		status.Code = 255
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() >= 0 {
			status.Code = uint32(exit.ExitCode())
		}
	}
	s.note(&s.ended, line)
	channel.SendRequest("exit-status", false, ssh.Marshal(&status))
	channel.Close()
}

// forward connects a client onward, as a bastion does.
func forward(offered ssh.NewChannel) {
	var to struct {
		Host     string
		Port     uint32
		FromHost string
		FromPort uint32
	}
	if err := ssh.Unmarshal(offered.ExtraData(), &to); err != nil {
		offered.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	conn, err := net.Dial("tcp", net.JoinHostPort(to.Host, strconv.Itoa(int(to.Port))))
	if err != nil {
		offered.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	channel, requests, err := offered.Accept()
	if err != nil {
		conn.Close()
		return
	}
	go ssh.DiscardRequests(requests)
	go func() {
		io.Copy(channel, conn)
		channel.Close()
	}()
	io.Copy(conn, channel)
	conn.Close()
}
