package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"
)

// tokenFileWait is how long k3s waits for a token file to appear.
const tokenFileWait = 4 * time.Minute

// resolveToken returns the password part of the cluster's token: the one that is configured, or
// the one on disk, or a new one when there is no datastore yet.
func (c *config) resolveToken(ctx context.Context, log *slog.Logger) (string, error) {
	given := c.token
	if c.tokenFile != "" {
		data, err := awaitFile(ctx, log, c.tokenFile)
		if err != nil {
			return "", fmt.Errorf("token file: %w", err)
		}
		if given = strings.TrimSpace(string(data)); given == "" {
			return "", fmt.Errorf("token file: %s is empty", c.tokenFile)
		}
	}
	if given == "" {
		data, err := os.ReadFile(c.paths.server("token"))
		switch {
		case err == nil:
			given = strings.TrimSpace(string(data))
		case !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("token: %w", err)
		default:
			secret := make([]byte, 16)
			if _, err := rand.Read(secret); err != nil {
				return "", fmt.Errorf("token: %w", err)
			}
			given = hex.EncodeToString(secret)
		}
	}
	return normalizeToken(given)
}

// awaitFile reads a file, and waits for it when it does not exist yet.
func awaitFile(ctx context.Context, log *slog.Logger, path string) ([]byte, error) {
	deadline := time.Now().Add(tokenFileWait)
	for {
		data, err := os.ReadFile(path)
		if !errors.Is(err, fs.ErrNotExist) {
			return data, err
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("timeout while trying to read the file: %w", err)
		}
		log.Info("Waiting for " + path + " to be available")
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(2 * time.Second):
		}
	}
}

// normalizeToken strips the form K10<CA hash>::<user>:<password> down to the password.
func normalizeToken(token string) (string, error) {
	rest := token
	if strings.HasPrefix(token, "K10") {
		_, after, found := strings.Cut(token, "::")
		if !found {
			return "", errors.New("failed to normalize token; must be in format K10<CA-HASH>::<USERNAME>:<PASSWORD> or <PASSWORD>")
		}
		rest = after
	}
	if _, password, found := strings.Cut(rest, ":"); found {
		rest = password
	}
	if rest == "" {
		return "", errors.New("token: the password is empty")
	}
	return rest, nil
}

// writeTokens leaves the tokens where operators and joining nodes look for them.
func (c *config) writeTokens(password string) error {
	authority, err := os.ReadFile(c.paths.tls("server-ca.crt"))
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	token := fmt.Sprintf("K10%x::server:%s\n", sha256.Sum256(authority), password)
	if err := writeFile(c.paths.server("token"), []byte(token), 0o600); err != nil {
		return fmt.Errorf("token: %w", err)
	}
	users := fmt.Sprintf("%s,server,server,k3s:server\n%s,node,node,k3s:agent\n", password, password)
	if err := writeFile(c.paths.server("cred", "passwd"), []byte(users), 0o600); err != nil {
		return fmt.Errorf("token: %w", err)
	}
	link := c.paths.server("node-token")
	if target, err := os.Readlink(link); err == nil && target == c.paths.server("token") {
		return nil
	}
	if err := os.RemoveAll(link); err != nil {
		return fmt.Errorf("token: %w", err)
	}
	if err := os.Symlink(c.paths.server("token"), link); err != nil {
		return fmt.Errorf("token: %w", err)
	}
	return nil
}
