package review

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/components/firewall"
)

func wanted() Want {
	return Want{
		Stack: "prod", Prefix: "lvs-cloud:cloud", Order: Order{"cx23", "nbg1", 50}, Image: "debian-13", Guarded: true,
		Keys: 1, Networks: 2, Identity: "~/.ssh/id_ed25519", Layers: firewall.Layers([]netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}),
		Version: "v1.36.5+k3s1", Physical: func(role string) string { return "lvs-cloud-prod-" + role },
	}
}

// healthy is what stands when all is well.
func healthy() Found {
	server := &hcloud.Server{
		ID: 7, Name: "lvs-cloud-prod-node", Status: hcloud.ServerStatusRunning, ServerType: &hcloud.ServerType{Name: "cx23"},
		Protection: hcloud.ServerProtection{Delete: true, Rebuild: true},
	}
	f := Found{
		Server: server,
		Volume: &hcloud.Volume{ID: 9, Name: "lvs-cloud-prod-data", Size: 50, Server: server, Protection: hcloud.VolumeProtection{Delete: true}},
		IPv4:   &hcloud.PrimaryIP{Name: "v4", AssigneeID: 7, Protection: hcloud.PrimaryIPProtection{Delete: true}},
		IPv6:   &hcloud.PrimaryIP{Name: "v6", AssigneeID: 7, Protection: hcloud.PrimaryIPProtection{Delete: true}},
		Image:  &hcloud.Image{Name: "debian-13"}, Firewalls: map[string]*hcloud.Firewall{},
	}
	for _, layer := range wanted().Layers {
		fw := &hcloud.Firewall{ID: int64(len(server.PublicNet.Firewalls) + 1), Name: layer.Role}
		server.PublicNet.Firewalls = append(server.PublicNet.Firewalls, &hcloud.ServerFirewallStatus{Firewall: *fw, Status: hcloud.FirewallStatusApplied})
		for _, r := range layer.Rules {
			rule := hcloud.FirewallRule{Direction: hcloud.FirewallRuleDirectionIn, Protocol: hcloud.FirewallRuleProtocol(r.Protocol)}
			if r.Port != "" {
				rule.Port = new(r.Port)
			}
			for _, s := range r.Sources {
				_, network, err := net.ParseCIDR(s.String())
				if err != nil {
					panic(err)
				}
				rule.SourceIPs = append([]net.IPNet{*network}, rule.SourceIPs...) // Hetzner keeps no order
			}
			fw.Rules = append(fw.Rules, rule)
		}
		f.Firewalls[layer.Role] = fw
	}
	return f
}

// bad lists what is not ok: status, check, and the command that mends it.
func bad(f Findings) []string {
	var out []string
	for _, x := range f {
		if x.Status != OK {
			out = append(out, fmt.Sprintf("%s %s: %s", x.Status, x.Check, x.Fix))
		}
	}
	return out
}

func check(t *testing.T, name string, f Findings, want ...string) {
	t.Helper()
	if got := bad(f); !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", name, got, want)
	}
	for _, x := range f {
		if x.Message == "" || strings.Contains(x.Message, "\n") || (x.Status != OK) != (x.Fix != "") {
			t.Errorf("%s: got %+v, want one line, and a command exactly if it is not ok", name, x)
		}
	}
}

