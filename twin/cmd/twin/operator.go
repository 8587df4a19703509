package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/pem"
	"os"

	"golang.org/x/crypto/ssh"
)

// operatorSeed makes the key of the twin's operator. Everyone knows it: it opens servers on loopback addresses alone,
// and its public half can so stand in Pulumi.twin.yaml.
const operatorSeed = "lvs-cloud twin operator"

func (t *twin) operatorKey() string { return t.state("ssh", "operator") }

func (t *twin) knownHosts() string { return t.state("ssh", "known_hosts") }

// operatorKeyPair returns the private key and its line of authorized_keys.
func operatorKeyPair() (ed25519.PrivateKey, string, error) {
	seed := sha256.Sum256([]byte(operatorSeed))
	key := ed25519.NewKeyFromSeed(seed[:])
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		return nil, "", err
	}
	return key, string(ssh.MarshalAuthorizedKey(public)), nil
}

// writeOperatorKey puts the private key where ssh finds it.
func (t *twin) writeOperatorKey() error {
	key, _, err := operatorKeyPair()
	if err != nil {
		return err
	}
	block, err := ssh.MarshalPrivateKey(key, "operator of the twin")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(t.state("ssh"), 0o700); err != nil {
		return err
	}
	return os.WriteFile(t.operatorKey(), pem.EncodeToMemory(block), 0o600)
}
