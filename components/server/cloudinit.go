package server

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/lvs-cloud/lvs-cloud/internal/sshkey"
)

// userData is what a server learns at its first boot, and only what it must know before anyone can log in.
// Everything else goes over SSH, so that a later change never needs a new server.
// Source: https://docs.cloud-init.io/en/latest/reference/modules.html
type userData struct {
	SSHDeleteKeys  bool              `yaml:"ssh_deletekeys"`
	SSHKeyTypes    []string          `yaml:"ssh_genkeytypes"`
	SSHKeys        map[string]string `yaml:"ssh_keys"`
	AuthorizedKeys []string          `yaml:"ssh_authorized_keys"`
	SSHPasswords   bool              `yaml:"ssh_pwauth"`
	DisableRoot    bool              `yaml:"disable_root"`
}

// renderUserData returns the cloud-config that gives a server its host key and lets login in as root.
func renderUserData(host sshkey.Pair, login string) (string, error) {
	text, err := yaml.Marshal(userData{
		SSHDeleteKeys:  true,
		SSHKeyTypes:    []string{"ed25519"},
		SSHKeys:        map[string]string{"ed25519_private": host.Private, "ed25519_public": host.Public},
		AuthorizedKeys: []string{login},
	})
	if err != nil {
		return "", fmt.Errorf("user data: %w", err)
	}
	return "#cloud-config\n" + string(text), nil
}