func TestMachine(t *testing.T) {
	const restore, up = "pulumi up --refresh --stack prod", "pulumi up --stack prod"
	for name, c := range map[string]struct {
		change func(*Want, *Found)
		want   []string
	}{
		"all is well":                  {func(*Want, *Found) {}, nil},
		"no server":                    {func(_ *Want, f *Found) { f.Server = nil }, []string{"fail server: " + restore}},
		"a server that is off":         {func(_ *Want, f *Found) { f.Server.Status = hcloud.ServerStatusOff }, []string{"fail server: hcloud server poweron 7"}},
		"another server type":          {func(w *Want, _ *Found) { w.Order.ServerType = "cx33" }, []string{"warn server: " + up}},
		"an unprotected server":        {func(_ *Want, f *Found) { f.Server.Protection.Delete = false }, []string{"fail server: " + restore}},
		"a server that can be rebuilt": {func(_ *Want, f *Found) { f.Server.Protection.Rebuild = false }, []string{"fail server: " + restore}},
		"protection lifted on purpose": {func(w *Want, f *Found) {
			w.Guarded, f.Server.Protection.Delete, f.IPv4.Protection.Delete = false, false, false
		}, nil},
		"no volume":             {func(_ *Want, f *Found) { f.Volume = nil }, []string{"fail volume: hcloud volume list"}},
		"an unprotected volume": {func(_ *Want, f *Found) { f.Volume.Protection.Delete = false }, []string{"fail volume: " + restore}},
		"an unprotected volume, with protection lifted": {func(w *Want, f *Found) { w.Guarded, f.Volume.Protection.Delete = false, false }, []string{"fail volume: " + restore}},
		"a volume to grow":                     {func(w *Want, _ *Found) { w.Order.VolumeGB = 60 }, []string{"warn volume: " + up}},
		"a volume to shrink":                   {func(w *Want, _ *Found) { w.Order.VolumeGB = 40 }, []string{"fail volume: pulumi config set --stack prod --path 'lvs-cloud:cloud.volume.sizeGB' 50"}},
		"a detached volume":                    {func(_ *Want, f *Found) { f.Volume.Server = nil }, []string{"fail attachment: " + restore}},
		"a volume elsewhere":                   {func(_ *Want, f *Found) { f.Volume.Server = &hcloud.Server{ID: 8} }, []string{"fail attachment: hcloud volume detach 9 && " + restore}},
		"no address":                           {func(_ *Want, f *Found) { f.IPv6 = nil }, []string{"fail address ipv6: " + restore}},
		"an unassigned address":                {func(_ *Want, f *Found) { f.IPv4.AssigneeID = 0 }, []string{"fail address ipv4: " + restore}},
		"an address that dies with its server": {func(_ *Want, f *Found) { f.IPv4.AutoDelete = true }, []string{"fail address ipv4: " + restore}},
		"an unprotected address":               {func(_ *Want, f *Found) { f.IPv4.Protection.Delete = false }, []string{"fail address ipv4: " + restore}},
		"no firewall":                          {func(_ *Want, f *Found) { delete(f.Firewalls, "edge") }, []string{"fail firewall edge: " + restore}},
		"a firewall of nobody":                 {func(_ *Want, f *Found) { f.Server.PublicNet.Firewalls = f.Server.PublicNet.Firewalls[1:] }, []string{"fail firewall edge: " + restore}},
		"a rule too few":                       {func(_ *Want, f *Found) { f.Firewalls["operators"].Rules = f.Firewalls["operators"].Rules[:1] }, []string{"fail firewall operators: " + restore}},
		"a rule too many": {func(_ *Want, f *Found) {
			f.Firewalls["edge"].Rules = append(f.Firewalls["edge"].Rules, f.Firewalls["operators"].Rules...)
		}, []string{"fail firewall edge: " + restore}},
		"SSH for everyone": {func(_ *Want, f *Found) {
			f.Firewalls["operators"].Rules[0].SourceIPs = f.Firewalls["edge"].Rules[0].SourceIPs
		}, []string{"fail firewall operators: " + restore}},
		"an outbound rule is of no concern": {func(_ *Want, f *Found) {
			f.Firewalls["edge"].Rules = append(f.Firewalls["edge"].Rules, hcloud.FirewallRule{Direction: hcloud.FirewallRuleDirectionOut})
		}, nil},
	} {
		w, f := wanted(), healthy()
		c.change(&w, &f)
		check(t, name, Machine(w, f), c.want...)
	}
}

func TestBeforeFirstUp(t *testing.T) {
	const set = "pulumi config set --stack prod --path 'lvs-cloud:cloud."
	soldOut, larger := cx23, offer{name: "cx33", cores: 4, memoryGB: 8, diskGB: 80, net: "8.49"}
	soldOut.soldOut = true
	free := &hcloud.Volume{ID: 9, Size: 50, Location: &hcloud.Location{Name: "nbg1"}}
	for name, c := range map[string]struct {
		offers []offer
		change func(*Want, *Found)
		want   []string
	}{
		"all is well":           {[]offer{cx23}, func(*Want, *Found) {}, nil},
		"sold out":              {[]offer{soldOut, larger}, func(*Want, *Found) {}, []string{"fail server type: " + set + "server.type' cx33"}},
		"everything sold out":   {[]offer{soldOut}, func(*Want, *Found) {}, []string{"fail server type: lvs cost --stack prod"}},
		"no image":              {[]offer{cx23}, func(_ *Want, f *Found) { f.Image = nil }, []string{"fail image: " + set + "server.image' debian-13"}},
		"a deprecated image":    {[]offer{cx23}, func(_ *Want, f *Found) { f.Image.Deprecation = &hcloud.DeprecationInfo{} }, []string{"warn image: " + set + "server.image' debian-13"}},
		"a server in the way":   {[]offer{cx23}, func(_ *Want, f *Found) { f.Server = healthy().Server }, []string{"fail names: hcloud server delete 7"}},
		"a key in the way":      {[]offer{cx23}, func(_ *Want, f *Found) { f.LoginKey = &hcloud.SSHKey{ID: 3} }, []string{"fail names: hcloud ssh-key delete 3"}},
		"a network in the way":  {[]offer{cx23}, func(_ *Want, f *Found) { f.Network = &hcloud.Network{ID: 4} }, []string{"fail names: hcloud network delete 4"}},
		"a firewall in the way": {[]offer{cx23}, func(_ *Want, f *Found) { f.Firewalls["edge"] = &hcloud.Firewall{ID: 5} }, []string{"fail names: hcloud firewall delete 5"}},
		"an address in the way": {[]offer{cx23}, func(_ *Want, f *Found) { f.IPv4 = &hcloud.PrimaryIP{ID: 6} }, []string{"fail names: hcloud primary-ip delete 6"}},
		"a volume to adopt":     {[]offer{cx23}, func(_ *Want, f *Found) { f.Volume = free }, []string{"fail volume: " + set + "volume.adoptID' 9"}},
		"a volume adopted":      {[]offer{cx23}, func(w *Want, f *Found) { w.AdoptID, f.Volume, f.Adoptable = 9, free, free }, nil},
		"no volume to adopt":    {[]offer{cx23}, func(w *Want, _ *Found) { w.AdoptID = 9 }, []string{"fail volume: pulumi config rm --stack prod --path 'lvs-cloud:cloud.volume.adoptID'"}},
		"a volume far away": {[]offer{cx23}, func(w *Want, f *Found) {
			w.AdoptID, f.Adoptable = 9, &hcloud.Volume{ID: 9, Size: 50, Location: &hcloud.Location{Name: "fsn1"}}
		}, []string{"fail volume: " + set + "location' fsn1"}},
		"a volume in use": {[]offer{cx23}, func(w *Want, f *Found) {
			w.AdoptID, f.Adoptable = 9, &hcloud.Volume{ID: 9, Size: 50, Server: &hcloud.Server{ID: 1}}
		}, []string{"fail volume: hcloud volume detach 9"}},
		"a volume too large": {[]offer{cx23}, func(w *Want, f *Found) {
			w.AdoptID, f.Adoptable = 9, &hcloud.Volume{ID: 9, Size: 80}
		}, []string{"fail volume: " + set + "volume.sizeGB' 80"}},
	} {
		w, f := wanted(), Found{Image: &hcloud.Image{Name: "debian-13"}, Firewalls: map[string]*hcloud.Firewall{}}
		c.change(&w, &f)
		bill, err := NewBill(w.Order, catalogueOf("EUR", c.offers...))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		check(t, name, BeforeFirstUp(w, f, bill), c.want...)
	}
}

