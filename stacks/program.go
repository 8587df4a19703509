// Package stacks is the composition of the cloud: Program reads as its table of contents.
//
// It refuses a configuration with any fault before a single resource is registered, and has no side effects beyond
// the resources it registers.
package stacks

import (
	"maps"
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/address"
	"github.com/lvs-cloud/lvs-cloud/components/dns"
	"github.com/lvs-cloud/lvs-cloud/components/firewall"
	"github.com/lvs-cloud/lvs-cloud/components/k3s"
	"github.com/lvs-cloud/lvs-cloud/components/network"
	"github.com/lvs-cloud/lvs-cloud/components/server"
	"github.com/lvs-cloud/lvs-cloud/components/volume"
	"github.com/lvs-cloud/lvs-cloud/platform/registry"
	"github.com/lvs-cloud/lvs-cloud/platform/storage"
)

// The private network. Its ranges stay clear of those k3s gives to pods (10.42.0.0/16) and services (10.43.0.0/16).
var (
	networkRange = netip.MustParsePrefix("10.0.0.0/16")
	subnetRange  = netip.MustParsePrefix("10.0.1.0/24")
	nodeIP       = netip.MustParseAddr("10.0.1.10")
)

// Program makes one cloud out of the configuration of a stack.
func Program(ctx *pulumi.Context) error {
	cfg, secrets, err := load(ctx)
	if err != nil {
		return err
	}
	capacity, err := cfg.Capacity()
	if err != nil {
		return err
	}
	labels := cfg.allLabels(ctx)
	// Everything is protected or nothing is: a refused destroy must not have taken half of the cloud before.
	guarded := cfg.Protection == ProtectionFull
	protect := pulumi.Protect(guarded)

	net, err := network.New(ctx, "network", &network.Args{
		Range: networkRange, Subnet: subnetRange, Zone: networkZones[cfg.Location], Labels: labels,
	}, protect)
	if err != nil {
		return err
	}
	fw, err := firewall.New(ctx, "firewall", &firewall.Args{AdminCIDRs: cfg.Access.AdminCIDRs, Labels: labels}, protect)
	if err != nil {
		return err
	}
	addr, err := address.New(ctx, "address", &address.Args{
		Location: cfg.Location, DeleteProtection: guarded, Labels: labels,
	}, protect)
	if err != nil {
		return err
	}
	node, err := server.New(ctx, "node", &server.Args{
		Type: cfg.Server.Type, Image: cfg.Server.Image, Location: cfg.Location,
		PrivateIP: nodeIP, OperatorKeys: cfg.Access.SSHKeys, DeleteProtection: guarded, Labels: labels,
		PublicIPv4: addr.IPv4, IPv4ID: addr.IPv4ID, IPv6ID: addr.IPv6ID, Firewalls: fw.Layers, SubnetID: net.SubnetID,
	}, protect)
	if err != nil {
		return err
	}
	data, err := volume.New(ctx, "data", &volume.Args{
		SizeGB: cfg.Volume.SizeGB, AdoptID: cfg.Volume.AdoptID, Location: cfg.Location, Labels: labels,
		ServerID: node.ID, Connection: node.Connection,
	}, protect)
	if err != nil {
		return err
	}
	var accounts *registry.Accounts
	if cfg.has(Registry) {
		if accounts, err = registry.NewAccounts(ctx, "registry-accounts"); err != nil {
			return err
		}
	}
	cluster, err := k3s.New(ctx, "k3s", &k3s.Args{
		Version: cfg.K3s.Version, Checksum: cfg.K3s.sha256(), ArtifactBaseURL: cfg.K3s.ArtifactBaseURL,
		ServerType: cfg.Server.Type, NodeName: node.Name, NodeIP: nodeIP, APIHost: "api." + cfg.Domain,
		PublicIPv4: addr.IPv4, ServerID: node.ID, Connection: node.Connection, MountPoint: data.MountPoint,
		LocalStorage: cfg.Storage.Kind == storage.LocalPath, Registry: cfg.nodeRegistry(accounts),
	}, protect)
	if err != nil {
		return err
	}
	if cfg.Zone != nil {
		if _, err := dns.New(ctx, "dns", &dns.Args{
			Domain: cfg.Domain, Zone: cfg.Zone.Name, Labels: labels, Token: secrets.ZoneToken, IPv4: addr.IPv4,
		}, protect); err != nil {
			return err
		}
	}

	if err := services(ctx, cfg, secrets, machine{node, data, cluster, accounts}); err != nil {
		return err
	}

	ctx.Export("serverAddress", addr.IPv4)
	ctx.Export("sshHostKey", node.HostKey)
	ctx.Export("serverUserData", node.UserData)
	ctx.Export("volumeId", data.ID)
	ctx.Export("apiServer", cluster.APIServer)
	ctx.Export("kubeconfig", cluster.Kubeconfig)
	ctx.Export("capacity", pulumi.String(capacity.Table()))
	return nil
}

// allLabels are the configured labels and the cloud's own.
func (c *Config) allLabels(ctx *pulumi.Context) map[string]string {
	labels := maps.Clone(c.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, OwnLabels(ctx.Project(), ctx.Stack()))
	return labels
}

// OwnLabels are the labels by which everything of a stack is told from what others made.
func OwnLabels(project, stack string) map[string]string {
	return map[string]string{"managed-by": "pulumi", "project": project, "stack": stack}
}

// sha256 is what the k3s binary must hash to, or nothing if that is published beside it.
func (k *K3sConfig) sha256() string {
	if k.Checksum == ChecksumPublished {
		return ""
	}
	return k3sReleases[k.Version]
}
