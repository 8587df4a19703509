package review

import (
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

const (
	parentURN   = "urn:pulumi:prod::lvs-cloud::lvs-cloud:components:X::x"
	providerURN = "urn:pulumi:prod::lvs-cloud::pulumi:providers:hcloud::default_1_41_0"
)

// plan is a resource that the program wants, below a component and with a provider that the state has.
func planned(kind, name string, inputs map[string]any) Planned {
	return Planned{
		URN:  "urn:pulumi:prod::lvs-cloud::lvs-cloud:components:X$hcloud:index/" + kind + "::" + name,
		Type: "hcloud:index/" + kind, Parent: parentURN, Provider: providerURN + "::an-id", Inputs: inputs,
	}
}

func subnetOf(text string) *net.IPNet {
	_, n, err := net.ParseCIDR(text)
	if err != nil {
		return nil
	}
	return n
}

// crowded is a project with something of the stack, of another stack, and of nobody.
func crowded() Inventory {
	own := map[string]string{"project": "lvs-cloud", "stack": "prod", "owner": "me"}
	zone := &hcloud.Zone{Name: "example.com"}
	return Inventory{
		Labels: map[string]string{"project": "lvs-cloud", "stack": "prod"},
		Networks: []*hcloud.Network{
			{ID: 1, Name: "lvs-cloud-prod-network", Labels: own, Subnets: []hcloud.NetworkSubnet{{IPRange: subnetOf("10.0.1.0/24")}}},
		},
		Firewalls:  []*hcloud.Firewall{{ID: 2, Name: "lvs-cloud-prod-edge", Labels: own}},
		PrimaryIPs: []*hcloud.PrimaryIP{{ID: 3, Name: "lvs-cloud-prod-ipv4", Labels: own}},
		SSHKeys:    []*hcloud.SSHKey{{ID: 4, Name: "lvs-cloud-prod-node-login", Labels: own}},
		Servers: []*hcloud.Server{{ID: 5, Name: "lvs-cloud-prod-node", Labels: own, PrivateNet: []hcloud.ServerPrivateNet{
			{Network: &hcloud.Network{ID: 1}, IP: net.IPv4(10, 0, 1, 10)},
		}}},
		Volumes: []*hcloud.Volume{
			{ID: 6, Name: "lvs-cloud-prod-data", Labels: own, Server: &hcloud.Server{ID: 5}},
			{ID: 7, Name: "of-another-stack", Labels: map[string]string{"project": "lvs-cloud", "stack": "test"}},
			{ID: 8, Name: "of-nobody"},
		},
		RRSets: []*hcloud.ZoneRRSet{
			{ID: "cloud/A", Name: "cloud", Type: "A", Zone: zone, Labels: own},
			{ID: "www/A", Name: "www", Type: "A", Zone: zone},
		},
	}
}

func TestRecoveryMatches(t *testing.T) {
	name := func(s string) map[string]any { return map[string]any{"name": s} }
	for what, c := range map[string]struct {
		planned Planned
		adopt   string // ID
		foreign string
	}{
		"network":  {planned("network:Network", "n", name("lvs-cloud-prod-network")), "1", ""},
		"firewall": {planned("firewall:Firewall", "f", name("lvs-cloud-prod-edge")), "2", ""},
		"address":  {planned("primaryIp:PrimaryIp", "a", name("lvs-cloud-prod-ipv4")), "3", ""},
		"key":      {planned("sshKey:SshKey", "k", name("lvs-cloud-prod-node-login")), "4", ""},
		"server":   {planned("server:Server", "s", name("lvs-cloud-prod-node")), "5", ""},
		"volume":   {planned("volume:Volume", "v", name("lvs-cloud-prod-data")), "6", ""},

		"not there":                     {planned("volume:Volume", "v", name("lvs-cloud-prod-other")), "", ""},
		"no name":                       {planned("volume:Volume", "v", nil), "", ""},
		"a kind that is not known":      {planned("floatingIp:FloatingIp", "x", name("lvs-cloud-prod-node")), "", ""},
		"a volume of another stack":     {planned("volume:Volume", "v", name("of-another-stack")), "", "volume of-another-stack (7)"},
		"a volume of nobody":            {planned("volume:Volume", "v", name("of-nobody")), "", "volume of-nobody (8)"},
		"subnet":                        {planned("networkSubnet:NetworkSubnet", "s", map[string]any{"networkId": 1.0, "ipRange": "10.0.1.0/24"}), "1-10.0.1.0/24", ""},
		"subnet of another network":     {planned("networkSubnet:NetworkSubnet", "s", map[string]any{"networkId": 9.0, "ipRange": "10.0.1.0/24"}), "", ""},
		"place":                         {planned("serverNetwork:ServerNetwork", "p", map[string]any{"serverId": 5.0, "subnetId": "1-10.0.1.0/24", "ip": "10.0.1.10"}), "5-1", ""},
		"another place":                 {planned("serverNetwork:ServerNetwork", "p", map[string]any{"serverId": 5.0, "subnetId": "1-10.0.1.0/24", "ip": "10.0.1.11"}), "", "want 10.0.1.11"},
		"attachment":                    {planned("volumeAttachment:VolumeAttachment", "a", map[string]any{"volumeId": 6.0, "serverId": 5.0}), "6", ""},
		"attachment to another server":  {planned("volumeAttachment:VolumeAttachment", "a", map[string]any{"volumeId": 6.0, "serverId": 9.0}), "", "want server 9"},
		"records":                       {planned("zoneRrset:ZoneRrset", "r", map[string]any{"zone": "example.com", "name": "cloud", "type": "A"}), "cloud/A", ""},
		"records of another type":       {planned("zoneRrset:ZoneRrset", "r", map[string]any{"zone": "example.com", "name": "cloud", "type": "AAAA"}), "", ""},
		"records of somebody else":      {planned("zoneRrset:ZoneRrset", "r", map[string]any{"zone": "example.com", "name": "www", "type": "A"}), "", "records www A"},
		"records in a zone of the name": {planned("zoneRrset:ZoneRrset", "r", map[string]any{"zone": "example.org", "name": "cloud", "type": "A"}), "", ""},
	} {
		t.Run(what, func(t *testing.T) {
			r := NewRecovery(Left{Known: []string{parentURN, providerURN}, Planned: []Planned{c.planned}, Found: crowded()})
			var id, foreign string
			if len(r.Adopt) > 0 {
				id = r.Adopt[0].ID
			}
			if len(r.Foreign) > 0 {
				foreign = r.Foreign[0]
			}
			if id != c.adopt || (c.foreign == "") != (foreign == "") || !strings.Contains(foreign, c.foreign) {
				t.Errorf("got %q adopted and %q in the way, want %q and %q", id, foreign, c.adopt, c.foreign)
			}
			if adopted := id != ""; adopted != slices.Contains(r.Look, c.planned.URN) {
				t.Errorf("got %q read anew, want what is adopted and no more", r.Look)
			}
		})
	}
}

// Without labels of its own a stack cannot tell what it made, and adopts nothing.
func TestRecoveryNeedsLabels(t *testing.T) {
	found := crowded()
	found.Labels = nil
	p := planned("volume:Volume", "v", map[string]any{"name": "lvs-cloud-prod-data"})
	if r := NewRecovery(Left{Known: []string{parentURN, providerURN}, Planned: []Planned{p}, Found: found}); len(r.Adopt) > 0 {
		t.Errorf("got %v adopted, want nothing", r.Adopt)
	}
}

func TestRecoveryLater(t *testing.T) {
	whole := planned("volume:Volume", "v", map[string]any{"name": "lvs-cloud-prod-data"})
	waiting := whole
	waiting.Inputs = map[string]any{"name": "lvs-cloud-prod-data", "labels": map[string]any{"x": unknownValue}}
	for what, l := range map[string]Left{
		"no parent":         {Known: []string{providerURN}, Planned: []Planned{whole}},
		"no provider":       {Known: []string{parentURN}, Planned: []Planned{whole}},
		"an input to come":  {Known: []string{parentURN, providerURN}, Planned: []Planned{waiting}},
		"an empty state":    {Planned: []Planned{whole}},
		"nothing is wanted": {},
	} {
		l.Found = crowded()
		if r := NewRecovery(l); len(r.Adopt) > 0 || len(r.Later) != len(l.Planned) {
			t.Errorf("%s: got %d adopted and %d later, want all of %d later", what, len(r.Adopt), len(r.Later), len(l.Planned))
		}
	}
}

func TestRecoveryOfTheState(t *testing.T) {
	r := NewRecovery(Left{Unfinished: []string{"a"}, Pending: []string{"b"}})
	if !slices.Equal(r.Look, []string{"a"}) || !slices.Equal(r.Pending, []string{"b"}) || len(r.Adopt) > 0 {
		t.Errorf("got %+v, want the unfinished read anew and the pending forgotten", r)
	}
}

// A server is taken over as it was ordered: with its addresses, or the provider would order them again and pull the plug
// for it; and without what a preview hides.
func TestImportFile(t *testing.T) {
	p := planned("server:Server", "node", map[string]any{
		"name": "lvs-cloud-prod-node", "userData": secretValue, "publicNets": []any{map[string]any{"ipv4": 3.0}},
	})
	r := NewRecovery(Left{Known: []string{parentURN, providerURN}, Planned: []Planned{p}, Found: crowded()})
	file := r.ImportFile()
	if len(file.Resources) != 1 {
		t.Fatalf("got %d resources, want the server", len(file.Resources))
	}
	got := file.Resources[0]
	if got.ID != "5" || got.LogicalName != "node" || got.Type != p.Type || file.NameTable[got.Parent] != parentURN || file.NameTable[got.Provider] != providerURN {
		t.Errorf("got %+v with %v, want the server below its component, by its provider", got, file.NameTable)
	}
	if got.Outputs["publicNets"] == nil || got.Outputs["id"] != "5" || got.Inputs["publicNets"] == nil {
		t.Errorf("got inputs %v and outputs %v, want the addresses in both and the ID in the latter", got.Inputs, got.Outputs)
	}
	for _, properties := range []map[string]any{got.Inputs, got.Outputs} {
		if _, there := properties["userData"]; there {
			t.Errorf("got %v, want nothing that was hidden", properties)
		}
	}
	if p.Inputs["id"] != nil || p.Inputs["userData"] == nil {
		t.Errorf("got the plan changed to %v, want it left alone", p.Inputs)
	}
}
