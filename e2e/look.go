package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"golang.org/x/crypto/ssh"
)

// Hetzner returns Hetzner's own client on the twin.
func (c *Cloud) Hetzner() *hcloud.Client {
	return hcloud.NewClient(hcloud.WithEndpoint(c.Env("HCLOUD_ENDPOINT")), hcloud.WithToken(c.Env("HCLOUD_TOKEN")))
}

// SSH runs a command on the server as its operator, who trusts only the host key that the stack names.
func (c *Cloud) SSH(command string) (string, error) { return c.SSHInput(command, "") }

// SSHInput runs a command as SSH does, with a standard input.
func (c *Cloud) SSHInput(command, input string) (string, error) {
	address, err := c.Output("serverAddress")
	if err != nil {
		return "", err
	}
	hostKey, err := c.Output("sshHostKey")
	if err != nil {
		return "", err
	}
	pinned, _, _, _, err := ssh.ParseAuthorizedKey([]byte(hostKey))
	if err != nil {
		return "", fmt.Errorf("sshHostKey: %w", err)
	}
	key, err := os.ReadFile(c.Env("TWIN_SSH_KEY"))
	if err != nil {
		return "", err
	}
	signer, err := ssh.ParsePrivateKey(key)
	if err != nil {
		return "", err
	}
	client, err := ssh.Dial("tcp", address+":22", &ssh.ClientConfig{
		User: "root", Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback: ssh.FixedHostKey(pinned), Timeout: 10 * time.Second,
	})
	if err != nil {
		return "", err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return "", err
	}
	session.Stdin = strings.NewReader(input)
	out, err := session.CombinedOutput(command)
	fmt.Fprintf(c.Log, "$ ssh %s %s\n  %s\n", address, command, strings.ReplaceAll(strings.TrimSpace(string(out)), "\n", "\n  "))
	if err != nil {
		return "", fmt.Errorf("ssh %s: %w\n%s", command, err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// Inventory lists everything that exists at the twin's Hetzner, a line each, as Hetzner's own client sees it.
func (c *Cloud) Inventory() ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client := c.Hetzner()
	var lines []string
	var errs []error
	add := func(err error, n int, line func(i int) string) {
		errs = append(errs, err)
		for i := range n {
			lines = append(lines, line(i))
		}
	}
	servers, err := client.Server.All(ctx)
	add(err, len(servers), func(i int) string {
		s := servers[i]
		return fmt.Sprintf("server %d %s %s %s protected=%t", s.ID, s.Name, s.ServerType.Name, s.Status, s.Protection.Delete)
	})
	volumes, err := client.Volume.All(ctx)
	add(err, len(volumes), func(i int) string {
		v := volumes[i]
		return fmt.Sprintf("volume %d %s %dGB attached=%t protected=%t", v.ID, v.Name, v.Size, v.Server != nil, v.Protection.Delete)
	})
	ips, err := client.PrimaryIP.All(ctx)
	add(err, len(ips), func(i int) string {
		return fmt.Sprintf("primary_ip %d %s assigned=%t protected=%t", ips[i].ID, ips[i].Name, ips[i].AssigneeID != 0, ips[i].Protection.Delete)
	})
	networks, err := client.Network.All(ctx)
	add(err, len(networks), func(i int) string {
		return fmt.Sprintf("network %d %s servers=%d", networks[i].ID, networks[i].Name, len(networks[i].Servers))
	})
	firewalls, err := client.Firewall.All(ctx)
	add(err, len(firewalls), func(i int) string {
		return fmt.Sprintf("firewall %d %s rules=%d applied=%d", firewalls[i].ID, firewalls[i].Name, len(firewalls[i].Rules), len(firewalls[i].AppliedTo))
	})
	keys, err := client.SSHKey.All(ctx)
	add(err, len(keys), func(i int) string { return fmt.Sprintf("ssh_key %d %s", keys[i].ID, keys[i].Name) })
	return lines, errors.Join(errs...)
}