func TestReachable(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	const renew = "ssh root@192.0.2.1 systemctl restart k3s && lvs kubeconfig --stack prod"
	for name, c := range map[string]struct {
		change func(*Reach)
		want   []string
	}{
		"all is well":  {func(*Reach) {}, nil},
		"out of reach": {func(r *Reach) { r.SSHError = errors.New("timeout") }, []string{"fail ssh: lvs access open --stack prod"}},
		"nothing answers": {func(r *Reach) { r.SSHError, r.APIError = errors.New("timeout"), errors.New("timeout") }, []string{
			"fail ssh: lvs access open --stack prod", "fail api server: lvs access open --stack prod",
		}},
		"no login, no API server": {func(r *Reach) {
			r.SSHError, r.LoginRefused, r.APIError = errors.New("login"), true, errors.New("refused")
		}, []string{
			"fail ssh: pulumi config set --stack prod --path 'lvs-cloud:cloud.access.sshKeys[1]' \"$(ssh-keygen -y -f ~/.ssh/id_ed25519)\" && pulumi up --stack prod",
			"fail api server: ssh root@192.0.2.1 systemctl restart k3s",
		}},
		"another host key": {func(r *Reach) { r.SSHError, r.HostKeyDiffers = errors.New("key"), true }, []string{"fail ssh: hcloud server request-console lvs-cloud-prod-node"}},
		"no login":         {func(r *Reach) { r.LoginRefused = true }, []string{"fail ssh: pulumi config set --stack prod --path 'lvs-cloud:cloud.access.sshKeys[1]' \"$(ssh-keygen -y -f ~/.ssh/id_ed25519)\" && pulumi up --stack prod"}},
		"no API server":    {func(r *Reach) { r.APIError, r.Version = errors.New("refused"), "" }, []string{"fail api server: ssh root@192.0.2.1 systemctl restart k3s"}},
		"another k3s":      {func(r *Reach) { r.Version = "v1.36.4+k3s1" }, []string{"warn k3s version: pulumi up --stack prod"}},
		"expires soon":     {func(r *Reach) { r.NodeExpiry = now.AddDate(0, 0, 29) }, []string{"warn certificate: " + renew}},
		"expired":          {func(r *Reach) { r.NodeExpiry = now }, []string{"fail certificate: " + renew}},
		"own file expired": {func(r *Reach) { r.FileExpiry = now.AddDate(0, 0, -1) }, []string{"fail kubeconfig: lvs kubeconfig --stack prod"}},
		"own file expires": {func(r *Reach) { r.FileExpiry = now.AddDate(0, 0, 1) }, []string{"warn kubeconfig: lvs kubeconfig --stack prod"}},
		"not in own file":  {func(r *Reach) { r.FileExpiry = time.Time{} }, nil},
	} {
		r := Reach{
			Address: "192.0.2.1", Version: "v1.36.5+k3s1", Now: now,
			NodeExpiry: now.AddDate(1, 0, 0), FileExpiry: now.AddDate(1, 0, 0), File: "~/.kube/config",
		}
		c.change(&r)
		f := Reachable(wanted(), r)
		check(t, name, f, c.want...)
		if f.Failed() != slices.ContainsFunc(c.want, func(s string) bool { return strings.HasPrefix(s, "fail") }) {
			t.Errorf("%s: got failed %t for %q", name, f.Failed(), c.want)
		}
	}
}
