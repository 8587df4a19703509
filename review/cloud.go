package review

import (
	"fmt"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/components/firewall"
)

// Want is what the configuration of a stack asks for.
type Want struct {
	// Stack is its name, for the commands that mend.
	Stack string
	// Prefix is the object of the configuration: `lvs-cloud:cloud`.
	Prefix string
	// Identity is the file of the operator's private key.
	Identity string
	// Keys and Networks are how many are configured to log in, and to reach SSH.
	Keys, Networks int

	Order    Order
	Image    string
	AdoptID  int
	Guarded  bool // server and addresses are to be protected against deletion
	Layers   []firewall.Layer
	Version  string // of k3s
	Physical func(role string) string
}

// set is the command that changes a key of the configuration.
func (w Want) set(key, value string) string {
	return "pulumi config set --stack " + w.Stack + " --path '" + w.Prefix + "." + key + "' " + value
}

// AddKey is the command that lets the operator's key log in, besides the others.
func (w Want) AddKey() string {
	return w.set(fmt.Sprintf("access.sshKeys[%d]", w.Keys), `"$(ssh-keygen -y -f `+w.Identity+`)"`)
}

// restore is the command that puts back what was changed by other hands.
func (w Want) restore() string { return "pulumi up --refresh --stack " + w.Stack }

// Found is what stands at Hetzner under the names of a stack; nil for what does not.
type Found struct {
	Server     *hcloud.Server
	Volume     *hcloud.Volume
	Adoptable  *hcloud.Volume // by the ID in the configuration
	Network    *hcloud.Network
	IPv4, IPv6 *hcloud.PrimaryIP
	Firewalls  map[string]*hcloud.Firewall // by role
	Access     *hcloud.Firewall            // of `lvs access`
	LoginKey   *hcloud.SSHKey
	Image      *hcloud.Image
}
