package server

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// keyPair is an Ed25519 key in the forms that OpenSSH reads.
type keyPair struct {
	// private is the PEM block of a private key file.
	private string
	// public is a line of authorized_keys, without a comment.
	public string
}

// newKeyPair derives a key pair from a random password. The same password gives the same bytes, so that a preview
// shows no change.
func newKeyPair(password string) (keyPair, error) {
	if len(password) < seedLength {
		return keyPair{}, fmt.Errorf("key seed: got %d characters, want at least %d", len(password), seedLength)
	}
	seed := sha256.Sum256([]byte(password))
	private := ed25519.NewKeyFromSeed(seed[:])
	public, err := ssh.NewPublicKey(private.Public())
	if err != nil {
		return keyPair{}, fmt.Errorf("public key: %w", err)
	}
	return keyPair{
		private: string(pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: openSSHPrivateKey(private, public)})),
		public:  strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))),
	}, nil
}

// openSSHPrivateKey encodes an unencrypted private key. x/crypto's encoder draws the two check numbers at random,
// which would be a new key file at every run; they guard only against a wrong passphrase, and there is none.
// Source: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
func openSSHPrivateKey(private ed25519.PrivateKey, public ssh.PublicKey) []byte {
	const magic, blockSize, check = "openssh-key-v1\x00", 8, 0x6c767363
	secret := ssh.Marshal(struct {
		Check1, Check2  uint32
		Type            string
		Public, Private []byte
		Comment         string
	}{check, check, ssh.KeyAlgoED25519, private.Public().(ed25519.PublicKey), private, ""})
	for i := byte(1); len(secret)%blockSize != 0; i++ {
		secret = append(secret, i)
	}
	return bytes.Join([][]byte{[]byte(magic), ssh.Marshal(struct {
		Cipher, KDF, KDFOptions string
		Keys                    uint32
		Public, Secret          []byte
	}{"none", "none", "", 1, public.Marshal(), secret})}, nil)
}
