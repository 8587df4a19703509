package main

import (
	"bytes"
	"io"
	"sync"
)

// output collects what a command writes and shows it line by line while it runs.
type output struct {
	mu                     sync.Mutex // a command's two streams arrive at once
	stdout, stderr, both   bytes.Buffer
	line                   bytes.Buffer // the unfinished line of what is shown
	show                   func(string)
	showStdout, showStderr bool
}

// newOutput shows what a logging value says. Default: both streams.
func newOutput(show func(string), logging string) *output {
	both := logging == "" || logging == logBoth
	return &output{show: show, showStdout: both || logging == logStdout, showStderr: both || logging == logStderr}
}

// Stdout takes the command's standard output.
func (o *output) Stdout() io.Writer { return stream{o, &o.stdout, o.showStdout} }

// Stderr takes the command's standard error.
func (o *output) Stderr() io.Writer { return stream{o, &o.stderr, o.showStderr} }

// Flush shows the last line if no newline ends it.
func (o *output) Flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.line.Len() > 0 {
		o.show(o.line.String())
		o.line.Reset()
	}
}

type stream struct {
	out   *output
	buf   *bytes.Buffer
	shown bool
}

func (s stream) Write(p []byte) (int, error) {
	o := s.out
	o.mu.Lock()
	defer o.mu.Unlock()
	s.buf.Write(p)
	o.both.Write(p)
	if !s.shown {
		return len(p), nil
	}
	o.line.Write(p)
	for {
		i := bytes.IndexByte(o.line.Bytes(), '\n')
		if i < 0 {
			return len(p), nil
		}
		o.show(string(bytes.TrimSuffix(o.line.Next(i + 1)[:i], []byte("\r"))))
	}
}
