package k3s

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"

	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

var (
	versionForm  = regexp.MustCompile(`^v1\.(\d+)\.\d+\+k3s\d+$`)
	checksumForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// Args configures a Cluster. Plain fields are known before the first API call and are validated by New; Input
// fields are born of other resources.
type Args struct {
	// Version is the exact k3s release. Required.
	// Range: a release name such as v1.36.5+k3s1.
	Version string
	// Checksum is the SHA-256 of the release's amd64 binary.
	// Default: the one published beside the binary, which trusts whoever runs the artifact server.
	Checksum string
	// ArtifactBaseURL is where releases are fetched from, by version and file name. Required.
	ArtifactBaseURL *url.URL
	// ServerType is the type of the server; when it changes, the node is waited for again. Required.
	ServerType string
	// NodeName is the name the node has for life. Required.
	NodeName string
	// NodeIP is the node's fixed private address. Required.
	NodeIP netip.Addr
	// APIHost is a second name of the API server, beside the public address.
	// Default: none.
	APIHost string
	// LocalStorage keeps k3s' own provisioner of volumes, which makes them as folders on the data volume.
	// Default: it is left out; the storage class is the platform's own, and two default classes would race.
	LocalStorage bool
	// Registry is what the node pulls from in place of a registry's public address.
	// Default: none; every image comes from where its name says.
	Registry *Registry

	// PublicIPv4 is the address the API is reached at. Required.
	PublicIPv4 pulumi.StringInput
	// ServerID is the server k3s runs on; another one is installed anew. Required.
	ServerID pulumi.IntInput
	// Connection reaches that server. Required.
	Connection remote.ConnectionArgs
	// MountPoint is where the data volume is mounted. Required.
	MountPoint pulumi.StringInput
}

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *k3s.Args")
	}
	a := *args
	var errs []error
	if !versionForm.MatchString(a.Version) {
		errs = append(errs, fmt.Errorf("version: got %q, want an exact release such as v1.36.5+k3s1", a.Version))
	}
	if a.Checksum != "" && !checksumForm.MatchString(a.Checksum) {
		errs = append(errs, fmt.Errorf("checksum: got %q, want 64 hexadecimal digits", a.Checksum))
	}
	if a.ArtifactBaseURL == nil || a.ArtifactBaseURL.Host == "" {
		errs = append(errs, fmt.Errorf("artifactBaseURL: got %v, want a URL", a.ArtifactBaseURL))
	}
	if a.ServerType == "" {
		errs = append(errs, errors.New("serverType: got none, want that of the server"))
	}
	if a.NodeName == "" {
		errs = append(errs, errors.New("nodeName: got none, want the server's host name"))
	}
	if !a.NodeIP.Is4() {
		errs = append(errs, fmt.Errorf("nodeIP: got %v, want an IPv4 address", a.NodeIP))
	}
	for _, f := range []struct {
		name    string
		missing bool
	}{
		{"publicIPv4", a.PublicIPv4 == nil}, {"serverID", a.ServerID == nil},
		{"connection.host", a.Connection.Host == nil}, {"mountPoint", a.MountPoint == nil},
	} {
		if f.missing {
			errs = append(errs, fmt.Errorf("%s: got nil, want an input", f.name))
		}
	}
	if a.Registry != nil {
		errs = append(errs, a.Registry.check()...)
	}
	return &a, errors.Join(errs...)
}

func (args *Args) inputs() pulumi.Map {
	return pulumi.Map{
		"version":         pulumi.String(args.Version),
		"artifactBaseURL": pulumi.String(args.ArtifactBaseURL.String()),
		"nodeName":        pulumi.String(args.NodeName),
		"nodeIP":          pulumi.String(args.NodeIP.String()),
	}
}
