// Command infrastructure is the Pulumi program that `make bench` holds against main.tf beside it: the cloud's Hetzner
// resources with the arguments of the real components, and nothing else. The two files say the same, resource by
// resource and dependency by dependency.
package main

import (
	"strconv"

	"github.com/pulumi/pulumi-hcloud/sdk/go/hcloud"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// loginKey is a public key whose private half nobody has.
const loginKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl bench"

var (
	labels   = pulumi.StringMap{"managed-by": pulumi.String("bench")}
	anywhere = pulumi.ToStringArray([]string{"0.0.0.0/0", "::/0"})
)

func main() { pulumi.Run(program) }

// machine is what the server is made of.
type machine struct {
	subnet, ipv4, ipv6, key pulumi.IDOutput
	firewalls               []pulumi.Resource
}

func program(ctx *pulumi.Context) error {
	m := &machine{}
	for _, register := range []func(*pulumi.Context) error{m.network, m.firewall, m.address, m.login, m.server} {
		if err := register(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (m *machine) network(ctx *pulumi.Context) error {
	network, err := hcloud.NewNetwork(ctx, "network", &hcloud.NetworkArgs{
		Name: pulumi.String("bench"), IpRange: pulumi.String("10.0.0.0/16"), Labels: labels,
	})
	if err != nil {
		return err
	}
	subnet, err := hcloud.NewNetworkSubnet(ctx, "subnet", &hcloud.NetworkSubnetArgs{
		NetworkId: number(network.ID()), Type: pulumi.String("cloud"),
		NetworkZone: pulumi.String("eu-central"), IpRange: pulumi.String("10.0.1.0/24"),
	})
	if err != nil {
		return err
	}
	m.subnet = subnet.ID()
	return nil
}

func (m *machine) firewall(ctx *pulumi.Context) error {
	operators := pulumi.ToStringArray([]string{"127.0.0.0/8"})
	for _, fw := range []struct {
		name  string
		rules hcloud.FirewallRuleArray
	}{
		{"edge", hcloud.FirewallRuleArray{rule("tcp", "80", anywhere), rule("tcp", "443", anywhere), rule("icmp", "", anywhere)}},
		{"operators", hcloud.FirewallRuleArray{rule("tcp", "22", operators), rule("tcp", "6443", operators)}},
	} {
		firewall, err := hcloud.NewFirewall(ctx, fw.name, &hcloud.FirewallArgs{
			Name: pulumi.String("bench-" + fw.name), Rules: fw.rules, Labels: labels,
			ApplyTos: hcloud.FirewallApplyToArray{&hcloud.FirewallApplyToArgs{LabelSelector: pulumi.String("managed-by=bench")}},
		})
		if err != nil {
			return err
		}
		m.firewalls = append(m.firewalls, firewall)
	}
	return nil
}

func rule(protocol, port string, sources pulumi.StringArray) *hcloud.FirewallRuleArgs {
	r := &hcloud.FirewallRuleArgs{Direction: pulumi.String("in"), Protocol: pulumi.String(protocol), SourceIps: sources}
	if port != "" {
		r.Port = pulumi.String(port)
	}
	return r
}

func (m *machine) address(ctx *pulumi.Context) error {
	for family, id := range map[string]*pulumi.IDOutput{"ipv4": &m.ipv4, "ipv6": &m.ipv6} {
		ip, err := hcloud.NewPrimaryIp(ctx, family, &hcloud.PrimaryIpArgs{
			Name: pulumi.String("bench-" + family), Type: pulumi.String(family), Location: pulumi.String("nbg1"),
			AutoDelete: pulumi.Bool(false), DeleteProtection: pulumi.Bool(true), Labels: labels,
		})
		if err != nil {
			return err
		}
		*id = ip.ID()
	}
	return nil
}

func (m *machine) login(ctx *pulumi.Context) error {
	key, err := hcloud.NewSshKey(ctx, "login", &hcloud.SshKeyArgs{
		Name: pulumi.String("bench"), PublicKey: pulumi.String(loginKey), Labels: labels,
	})
	if err != nil {
		return err
	}
	m.key = key.ID()
	return nil
}

// server makes the server and the two attachments.
func (m *machine) server(ctx *pulumi.Context) error {
	server, err := hcloud.NewServer(ctx, "node", &hcloud.ServerArgs{
		Name: pulumi.String("bench-node"), ServerType: pulumi.String("cx23"), Image: pulumi.String("debian-13"),
		Location: pulumi.String("nbg1"), SshKeys: pulumi.StringArray{m.key.ToStringOutput()},
		PublicNets: hcloud.ServerPublicNetArray{&hcloud.ServerPublicNetArgs{
			Ipv4Enabled: pulumi.Bool(true), Ipv4: number(m.ipv4), Ipv6Enabled: pulumi.Bool(true), Ipv6: number(m.ipv6),
		}},
		KeepDisk: pulumi.Bool(true), ShutdownBeforeDeletion: pulumi.Bool(true),
		DeleteProtection: pulumi.Bool(true), RebuildProtection: pulumi.Bool(true), Labels: labels,
	}, pulumi.DependsOn(m.firewalls))
	if err != nil {
		return err
	}
	if _, err := hcloud.NewServerNetwork(ctx, "node-network", &hcloud.ServerNetworkArgs{
		ServerId: number(server.ID()), SubnetId: m.subnet.ToStringOutput(), Ip: pulumi.String("10.0.1.10"),
	}); err != nil {
		return err
	}
	data, err := hcloud.NewVolume(ctx, "data", &hcloud.VolumeArgs{
		Name: pulumi.String("bench-data"), Size: pulumi.Int(50), Location: pulumi.String("nbg1"),
		DeleteProtection: pulumi.Bool(true), Labels: labels,
	})
	if err != nil {
		return err
	}
	_, err = hcloud.NewVolumeAttachment(ctx, "data-attachment", &hcloud.VolumeAttachmentArgs{
		VolumeId: number(data.ID()), ServerId: number(server.ID()), Automount: pulumi.Bool(false),
	})
	return err
}

func number(id pulumi.IDOutput) pulumi.IntOutput {
	return id.ToStringOutput().ApplyT(strconv.Atoi).(pulumi.IntOutput)
}
