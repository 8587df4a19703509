package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/snapshot"
	"go.uber.org/zap"
)

// snapshotCommand saves the running datastore, or lists what was saved.
func snapshotCommand(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return notImplemented("etcd-snapshot without a subcommand; it has save and list")
	}
	flags, err := parseFlags(args[1:], option{name: "name", preset: "on-demand"})
	if err != nil {
		return err
	}
	c, err := newConfig("", flags)
	if err != nil {
		return err
	}
	switch args[0] {
	case "save":
		if err := c.complete(); err != nil {
			return err
		}
		path, err := c.saveSnapshot(ctx, flags.Lookup("name").Value.String())
		if err == nil {
			slog.Info("Snapshot " + filepath.Base(path) + " saved.")
		}
		return err
	case "list", "ls":
		return c.listSnapshots()
	default:
		return notImplemented("etcd-snapshot " + args[0])
	}
}

// saveSnapshot asks the running etcd for a consistent copy of everything.
func (c *config) saveSnapshot(ctx context.Context, name string) (string, error) {
	tls, err := c.etcdTLS("client", "server-ca").ClientConfig()
	if err != nil {
		return "", fmt.Errorf("snapshot: %w", err)
	}
	endpoint := etcdURL("https", "127.0.0.1", c.ports.etcdClient)
	if err := os.MkdirAll(c.snapshots.dir, 0o700); err != nil {
		return "", fmt.Errorf("snapshot: %w", err)
	}
	path := filepath.Join(c.snapshots.dir, fmt.Sprintf("%s-%s-%d", name, c.nodeName, time.Now().Unix()))
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	_, err = snapshot.SaveWithVersion(ctx, zap.NewNop(), clientv3.Config{
		Endpoints: []string{endpoint.String()}, TLS: tls, DialTimeout: 5 * time.Second, Logger: zap.NewNop(),
	}, path)
	if err != nil {
		return "", fmt.Errorf("snapshot: %w", err)
	}
	return path, nil
}

func (c *config) listSnapshots() error {
	entries, err := os.ReadDir(c.snapshots.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("snapshots: %w", err)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 8, 1, ' ', 0)
	fmt.Fprintln(table, "Name\tLocation\tSize\tCreated") //nolint:errcheck // Flush reports it
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return fmt.Errorf("snapshots: %w", err)
		}
		//nolint:errcheck // Flush reports it
		fmt.Fprintf(table, "%s\tfile://%s\t%d\t%s\n", entry.Name(), filepath.Join(c.snapshots.dir, entry.Name()),
			info.Size(), info.ModTime().UTC().Format(time.RFC3339))
	}
	return table.Flush()
}

// keepSnapshots saves on schedule and drops the oldest beyond the retention, until ctx ends.
func (c *config) keepSnapshots(ctx context.Context, log *slog.Logger) {
	if c.snapshots.off {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(c.snapshots.schedule.Next(time.Now()))):
		}
		path, err := c.saveSnapshot(ctx, c.snapshots.name)
		if err == nil {
			log.Info("Saved etcd snapshot to " + path)
			err = c.pruneSnapshots()
		}
		if err != nil {
			log.Error("Failed to take etcd snapshot: " + err.Error())
		}
	}
}

// pruneSnapshots leaves the newest scheduled snapshots; those on demand are the operator's.
func (c *config) pruneSnapshots() error {
	files, err := filepath.Glob(filepath.Join(c.snapshots.dir, c.snapshots.name+"-"+c.nodeName+"-*"))
	if err != nil {
		return fmt.Errorf("snapshots: %w", err)
	}
	slices.Sort(files) // the name ends in the time, in digits of equal number
	var problems []error
	for len(files) > max(c.snapshots.retention, 0) {
		problems = append(problems, os.Remove(files[0]))
		files = files[1:]
	}
	return errors.Join(problems...)
}
