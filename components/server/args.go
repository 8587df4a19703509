package server

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"golang.org/x/crypto/ssh"
)

// Args configures a Server. Plain fields are known before the first API call and are validated by New; Input
// fields are born of other resources.
type Args struct {
	// Type is the server type by name. Required. Changing it resizes the server in place, powered off meanwhile.
	// Source: https://docs.hetzner.com/cloud/servers/overview/
	Type string
	// Image is the operating system by name. Required. Used at creation and rebuild only.
	Image string
	// Location is where the server stands. Required.
	Location string
	// PrivateIP is the fixed address in the private network. Required.
	PrivateIP netip.Addr
	// OperatorKeys may log in as root, besides the program itself.
	// Range: authorized_keys lines without options.
	OperatorKeys []string
	// DeleteProtection makes Hetzner refuse to delete or rebuild the server.
	DeleteProtection bool
	// Labels are put on the server and on its SSH key.
	Labels map[string]string

	// PublicIPv4 is the address the server is reached at; IPv4ID and IPv6ID identify it and its IPv6. Required.
	PublicIPv4     pulumi.StringInput
	IPv4ID, IPv6ID pulumi.IntInput
	// Firewalls are there before the server, which Hetzner puts them in front of by its labels.
	// Default: none.
	Firewalls []pulumi.Resource
	// SubnetID is the subnet that PrivateIP is in. Required.
	SubnetID pulumi.StringInput
}

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *server.Args")
	}
	a := *args
	var errs []error
	for _, f := range []struct{ name, got, example string }{
		{"type", a.Type, "cx23"}, {"image", a.Image, "debian-13"}, {"location", a.Location, "nbg1"},
	} {
		if f.got == "" {
			errs = append(errs, fmt.Errorf("%s: got none, want a name such as %s", f.name, f.example))
		}
	}
	if !a.PrivateIP.Is4() || !a.PrivateIP.IsPrivate() {
		errs = append(errs, fmt.Errorf("privateIP: got %v, want a private IPv4 address", a.PrivateIP))
	}
	for i, key := range a.OperatorKeys {
		if _, _, options, rest, err := ssh.ParseAuthorizedKey([]byte(key)); err != nil || len(options) > 0 || len(rest) > 0 {
			errs = append(errs, fmt.Errorf("operatorKeys[%d]: got %.40q, want one public key such as \"ssh-ed25519 AAAA… name\"", i, key))
		}
	}
	for _, f := range []struct {
		name    string
		missing bool
	}{
		{"publicIPv4", a.PublicIPv4 == nil}, {"ipv4ID", a.IPv4ID == nil}, {"ipv6ID", a.IPv6ID == nil},
		{"subnetID", a.SubnetID == nil},
	} {
		if f.missing {
			errs = append(errs, fmt.Errorf("%s: got nil, want an input", f.name))
		}
	}
	return &a, errors.Join(errs...)
}

func (args *Args) inputs() pulumi.Map {
	return pulumi.Map{
		"type":             pulumi.String(args.Type),
		"image":            pulumi.String(args.Image),
		"location":         pulumi.String(args.Location),
		"privateIP":        pulumi.String(args.PrivateIP.String()),
		"deleteProtection": pulumi.Bool(args.DeleteProtection),
	}
}
