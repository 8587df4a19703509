package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
)

// resetCluster makes this server the only member of its cluster under its present address, of
// the data it has or, with a restore path, of the data of a snapshot. It ends like k3s: the
// server is to be started again without the flag.
func (c *config) resetCluster(ctx context.Context, log *slog.Logger, token string) error {
	var err error
	if c.restorePath != "" {
		err = c.restoreSnapshot(ctx, log, token)
	} else {
		err = c.forceMembership(ctx, token)
	}
	if err != nil {
		return fmt.Errorf("cluster-reset: %w", err)
	}
	log.Info("Managed etcd cluster membership has been reset, restart without --cluster-reset flag now. " +
		"Backup and delete ${datadir}/server/db on each peer etcd server and rejoin the nodes")
	return nil
}

func (c *config) forceMembership(ctx context.Context, token string) error {
	if !c.paths.hasDatastore() {
		return errors.New("there is no datastore to reset")
	}
	if err := c.recoverBootstrap(ctx, token); err != nil {
		return err
	}
	if err := c.ensureCredentials(time.Now()); err != nil {
		return err
	}
	d, err := c.startEtcd(ctx, func(e *embed.Config) { e.ForceNewCluster = true })
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := loadBootstrap(ctx, d.client, token); err != nil {
		return err
	}
	url := c.peerURL()
	_, err = d.client.MemberUpdate(ctx, uint64(d.server.Server.MemberID()), []string{url.String()})
	return err
}

// restoreSnapshot replaces the datastore by the contents of a snapshot. The earlier datastore
// is kept beside it. Objects come back with new resource versions.
func (c *config) restoreSnapshot(ctx context.Context, log *slog.Logger, token string) error {
	contents, err := readSnapshot(c.restorePath)
	if err != nil {
		return err
	}
	if _, ok := contents[bootstrapKey(token)]; !ok {
		return fmt.Errorf("%s: %w", c.restorePath, errOtherToken)
	}
	if c.paths.hasDatastore() {
		aside := fmt.Sprintf("%s-old-%d", c.paths.etcd(), time.Now().Unix())
		if err := os.Rename(c.paths.etcd(), aside); err != nil {
			return err
		}
		log.Info("Moved the previous datastore to " + aside)
	}
	if err := os.MkdirAll(c.paths.etcd(), 0o700); err != nil {
		return err
	}
	if err := c.restoreFiles(contents[bootstrapKey(token)], token); err != nil {
		return err
	}
	if err := c.ensureCredentials(time.Now()); err != nil {
		return err
	}
	d, err := c.startEtcd(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	for key, value := range contents {
		if _, err := d.client.Put(ctx, key, string(value)); err != nil {
			return err
		}
	}
	return nil
}

// restoreFiles writes the authorities and keys that the snapshot was taken with.
func (c *config) restoreFiles(sealed []byte, token string) error {
	plain, err := unseal(token, string(sealed))
	if err != nil {
		return err
	}
	files, err := decodeBootstrap(plain)
	if err != nil {
		return err
	}
	for role, path := range c.bootstrapFiles() {
		if data, ok := files[role]; ok {
			if err := writeFile(path, data, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// readSnapshot returns the latest value of every key in a snapshot, after checking its digest.
// Keys with a lease (events) are left out: their lease does not outlive its datastore.
func readSnapshot(path string) (map[string][]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	end := len(data) - sha256.Size
	if end < 0 || end%512 != 0 {
		return nil, fmt.Errorf("%s: no etcd snapshot: the digest at its end is missing", path)
	}
	if sum := sha256.Sum256(data[:end]); !bytes.Equal(sum[:], data[end:]) {
		return nil, fmt.Errorf("%s: damaged: its digest differs", path)
	}
	dir, err := os.MkdirTemp("", "k3s-snapshot-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // temporary
	copied := filepath.Join(dir, "db")
	if err := os.WriteFile(copied, data[:end], 0o600); err != nil {
		return nil, err
	}
	db, err := bbolt.Open(copied, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer db.Close() //nolint:errcheck // only read from
	contents := map[string][]byte{}
	err = db.View(func(tx *bbolt.Tx) error {
		revisions := tx.Bucket([]byte("key"))
		if revisions == nil {
			return errors.New("no etcd database")
		}
		return revisions.ForEach(func(revision, value []byte) error {
			return applyRevision(contents, revision, value)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return contents, nil
}

// applyRevision replays one change; revisions are visited oldest first, and a deletion is
// marked by a "t" after the 17 bytes of its number.
func applyRevision(contents map[string][]byte, revision, value []byte) error {
	var kv mvccpb.KeyValue
	if err := kv.Unmarshal(value); err != nil {
		return err
	}
	if len(revision) > 17 || kv.Lease != int64(clientv3.NoLease) {
		delete(contents, string(kv.Key))
		return nil
	}
	contents[string(kv.Key)] = kv.Value
	return nil
}
