package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// The datastore holds the authorities and keys of the cluster under this prefix, encrypted with
// the token, so that a snapshot and the token are enough to bring a cluster back.
const bootstrapPrefix = "/bootstrap/"

var errOtherToken = errors.New("bootstrap data already found and encrypted with different token")

// bootstrapFiles names what is kept, by role.
func (c *config) bootstrapFiles() map[string]string {
	files := map[string]string{"ServiceKey": c.paths.tls("service.key")}
	roles := []string{"ClientCA", "ServerCA", "RequestHeaderCA", "ETCDServerCA", "ETCDPeerCA"}
	for i, authority := range c.issuers() {
		files[roles[i]] = authority.file + ".crt"
		files[roles[i]+"Key"] = authority.file + ".key"
	}
	if c.encryptSecrets {
		files["EncryptionConfig"] = c.paths.encryption()
	}
	return files
}

// bootstrapKey is where the data of a token lies.
func bootstrapKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return bootstrapPrefix + hex.EncodeToString(sum[:])[:12]
}

// reconcileBootstrap saves the bootstrap data into a new datastore. In an existing one it
// insists on the token that the data was saved with, and on the authorities that it holds.
func (c *config) reconcileBootstrap(ctx context.Context, store *clientv3.Client, token string) error {
	files := map[string][]byte{}
	for role, path := range c.bootstrapFiles() {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("bootstrap data: %w", err)
		}
		files[role] = data
	}
	saved, err := loadBootstrap(ctx, store, token)
	if err != nil {
		return err
	}
	changed := saved == nil
	for role, data := range files {
		if bytes.Equal(saved[role], data) {
			continue
		}
		if _, known := saved[role]; known && role != "EncryptionConfig" {
			return fmt.Errorf("%s differs from the datastore and could cause a cluster outage; "+
				"remove it and restart to have it recreated from the datastore", c.bootstrapFiles()[role])
		}
		changed = true
	}
	if !changed {
		return nil
	}
	plain, err := json.Marshal(files)
	if err != nil {
		return fmt.Errorf("bootstrap data: %w", err)
	}
	sealed, err := seal(token, plain)
	if err != nil {
		return fmt.Errorf("bootstrap data: %w", err)
	}
	if _, err := store.Put(ctx, bootstrapKey(token), sealed); err != nil {
		return fmt.Errorf("failed to save bootstrap data: %w", err)
	}
	return nil
}

// loadBootstrap returns what the datastore holds, or nil when it holds nothing yet.
func loadBootstrap(ctx context.Context, store *clientv3.Client, token string) (map[string][]byte, error) {
	found, err := store.Get(ctx, bootstrapPrefix, clientv3.WithPrefix())
	if err != nil {
		return nil, fmt.Errorf("bootstrap data: %w", err)
	}
	for _, kv := range found.Kvs {
		if string(kv.Key) != bootstrapKey(token) {
			continue
		}
		plain, err := unseal(token, string(kv.Value))
		if err != nil {
			return nil, fmt.Errorf("bootstrap data: %w", err)
		}
		return decodeBootstrap(plain)
	}
	if len(found.Kvs) > 0 {
		return nil, errOtherToken
	}
	return nil, nil
}

func decodeBootstrap(plain []byte) (map[string][]byte, error) {
	files := map[string][]byte{}
	if err := json.Unmarshal(plain, &files); err != nil {
		return nil, fmt.Errorf("bootstrap data: %w", err)
	}
	return files, nil
}

// recoverBootstrap writes back the authorities and keys that the disk has lost. It needs the
// datastore of the earlier server, and its token.
func (c *config) recoverBootstrap(ctx context.Context, token string) error {
	lost := map[string]string{}
	for role, path := range c.bootstrapFiles() {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			lost[role] = path
		}
	}
	if len(lost) == 0 {
		return nil
	}
	datastore, err := startPrivateEtcd(ctx, c.paths.etcd())
	if err != nil {
		return err
	}
	defer datastore.Close()
	saved, err := loadBootstrap(ctx, datastore.client, token)
	if err != nil {
		return err
	}
	for role, path := range lost {
		if data, ok := saved[role]; ok {
			if err := writeFile(path, data, 0o600); err != nil {
				return fmt.Errorf("bootstrap data: %w", err)
			}
		}
	}
	return nil
}

// seal encrypts with a key made from the token: "<salt>:<base64 of nonce and ciphertext>".
func seal(token string, plain []byte) (string, error) {
	salt := make([]byte, 8)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	text := hex.EncodeToString(salt)
	gcm, err := tokenCipher(token, text)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, gcm.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	return text + ":" + base64.StdEncoding.EncodeToString(gcm.Seal(nonce, nonce, plain, nil)), nil
}

func unseal(token, sealed string) ([]byte, error) {
	salt, encoded, found := strings.Cut(sealed, ":")
	if !found {
		return nil, errors.New("invalid cipher text, not : delimited")
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, err
	}
	gcm, err := tokenCipher(token, salt)
	if err != nil {
		return nil, err
	}
	if len(data) < gcm.NonceSize() {
		return nil, errors.New("invalid cipher text, too short")
	}
	return gcm.Open(nil, data[:gcm.NonceSize()], data[gcm.NonceSize():], nil)
}

func tokenCipher(token, salt string) (cipher.AEAD, error) {
	key, err := pbkdf2.Key(sha1.New, token, []byte(salt), 4096, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
