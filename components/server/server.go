// Package server provisions a Hetzner server that is ready to be given work: reachable over SSH with a pinned host
// key, in the private network under a fixed address, behind its firewalls, with packages, kernel settings and
// swap in place.
//
// It refuses to trust a host key on first use, and nothing that changes after creation (keys, user data, image)
// ever replaces the server.
package server

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	"github.com/pulumi/pulumi-hcloud/sdk/go/hcloud"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	_ "embed"

	"github.com/lvs-cloud/lvs-cloud/components/script"
	"github.com/lvs-cloud/lvs-cloud/internal/hcloudid"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

const typeToken = "lvs-cloud:components:Server"

// hostPackages are what the host itself needs beyond Hetzner's image.
const hostPackages = "nftables systemd-zram-generator xfsprogs curl ca-certificates python3-minimal"

var (
	//go:embed prepare.sh
	prepareScript string
	//go:embed rest.sh
	restScript string
)

// Server is a prepared host.
type Server struct {
	pulumi.ResourceState

	// ID is Hetzner's ID of the server.
	ID pulumi.IntOutput `pulumi:"id"`
	// HostKey is the public SSH host key, as a line of authorized_keys.
	HostKey pulumi.StringOutput `pulumi:"hostKey"`
	// UserData is what a rebuild of the server passes to it; a secret.
	UserData pulumi.StringOutput `pulumi:"userData"`
	// Name is the host name, and the name the node has for life.
	Name string
	// Connection reaches the prepared host; what uses it waits until it is prepared.
	Connection remote.ConnectionArgs
}

// New creates a server and prepares it over SSH. Invalid args register nothing. A failed preparation leaves the
// server in place; the next `pulumi up` goes on with it.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Server, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("server %q: %w", name, err)
	}
	s := &Server{Name: naming.Physical(ctx.Project(), ctx.Stack(), name)}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, a.inputs(), s, opts...); err != nil {
		return nil, fmt.Errorf("server %q: %w", name, err)
	}
	k, err := newKeys(ctx, name, s)
	if err != nil {
		return nil, fmt.Errorf("server %q: %w", name, err)
	}
	s.HostKey, s.UserData = k.hostPublic, k.userData
	s.Connection = remote.ConnectionArgs{
		Host:       a.PublicIPv4,
		User:       pulumi.String("root"),
		PrivateKey: k.loginPrivate,
		HostKey:    k.hostPublic,
		// A new server takes up to a minute until sshd answers.
		DialErrorLimit: pulumi.Int(30),
		PerDialTimeout: pulumi.Int(15),
	}
	attached, err := s.create(ctx, name, a, k)
	if err != nil {
		return nil, fmt.Errorf("server %q: %w", name, err)
	}
	// What is attached to the server next waits for the network: Hetzner locks a server while it does one thing to it.
	s.ID = pulumi.OutputWithDependencies(ctx.Context(), s.ID, attached).(pulumi.IntOutput)
	prepared, err := script.New(ctx, name+"-prepare", &script.Args{
		Connection: s.Connection,
		Body:       prepareScript,
		Settings: pulumi.StringMap{
			"SERVER_ID":       s.ID.ApplyT(strconv.Itoa).(pulumi.StringOutput),
			"SERVER_TYPE":     pulumi.String(a.Type),
			"NODE_IP":         pulumi.String(a.PrivateIP.String()),
			"AUTHORIZED_KEYS": pulumi.Sprintf("%s lvs-cloud\n%s", k.loginPublic, strings.Join(a.OperatorKeys, "\n")),
			"PACKAGES":        pulumi.String(hostPackages),
		},
	}, pulumi.Parent(s), pulumi.DependsOn([]pulumi.Resource{attached}))
	if err != nil {
		return nil, fmt.Errorf("server %q: %w", name, err)
	}
	s.Connection.Host = pulumi.OutputWithDependencies(ctx.Context(), a.PublicIPv4.ToStringOutput(), prepared).(pulumi.StringOutput)
	if err := ctx.RegisterResourceOutputs(s, pulumi.Map{"id": s.ID, "hostKey": s.HostKey, "userData": s.UserData}); err != nil {
		return nil, fmt.Errorf("server %q: outputs: %w", name, err)
	}
	return s, nil
}

