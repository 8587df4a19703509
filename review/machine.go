package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/components/firewall"
)

// Machine judges what stands at Hetzner against what a stack with a cloud wants.
func Machine(w Want, found Found) Findings {
	var f Findings
	machineServer(&f, w, found.Server)
	machineVolume(&f, w, found)
	machineAddresses(&f, w, found)
	for _, layer := range w.Layers {
		machineFirewall(&f, w, layer, found)
	}
	return f
}

func machineServer(f *Findings, w Want, s *hcloud.Server) {
	const check = "server"
	switch {
	case s == nil:
		f.Fail(check, w.restore(), "there is no server %s", w.Physical("node"))
	case s.Status != hcloud.ServerStatusRunning:
		f.Fail(check, fmt.Sprintf("hcloud server poweron %d", s.ID), "%s is %s, want it running", s.Name, s.Status)
	case s.ServerType != nil && s.ServerType.Name != w.Order.ServerType:
		f.Warn(check, "pulumi up --stack "+w.Stack, "%s runs as %s, the configuration says %s", s.Name, s.ServerType.Name, w.Order.ServerType)
	case w.Guarded && (!s.Protection.Delete || !s.Protection.Rebuild):
		f.Fail(check, w.restore(), "%s can be deleted or rebuilt at Hetzner, want it protected", s.Name)
	default:
		f.OK(check, "%s runs as %s", s.Name, w.Order.ServerType)
	}
}

func machineVolume(f *Findings, w Want, found Found) {
	const check = "volume"
	v := found.Volume
	switch {
	case v == nil:
		f.Fail(check, "hcloud volume list", "there is no volume %s; all data is on it, so look for it before you do anything else", w.Physical("data"))
		return
	case !v.Protection.Delete:
		f.Fail(check, w.restore(), "%s can be deleted at Hetzner, want it protected", v.Name)
	case v.Size < w.Order.VolumeGB:
		f.Warn(check, "pulumi up --stack "+w.Stack, "%s has %d GB, the configuration says %d", v.Name, v.Size, w.Order.VolumeGB)
	case v.Size > w.Order.VolumeGB:
		f.Fail(check, w.set("volume.sizeGB", fmt.Sprint(v.Size)), "%s has %d GB and does not shrink, the configuration says %d", v.Name, v.Size, w.Order.VolumeGB)
	default:
		f.OK(check, "%s has %d GB and is protected", v.Name, v.Size)
	}
	switch {
	case found.Server == nil:
	case v.Server == nil:
		f.Fail("attachment", w.restore(), "%s is attached to no server", v.Name)
	case v.Server.ID != found.Server.ID:
		f.Fail("attachment", fmt.Sprintf("hcloud volume detach %d && %s", v.ID, w.restore()), "%s is attached to server %d, want %s", v.Name, v.Server.ID, found.Server.Name)
	default:
		f.OK("attachment", "%s is attached to %s", v.Name, found.Server.Name)
	}
}

func machineAddresses(f *Findings, w Want, found Found) {
	for _, a := range []struct {
		role string
		ip   *hcloud.PrimaryIP
	}{{"ipv4", found.IPv4}, {"ipv6", found.IPv6}} {
		check := "address " + a.role
		switch {
		case a.ip == nil:
			f.Fail(check, w.restore(), "there is no primary IP %s", w.Physical(a.role))
		case found.Server != nil && a.ip.AssigneeID != found.Server.ID:
			f.Fail(check, w.restore(), "%s is not assigned to %s", a.ip.Name, found.Server.Name)
		case a.ip.AutoDelete:
			f.Fail(check, w.restore(), "%s would be deleted with its server, want it kept", a.ip.Name)
		case w.Guarded && !a.ip.Protection.Delete:
			f.Fail(check, w.restore(), "%s can be deleted at Hetzner, want it protected", a.ip.Name)
		default:
			f.OK(check, "%s is assigned", a.ip.IP)
		}
	}
}

func machineFirewall(f *Findings, w Want, layer firewall.Layer, found Found) {
	check, fw, s := "firewall "+layer.Role, found.Firewalls[layer.Role], found.Server
	if fw == nil {
		f.Fail(check, w.restore(), "there is no firewall %s", w.Physical(layer.Role))
		return
	}
	want, got := wantedRules(layer), foundRules(fw)
	var differences []string
	for _, r := range got {
		if !slices.Contains(want, r) {
			differences = append(differences, "lets in "+r)
		}
	}
	for _, r := range want {
		if !slices.Contains(got, r) {
			differences = append(differences, "lacks "+r)
		}
	}
	applied := s == nil || slices.ContainsFunc(s.PublicNet.Firewalls, func(on *hcloud.ServerFirewallStatus) bool { return on.Firewall.ID == fw.ID })
	switch {
	case len(differences) > 0:
		f.Fail(check, w.restore(), "%s is not as configured: it %s", fw.Name, strings.Join(differences, ", "))
	case !applied:
		f.Fail(check, w.restore(), "%s is not in front of %s", fw.Name, s.Name)
	default:
		f.OK(check, "%s has its %d rules", fw.Name, len(want))
	}
}

// wantedRules and foundRules put a rule into words that can be compared: "tcp 22 from 192.0.2.0/24".
func wantedRules(layer firewall.Layer) []string {
	var out []string
	for _, r := range layer.Rules {
		var sources []string
		for _, s := range r.Sources {
			sources = append(sources, s.String())
		}
		out = append(out, ruleText(r.Protocol, r.Port, sources))
	}
	return out
}

func foundRules(fw *hcloud.Firewall) []string {
	var out []string
	for _, r := range fw.Rules {
		if r.Direction != hcloud.FirewallRuleDirectionIn {
			continue
		}
		var sources []string
		for _, s := range r.SourceIPs {
			sources = append(sources, s.String())
		}
		var port string
		if r.Port != nil {
			port = *r.Port
		}
		out = append(out, ruleText(string(r.Protocol), port, sources))
	}
	return out
}

func ruleText(protocol, port string, sources []string) string {
	slices.Sort(sources)
	return strings.Join(strings.Fields(protocol+" "+port+" from "+strings.Join(sources, " ")), " ")
}
