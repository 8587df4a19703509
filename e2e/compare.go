package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// stateResource is a resource as Pulumi's state has it.
type stateResource struct {
	URN        string         `json:"urn"`
	Type       string         `json:"type"`
	ID         string         `json:"id"`
	Outputs    map[string]any `json:"outputs"`
	InitErrors []string       `json:"initErrors"`
}

// Compare holds what exists at Hetzner against Pulumi's state, and returns each difference as a line: what only one of them
// has, what the state has twice, and what it does not know the end of. Attachments, places in networks, assigned
// addresses and what firewalls are applied to count as things; of records, those that carry the stack's label.
func (c *Cloud) Compare() ([]string, error) {
	quiet := *c
	quiet.Log = io.Discard // the whole state is too much to read
	text, err := quiet.Pulumi("stack", "export", "--stack", Stack)
	if err != nil {
		return nil, err
	}
	var state struct {
		Deployment struct {
			Resources []stateResource `json:"resources"`
			Pending   []struct {
				Type     string        `json:"type"`
				Resource stateResource `json:"resource"`
			} `json:"pending_operations"`
		} `json:"deployment"`
	}
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	var differences, known []string
	for _, op := range state.Deployment.Pending {
		differences = append(differences, fmt.Sprintf("the state does not know the end of %s %s", op.Type, op.Resource.URN))
	}
	for _, r := range state.Deployment.Resources {
		if strings.HasPrefix(r.Type, "hcloud:") {
			known = append(known, r.things()...)
			for _, e := range r.InitErrors {
				differences = append(differences, fmt.Sprintf("%s is unfinished: %s", r.URN, e))
			}
		}
	}
	found, err := c.things()
	if err != nil {
		return nil, err
	}
	slices.Sort(known)
	slices.Sort(found)
	for i, thing := range known {
		if i > 0 && known[i-1] == thing {
			differences = append(differences, "twice in the state: "+thing)
		}
		if !slices.Contains(found, thing) {
			differences = append(differences, "only in the state: "+thing)
		}
	}
	for _, thing := range found {
		if !slices.Contains(known, thing) {
			differences = append(differences, "only at Hetzner: "+thing)
		}
	}
	return differences, nil
}

// things are what a resource of the state stands for, in the words of Cloud.things.
func (r stateResource) things() []string {
	number := func(key string) int64 {
		n, _ := r.Outputs[key].(float64)
		return int64(n)
	}
	kind := strings.TrimPrefix(r.Type, "hcloud:index/")
	switch kind, _, _ = strings.Cut(kind, ":"); kind {
	case "networkSubnet":
		return []string{"subnet " + r.ID}
	case "serverNetwork":
		return []string{fmt.Sprintf("place %s %v", r.ID, r.Outputs["ip"])}
	case "volumeAttachment":
		return []string{fmt.Sprintf("attachment %d to %d", number("volumeId"), number("serverId"))}
	case "zoneRrset":
		return []string{fmt.Sprintf("records %v/%s", r.Outputs["zone"], r.ID)}
	case "server":
		out := []string{"server " + r.ID}
		nets, _ := r.Outputs["publicNets"].([]any)
		for _, net := range nets {
			for _, family := range []string{"ipv4", "ipv6"} {
				if id, _ := net.(map[string]any)[family].(float64); id != 0 {
					out = append(out, fmt.Sprintf("primaryIp %d of server %s", int64(id), r.ID))
				}
			}
		}
		return out
	case "firewall":
		out := []string{"firewall " + r.ID}
		targets, _ := r.Outputs["applyTos"].([]any)
		for _, to := range targets {
			out = append(out, fmt.Sprintf("firewall %s in front of %v", r.ID, to.(map[string]any)["labelSelector"]))
		}
		return out
	default:
		return []string{kind + " " + r.ID}
	}
}

// things are what exists at Hetzner, a line each.
func (c *Cloud) things() ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client := c.Hetzner()
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	servers, serr := client.Server.All(ctx)
	for _, s := range servers {
		add("server %d", s.ID)
		for _, at := range s.PrivateNet {
			add("place %d-%d %s", s.ID, at.Network.ID, at.IP)
		}
	}
	volumes, verr := client.Volume.All(ctx)
	for _, v := range volumes {
		add("volume %d", v.ID)
		if v.Server != nil {
			add("attachment %d to %d", v.ID, v.Server.ID)
		}
	}
	ips, ierr := client.PrimaryIP.All(ctx)
	for _, ip := range ips {
		add("primaryIp %d", ip.ID)
		if ip.AssigneeID != 0 {
			add("primaryIp %d of server %d", ip.ID, ip.AssigneeID)
		}
	}
	networks, nerr := client.Network.All(ctx)
	for _, n := range networks {
		add("network %d", n.ID)
		for _, s := range n.Subnets {
			add("subnet %d-%s", n.ID, s.IPRange)
		}
	}
	firewalls, ferr := client.Firewall.All(ctx)
	for _, f := range firewalls {
		add("firewall %d", f.ID)
		for _, to := range f.AppliedTo {
			switch {
			case to.LabelSelector != nil:
				add("firewall %d in front of %s", f.ID, to.LabelSelector.Selector)
			case to.Server != nil:
				add("firewall %d in front of server %d", f.ID, to.Server.ID)
			}
		}
	}
	keys, kerr := client.SSHKey.All(ctx)
	for _, k := range keys {
		add("sshKey %d", k.ID)
	}
	records, rerr := c.labelledRecords(ctx)
	return append(out, records...), errors.Join(serr, verr, ierr, nerr, ferr, kerr, rerr)
}

// labelledRecords are the records that the stack published, in whichever zone.
func (c *Cloud) labelledRecords(ctx context.Context) ([]string, error) {
	client := hcloud.NewClient(hcloud.WithEndpoint(c.Env("HCLOUD_ENDPOINT")), hcloud.WithToken(zoneToken))
	zones, err := client.Zone.All(ctx)
	var out []string
	for _, z := range zones {
		sets, serr := client.Zone.AllRRSets(ctx, z)
		err = errors.Join(err, serr)
		for _, s := range sets {
			if s.Labels["stack"] == Stack {
				out = append(out, fmt.Sprintf("records %s/%s", z.Name, s.ID))
			}
		}
	}
	return out, err
}
