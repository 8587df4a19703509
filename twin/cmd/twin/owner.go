package main

import (
	"os"
	"strconv"
)

// makeDir makes a folder that belongs to the user who called sudo, because
// Pulumi runs as that user and keeps its files there.
func (t *twin) makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	uid, err := strconv.Atoi(os.Getenv("SUDO_UID"))
	if err != nil {
		return nil // not by sudo
	}
	gid, err := strconv.Atoi(os.Getenv("SUDO_GID"))
	if err != nil {
		return nil
	}
	return os.Chown(dir, uid, gid)
}
