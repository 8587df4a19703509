package hetzner

import (
	"crypto/md5" // what Hetzner's fingerprints are
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

type sshKey struct{ schema.SSHKey }

func (k *sshKey) meta() meta { return meta{k.ID, k.Name, k.Labels, k.Created} }

func sshKeys() noun[*sshKey] {
	return noun[*sshKey]{
		singular: "ssh_key", plural: "ssh_keys",
		of:   func(c *call) *collection[*sshKey] { return &c.p.SSHKeys },
		view: func(_ *call, k *sshKey) any { return k },
		filters: map[string]func(*sshKey, string) bool{
			"fingerprint": func(k *sshKey, v string) bool { return k.Fingerprint == v },
		},
	}
}

func sshKeyRoutes() []route {
	return append(sshKeys().reads(),
		route{"POST /ssh_keys", nil, createSSHKey},
		route{"PUT /ssh_keys/{id}", nil, updateSSHKey},
		route{"DELETE /ssh_keys/{id}", nil, deleteSSHKey},
	)
}

func createSSHKey(c *call) (reply, error) {
	var req schema.SSHKeyCreateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	fingerprint, err := fingerprintOf(req.PublicKey)
	if err != nil {
		return fail(invalid("public_key", "%v", err))
	}
	for _, other := range c.p.SSHKeys.all() {
		if other.Fingerprint == fingerprint {
			return fail(notUnique("SSH key", "public_key"))
		}
	}
	if err := checkName("SSH key", &c.p.SSHKeys, req.Name, 0); err != nil {
		return fail(err)
	}
	labels, err := givenLabels(req.Labels)
	if err != nil {
		return fail(err)
	}
	key := &sshKey{schema.SSHKey{
		ID: c.e.state.newID(), Name: req.Name, PublicKey: strings.TrimSpace(req.PublicKey), Fingerprint: fingerprint,
		Labels: labels, Created: c.e.now().UTC(),
	}}
	c.p.SSHKeys.put(key)
	return created(sshKeys().one(c, key))
}

func updateSSHKey(c *call) (reply, error) {
	key, err := sshKeys().find(c)
	if err != nil {
		return fail(err)
	}
	var req schema.SSHKeyUpdateRequest
	if err := c.decode(&req); err != nil {
		return fail(err)
	}
	if err := rename("SSH key", &c.p.SSHKeys, key, &key.Name, req.Name, &key.Labels, req.Labels); err != nil {
		return fail(err)
	}
	return ok(sshKeys().one(c, key))
}

// deleteSSHKey works while servers use the key: it was copied into them when they were made.
func deleteSSHKey(c *call) (reply, error) {
	key, err := sshKeys().find(c)
	if err != nil {
		return fail(err)
	}
	c.p.SSHKeys.remove(key.ID)
	return noContent()
}

// fingerprintOf is the MD5 fingerprint of a public key in authorized_keys format.
func fingerprintOf(publicKey string) (string, error) {
	fields := strings.Fields(publicKey)
	if len(fields) < 2 || strings.ContainsAny(strings.TrimSpace(publicKey), "\r\n") {
		return "", fmt.Errorf("must be one line of type and key")
	}
	blob, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil {
		return "", fmt.Errorf("key is not base64")
	}
	kind := fields[0]
	if len(blob) < 4+len(kind) || int(binary.BigEndian.Uint32(blob)) != len(kind) || string(blob[4:4+len(kind)]) != kind {
		return "", fmt.Errorf("key is not of type %s", kind)
	}
	sum := md5.Sum(blob)
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = fmt.Sprintf("%02x", b)
	}
	return strings.Join(parts, ":"), nil
}
