package main

import (
	"log/slog"
	"os"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
)

// newLog writes to stderr, which is the journal under systemd. Kubernetes' own messages are
// errors only, unless the configuration asks for more.
func (c *config) newLog() *slog.Logger {
	level := slog.LevelInfo
	if c.debug {
		level = slog.LevelDebug
	}
	if !c.debug && c.verbosity == 0 {
		errors := slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})
		klog.SetLogger(logr.FromSlogHandler(errors))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
