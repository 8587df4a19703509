package host

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// console is the serial console of a server; what is written to it ends up in a file.
type console struct {
	path     string   // of the terminal, on the real machine
	terminal *os.File // for the machine; open here too, or the console would end when nobody writes
	master   *os.File
	log      *os.File
	done     chan struct{}
}

// openConsole makes a pseudo terminal and copies its output to the end of the log file.
func openConsole(log string) (*console, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	c := &console{master: master, done: make(chan struct{})}
	if err := c.open(log); err != nil {
		return nil, errors.Join(err, master.Close())
	}
	go func() {
		defer close(c.done)
		// Reading fails when the machine and its terminal are gone: that is the end of the console.
		if _, err := io.Copy(c.log, c.master); err != nil {
			return
		}
	}()
	return c, nil
}

func (c *console) open(log string) error {
	fd := int(c.master.Fd())
	n, err := unix.IoctlGetUint32(fd, unix.TIOCGPTN)
	if err != nil {
		return err
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return err
	}
	c.path = fmt.Sprintf("/dev/pts/%d", n)
	if c.terminal, err = os.OpenFile(c.path, os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		return err
	}
	if c.log, err = os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return errors.Join(err, c.terminal.Close())
	}
	return nil
}

// Close ends the console of a machine that is gone.
func (c *console) Close() error {
	err := c.terminal.Close()
	<-c.done // what was written last is in the file
	return errors.Join(err, c.master.Close(), c.log.Close())
}