// create registers the server and its place in the private network, and returns the latter.
func (s *Server) create(ctx *pulumi.Context, name string, a *Args, k *keys) (pulumi.Resource, error) {
	key, err := hcloud.NewSshKey(ctx, name+"-login", &hcloud.SshKeyArgs{
		Name:      pulumi.String(s.Name + "-login"),
		PublicKey: k.loginPublic,
		Labels:    pulumi.ToStringMap(a.Labels),
	}, pulumi.Parent(s))
	if err != nil {
		return nil, fmt.Errorf("login key: %w", err)
	}
	rested, err := s.rest(ctx, name, a)
	if err != nil {
		return nil, err
	}
	srv, err := hcloud.NewServer(ctx, name, &hcloud.ServerArgs{
		Name:       pulumi.String(s.Name),
		ServerType: pulumi.String(a.Type),
		Image:      pulumi.String(a.Image),
		Location:   pulumi.String(a.Location),
		UserData:   k.userData,
		// Without any key Hetzner sets an expired root password, which blocks SSH.
		SshKeys: pulumi.StringArray{key.ID().ToStringOutput()},
		PublicNets: hcloud.ServerPublicNetArray{&hcloud.ServerPublicNetArgs{
			Ipv4Enabled: pulumi.Bool(true), Ipv4: a.IPv4ID.ToIntOutput(),
			Ipv6Enabled: pulumi.Bool(true), Ipv6: a.IPv6ID.ToIntOutput(),
		}},
		// A type change that kept the disk can be undone.
		KeepDisk:               pulumi.Bool(true),
		ShutdownBeforeDeletion: pulumi.Bool(true),
		DeleteProtection:       pulumi.Bool(a.DeleteProtection),
		RebuildProtection:      pulumi.Bool(a.DeleteProtection),
		Labels:                 pulumi.ToStringMap(a.Labels),
	}, pulumi.Parent(s),
		// Hetzner takes these three at creation only, and a server that is replaced for them may not be for sale
		// any more. Keys are written by prepare.sh, the image changes by a rebuild.
		pulumi.IgnoreChanges([]string{"image", "userData", "sshKeys"}),
		// The name and the addresses are taken until the old server is gone.
		pulumi.DeleteBeforeReplace(true),
		pulumi.DependsOn(append([]pulumi.Resource{rested}, a.Firewalls...)))
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	s.ID = hcloudid.Int(srv.ID())
	attached, err := hcloud.NewServerNetwork(ctx, name+"-network", &hcloud.ServerNetworkArgs{
		ServerId: s.ID,
		SubnetId: a.SubnetID.ToStringOutput(),
		Ip:       pulumi.String(a.PrivateIP.String()),
	}, pulumi.Parent(s), pulumi.DeleteBeforeReplace(true))
	if err != nil {
		return nil, fmt.Errorf("private network: %w", err)
	}
	return attached, nil
}

// rest registers what must happen on the running server before its type changes. It needs nothing of the server but
// its address and its keys, so that the server can depend on it; when it is new there is nothing to run it on.
func (s *Server) rest(ctx *pulumi.Context, name string, a *Args) (pulumi.Resource, error) {
	connection := s.Connection
	connection.DialErrorLimit = pulumi.Int(5) // the server is up, or it cannot be put to rest
	return script.New(ctx, name+"-rest", &script.Args{
		Connection: connection,
		Body:       restScript,
		Settings:   pulumi.StringMap{"SERVER_TYPE": pulumi.String(a.Type)},
		OnChange:   true,
	}, pulumi.Parent(s))
}
