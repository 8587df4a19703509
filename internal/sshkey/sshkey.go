// Package sshkey derives Ed25519 key pairs, as OpenSSH reads them, from random seeds in Pulumi's state.
//
// It exists because a key pair of a provider's own would be kept in the state in every form it has, and one that is drawn
// anew would change at every run. It refuses a seed that is shorter than the key it makes.
package sshkey

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// SeedLength is how many letters and digits a key is derived from: more than the 256 bits that it has.
const SeedLength = 64

// Pair is an Ed25519 key in the forms that OpenSSH reads.
type Pair struct {
	// Private is the PEM block of a private key file.
	Private string
	// Public is a line of authorized_keys, without a comment.
	Public string
}

// Derive makes a key pair of a seed. The same seed gives the same bytes, so that a preview shows no change.
//
// Errors: a seed of less than SeedLength characters.
func Derive(seed string) (Pair, error) {
	if len(seed) < SeedLength {
		return Pair{}, fmt.Errorf("key seed: got %d characters, want at least %d", len(seed), SeedLength)
	}
	sum := sha256.Sum256([]byte(seed))
	private := ed25519.NewKeyFromSeed(sum[:])
	public, err := ssh.NewPublicKey(private.Public())
	if err != nil {
		return Pair{}, fmt.Errorf("public key: %w", err)
	}
	return Pair{
		Private: string(pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: encode(private, public)})),
		Public:  strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))),
	}, nil
}

// encode encodes an unencrypted private key. x/crypto's encoder draws the two check numbers at random, which would be a new
// key file at every run; they guard only against a wrong passphrase, and there is none.
// Source: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
func encode(private ed25519.PrivateKey, public ssh.PublicKey) []byte {
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
