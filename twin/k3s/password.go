package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/crypto/scrypt"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// A password's hash is "$1:<salt>:<log2 N>:<r>:<p>:<base64 key>", the form k3s stores.
const (
	hashForm          = "$1:%x:%d:%d:%d:%s"
	hashN, hashR      = 15, 8
	hashP, hashKeyLen = 1, 64
)

var errPasswordMismatch = errors.New("hash does not match")

// ensurePasswordFile reads the node's password, or makes one.
func ensurePasswordFile(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(data)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("node password: %w", err)
	}
	secret := make([]byte, 16)
	if _, err := rand.Read(secret); err != nil {
		return "", fmt.Errorf("node password: %w", err)
	}
	password := hex.EncodeToString(secret)
	return password, writeFile(path, []byte(password+"\n"), 0o600)
}

// ensureNodePassword holds the node's password against the Secret that the first node of this
// name left. A node that lost its password is not let in, as it may be another machine.
func ensureNodePassword(ctx context.Context, client kubernetes.Interface, node, file string) error {
	password, err := ensurePasswordFile(file)
	if err != nil {
		return err
	}
	secrets := client.CoreV1().Secrets(metav1.NamespaceSystem)
	name := strings.ToLower(node + ".node-password.k3s")
	secret, err := secrets.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		hash, err := hashPassword(password)
		if err != nil {
			return fmt.Errorf("node password: %w", err)
		}
		immutable := true
		_, err = secrets.Create(ctx, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: name},
			Immutable:  &immutable,
			Data:       map[string][]byte{"hash": []byte(hash)},
		}, metav1.CreateOptions{})
		if err != nil {
			return fmt.Errorf("node password: %w", err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("node password: %w", err)
	}
	if err := verifyPassword(string(secret.Data["hash"]), password); err != nil {
		return fmt.Errorf("unable to verify hash for node '%s': %w; Node password rejected, duplicate hostname or "+
			"contents of '%s' may not match server node-passwd entry, try enabling a unique node name with the "+
			"--with-node-id flag", node, err, file)
	}
	return nil
}

func hashPassword(password string) (string, error) {
	salt := make([]byte, 8)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	key, err := scrypt.Key([]byte(password), salt, 1<<hashN, hashR, hashP, hashKeyLen)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(hashForm, salt, hashN, hashR, hashP, base64.RawStdEncoding.EncodeToString(key)), nil
}

func verifyPassword(hash, password string) error {
	var (
		salt    []byte
		n, r, p int
		encoded string
	)
	if _, err := fmt.Sscanf(hash, hashForm, &salt, &n, &r, &p, &encoded); err != nil {
		return fmt.Errorf("malformed hash: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil {
		return fmt.Errorf("malformed hash: %w", err)
	}
	key, err := scrypt.Key([]byte(password), salt, 1<<n, r, p, len(want))
	if err != nil {
		return fmt.Errorf("malformed hash: %w", err)
	}
	if subtle.ConstantTimeCompare(key, want) != 1 {
		return errPasswordMismatch
	}
	return nil
}
