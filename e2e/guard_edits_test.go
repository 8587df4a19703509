package e2e

const (
	volumeFile, serverFile, addressFile = "components/volume/volume.go", "components/server/server.go", "components/address/address.go"
	programFile, dnsFile, secretsFile   = "stacks/program.go", "components/dns/dns.go", "components/server/secrets.go"
)

// edits are changes of the program.
var edits = []Edit{
	{"volume elsewhere", volumeFile, `pulumi.String(a.Location)`, `a.Location`, `"hel1"`},
	{"volume renamed", volumeFile, `pulumi.String(physical)`, `physical`, `physical+"-2"`},
	{"volume unprotected", volumeFile, `pulumi.Bool(true)`, `true`, `false`},
	{"volume not retained", volumeFile, `pulumi.RetainOnDelete(true)`, `true`, `false`},
	{"volume formatted", volumeFile, `hcloud.NewVolume(`, `hcloud.NewVolume`,
		`func(ctx *pulumi.Context, name string, args *hcloud.VolumeArgs, opts ...pulumi.ResourceOption) (*hcloud.Volume, error) {
			args.Format = pulumi.String("ext4")
			return hcloud.NewVolume(ctx, name, args, opts...)
		}`},
	{"volume component renamed", programFile, `volume.New(ctx, "data"`, `"data"`, `"disk"`},
	{"attachment renamed", volumeFile, `name+"-attachment"`, `"-attachment"`, `"-link"`},
	{"image not ignored", serverFile, `"image", "userData", "sshKeys"`, `"image"`, `"labels"`},
	{"user data not ignored", serverFile, `"userData", "sshKeys"`, `"userData"`, `"labels"`},
	{"user data not ignored", "components/server/cloudinit.go", `SSHDeleteKeys:  true`, `true`, `false`},
	{"server renamed", serverFile, `Name:       pulumi.String(s.Name)`, `s.Name`, `s.Name+"-2"`},
	{"address taken away", addressFile, `[]string{"ipv4", "ipv6"}`, `[]string{"ipv4", "ipv6"}`, `[]string{"ipv4"}`},
	{"address taken away", addressFile, `ips["ipv6"]`, `"ipv6"`, `"ipv4"`},
	{"address taken from the server", serverFile, `Ipv6Enabled: pulumi.Bool(true)`, `true`, `false`},
	{"addresses go with the server", addressFile, `pulumi.Bool(false)`, `false`, `true`},
	{"longer seeds", secretsFile, `pulumi.Int(seedLength)`, `seedLength`, `seedLength+1`},
	{"longer token", "components/k3s/k3s.go", `pulumi.Int(48)`, `48`, `49`},
	{"another network", programFile, `"10.0.0.0/16"`, `"10.0.0.0/16"`, `"10.0.0.0/15"`},
	{"another node address", programFile, `"10.0.1.10"`, `"10.0.1.10"`, `"10.0.1.11"`},
	{"another provider", dnsFile, `name+"-provider"`, `"-provider"`, `"-prov"`},
}

// threat is a change that loses something, and what `lvs guard` says of it.
type threat struct {
	name string
	// edit changes the program, configure the configuration, env what the command finds.
	edit      string
	configure map[string]any
	env       []string
	refresh   bool
	// wants is what is said. What Pulumi refuses as well, and why, is tried and said while everything is protected too.
	wants  []string
	pulumi string
}

// protection is what Pulumi says of what it protects.
const protection = "protect"

