package main

import (
	"fmt"
	"os"

	"github.com/coreos/go-systemd/v22/daemon"
)

const notifySocket = "NOTIFY_SOCKET"

// holdNotifications takes systemd's socket out of the environment and returns what announces
// readiness: the API server would announce its own, before the node has joined.
func holdNotifications() (announce func() error, err error) {
	socket := os.Getenv(notifySocket)
	if err := os.Unsetenv(notifySocket); err != nil {
		return nil, fmt.Errorf("telling systemd: %w", err)
	}
	return func() error {
		if socket == "" {
			return nil
		}
		if err := os.Setenv(notifySocket, socket); err != nil {
			return fmt.Errorf("telling systemd: %w", err)
		}
		if _, err := daemon.SdNotify(true, daemon.SdNotifyReady); err != nil {
			return fmt.Errorf("telling systemd: %w", err)
		}
		return nil
	}, nil
}
