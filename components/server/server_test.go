package server

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-hcloud/sdk/go/hcloud"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
	"github.com/lvs-cloud/lvs-cloud/internal/sshkey"
)

const operatorKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl you@example.com"

func validArgs() *Args {
	return &Args{
		Type: "cx23", Image: "debian-13", Location: "nbg1",
		PrivateIP: netip.MustParseAddr("10.0.1.10"), OperatorKeys: []string{operatorKey}, DeleteProtection: true,
		PublicIPv4: pulumi.String("192.0.2.1"), IPv4ID: pulumi.Int(1), IPv6ID: pulumi.Int(2),
		SubnetID: pulumi.String("4-10.0.1.0/24"),
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "node", args)
		return err
	}
}

func TestServer(t *testing.T) {
	g := graph.CheckComponent(t, program(validArgs()))
	srv, err := g.Find("hcloud:index/server:Server", "node")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"image", "userData", "sshKeys"}; !slices.Equal(srv.Ignore, want) {
		t.Errorf("ignored changes: got %v, want %v: none of them may replace the server", srv.Ignore, want)
	}
	for _, flag := range []string{"deleteProtection", "rebuildProtection", "keepDisk"} {
		if !srv.Inputs[resource.PropertyKey(flag)].BoolValue() {
			t.Errorf("%s: got false, want true", flag)
		}
	}
	if !srv.Inputs["userData"].IsSecret() {
		t.Errorf("userData: got it plain, want a secret: it holds the host key")
	}
	if srv.Inputs.HasValue("firewallIds") {
		t.Errorf("firewallIds: got a list, want none: the provider takes firewalls off that are not in it, or were deleted")
	}
	if srv.Inputs.HasValue("networks") {
		t.Errorf("networks: got them inline, want a ServerNetwork: inline ones differ at every run")
	}
	prepare, err := g.Find("command:remote:Command", "node-prepare")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(prepare.Inputs["stdin"].StringValue(), operatorKey) {
		t.Errorf("prepare: got no operator key in its settings, want it")
	}
}

func TestServerComesAfterItsFirewalls(t *testing.T) {
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		edge, err := hcloud.NewFirewall(ctx, "edge", &hcloud.FirewallArgs{})
		if err != nil {
			return err
		}
		args := validArgs()
		args.Firewalls = []pulumi.Resource{edge}
		return program(args)(ctx)
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	srv, err := g.Find("hcloud:index/server:Server", "node")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(srv.Dependencies, "hcloud:index/firewall:Firewall edge") {
		t.Errorf("got dependencies %q, want the firewall among them: a server must not be open for longer than Hetzner takes", srv.Dependencies)
	}
}

func TestServerRestsBeforeItChanges(t *testing.T) {
	g := graph.CheckComponent(t, program(validArgs()))
	rest, err := g.Find("command:remote:Command", "node-rest")
	if err != nil {
		t.Fatal(err)
	}
	if _, runs := rest.Inputs["create"]; runs {
		t.Errorf("rest: got it run at creation, when there is no server yet")
	}
	if want := "SERVER_TYPE='cx23'\n"; !strings.Contains(rest.Inputs["stdin"].StringValue(), want) {
		t.Errorf("rest: got no %q in its settings, want a change of type to run it", want)
	}
}

func TestServerRefuses(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{}), "type: got none", "image: got none", "location: got none", "privateIP: got",
		"publicIPv4: got nil", "ipv4ID: got nil", "ipv6ID: got nil", "subnetID: got nil")
	for name, key := range map[string]string{
		"no key": "hello", "options": `command="x" ` + operatorKey, "two keys": operatorKey + "\n" + operatorKey,
	} {
		t.Run(name, func(t *testing.T) {
			args := validArgs()
			args.OperatorKeys = []string{key}
			graph.CheckRefused(t, program(args), "operatorKeys[0]")
		})
	}
}

func TestUserData(t *testing.T) {
	pair, err := sshkey.Derive(strings.Repeat("x", seedLength))
	if err != nil {
		t.Fatal(err)
	}
	text, err := renderUserData(pair, pair.Public)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(text, "#cloud-config\n") {
		t.Errorf("got first line %q, want #cloud-config", strings.SplitN(text, "\n", 2)[0])
	}
	const limit = 32 << 10 // Hetzner's
	if len(text) > limit {
		t.Errorf("got %d bytes, want at most %d", len(text), limit)
	}
}