var threats = []threat{
	{name: "the volume is to be elsewhere", edit: "volume elsewhere", pulumi: protection,
		wants: []string{"volume data would be replaced", `location: "nbg1" becomes "hel1"`, "all data", "leave the volume where it is", "volume attachment data-attachment"}},
	{name: "the whole cloud is to be elsewhere", configure: map[string]any{"location": "hel1"}, pulumi: protection,
		wants: []string{"volume data would be replaced", "server node would be replaced", "address ipv4 would be replaced", "address ipv6 would be replaced",
			`location: "nbg1" becomes "hel1"`}},
	{name: "the volume gets another name", edit: "volume renamed",
		wants: []string{"volume data would be changed", `name: "lvs-cloud-twin-data" becomes "lvs-cloud-twin-data-2"`, "UUID", "keep the names"}},
	{name: "the volume can be deleted at Hetzner", edit: "volume unprotected",
		wants: []string{"volume data would be changed", "deleteProtection: true becomes false", "leave deleteProtection on"}},
	{name: "the volume is formatted by Hetzner", edit: "volume formatted",
		wants: []string{"volume data would be changed", `format: nothing becomes "ext4"`, "mount.sh"}},
	{name: "the volume goes when Pulumi forgets it", edit: "volume not retained",
		wants: []string{"volume data", "RetainOnDelete is taken away"}},
	{name: "the volume is to be smaller", configure: map[string]any{"volume.sizeGB": 40}, pulumi: "got 40, want at least the 50",
		wants: []string{"volume data would be changed", "size: 50 becomes 40", "volume.sizeGB"}},
	{name: "the volume's component is renamed", edit: "volume component renamed", pulumi: protection,
		wants: []string{"volume data would be forgotten, though it stays at Hetzner", "Volume::disk would be created instead", "pulumi.Aliases",
			"volume attachment data-attachment would be deleted"}},
	{name: "the attachment is renamed", edit: "attachment renamed", pulumi: protection,
		wants: []string{"volume attachment data-attachment would be deleted", "data-link would be created instead", "detached from a running server"}},
	{name: "another volume is adopted", configure: map[string]any{"volume.adoptID": 0},
		wants: []string{"volume data would be replaced", "volume.adoptID", "all data"}},
	{name: "the image replaces the server", edit: "image not ignored", configure: map[string]any{"server.image": "ubuntu-24.04"}, pulumi: protection,
		wants: []string{"server node would be replaced", `image: "debian-13" becomes "ubuntu-24.04"`, "leave location, image"}},
	{name: "user data replaces the server", edit: "user data not ignored", pulumi: protection,
		wants: []string{"server node would be replaced", "userData changes", "leave location, image, user data"}},
	{name: "the server gets another name", edit: "server renamed",
		wants: []string{"server node would be changed", `name: "lvs-cloud-twin-node" becomes "lvs-cloud-twin-node-2"`, "for life"}},
	{name: "an address leaves the program", edit: "address taken away", pulumi: protection,
		wants: []string{"address ipv6 would be deleted; it is no longer in the program", "publicNets changes", "nobody gets the same one"}},
	{name: "an address leaves the server", edit: "address taken from the server",
		wants: []string{"server node would be changed", "publicNets changes", "pulls the plug"}},
	{name: "the addresses go with the server", edit: "addresses go with the server",
		wants: []string{"address ipv4 would be changed", "address ipv6 would be changed", "autoDelete: false becomes true"}},
	{name: "the seeds are drawn anew", edit: "longer seeds", pulumi: protection,
		wants: []string{"seed of the host key node-host-key would be replaced", "seed of the login key node-login-key", "length: 64 becomes 65", "locked out"}},
	{name: "the token of the cluster is drawn anew", edit: "longer token", pulumi: protection,
		wants: []string{"token of the cluster k3s-token would be replaced", "length: 48 becomes 49", "sealed"}},
	{name: "the network is another", edit: "another network", pulumi: protection,
		wants: []string{"network network would be replaced", `ipRange: "10.0.0.0/16" becomes "10.0.0.0/15"`, "subnet network-subnet", "network attachment node-network",
			"volume attachment data-attachment"}},
	{name: "the node gets another address", edit: "another node address", pulumi: protection,
		wants: []string{"network attachment node-network would be replaced", `ip: "10.0.1.10" becomes "10.0.1.11"`}},
	{name: "the zone is another", configure: map[string]any{"domain": "cloud.example.org", "zone": map[string]any{"name": "example.org"}}, pulumi: protection,
		wants: []string{"record set dns-apex would be replaced", "record set dns-wildcard", `zone: "example.com" becomes "example.org"`}},
	{name: "the zone leaves the configuration", configure: map[string]any{"zone": nil}, pulumi: protection,
		wants: []string{"record set dns-apex would be deleted", "record set dns-wildcard would be deleted", "keep domain and zone"}},
	{name: "the records are left to another provider", edit: "another provider", pulumi: protection,
		wants: []string{"record set dns-apex would be left to another provider; provider: dns-provider becomes dns-prov"}},
	{name: "the token is that of another project", env: []string{"HCLOUD_TOKEN=" + zoneToken}, refresh: true,
		wants: []string{"volume data is missing", "token of another project"}},
}

// together are threats that come with the lifting of the protection, in one change: what stands in the state is still
// protected.
var together = []threat{
	{name: "a rename and the lifted protection", edit: "volume component renamed", configure: map[string]any{"protection": ProtectionLifted}, pulumi: protection,
		wants: []string{"volume data would be forgotten"}},
	{name: "another place and the lifted protection", configure: map[string]any{"protection": ProtectionLifted, "location": "hel1"},
		wants: []string{"volume data would be replaced", "server node would be replaced"}},
	{name: "another volume adopted while it is protected", configure: map[string]any{"volume.adoptID": 0},
		wants: []string{"volume data would be replaced", "volume.adoptID"}},
}

// harmless are changes that must be let through.
var harmless = []struct {
	name      string
	configure map[string]any
	refresh   bool
}{
	{name: "nothing"},
	{name: "nothing, after a refresh", refresh: true},
	{name: "the protection is lifted", configure: map[string]any{"protection": ProtectionLifted}},
	{name: "a larger volume", configure: map[string]any{"volume.sizeGB": 60}},
	{name: "another server type", configure: map[string]any{"server.type": "cx33"}},
	{name: "another image for later servers", configure: map[string]any{"server.image": "ubuntu-24.04"}},
	{name: "labels", configure: map[string]any{"labels": map[string]any{"owner": "you"}}},
	{name: "firewall rules", configure: map[string]any{"access.adminCIDRs": []any{"127.0.0.0/8", "192.0.2.0/24"}}},
	{name: "keys", configure: map[string]any{"access.sshKeys": []any{}}},
}
