// Package dns publishes the addresses of the cloud: one record for its domain and a wildcard below it.
//
// The zone belongs to a Hetzner project of its own and is only referred to, never created or deleted: a token has
// no scopes, and the one that changes DNS must not be able to delete the server. Records of others in the zone are
// never touched. Only IPv4 is published, since the cluster speaks nothing else.
package dns

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-hcloud/sdk/go/hcloud"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	typeToken = "lvs-cloud:components:DNS"
	// ttlSeconds is short, since a new server is the only reason why the address would ever change.
	ttlSeconds = 300
)

// DNS is the set of records of one cloud.
type DNS struct {
	pulumi.ResourceState
}

// Args configures DNS.
type Args struct {
	// Domain is the name the cloud is reached under. Required.
	// Range: Zone itself or a name below it.
	Domain string
	// Zone is the name of an existing zone in Hetzner DNS. Required.
	Zone string
	// Labels are put on the records.
	Labels map[string]string

	// Token is the API token of the project that holds the zone; a secret. Required.
	Token pulumi.StringInput
	// IPv4 is the address the records point to. Required.
	IPv4 pulumi.StringInput
}

// New publishes the records. Invalid args register nothing.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*DNS, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("dns %q: %w", name, err)
	}
	d := &DNS{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, a.inputs(), d, opts...); err != nil {
		return nil, fmt.Errorf("dns %q: %w", name, err)
	}
	provider, err := hcloud.NewProvider(ctx, name+"-provider", &hcloud.ProviderArgs{
		Token: pulumi.ToSecret(a.Token).(pulumi.StringOutput),
	}, pulumi.Parent(d))
	if err != nil {
		return nil, fmt.Errorf("dns %q: provider: %w", name, err)
	}
	apex := strings.TrimSuffix(strings.TrimSuffix(a.Domain, a.Zone), ".")
	for _, record := range []struct{ role, name string }{
		{"apex", orDefault(apex, "@")}, {"wildcard", strings.TrimSuffix("*."+apex, ".")},
	} {
		if _, err := hcloud.NewZoneRrset(ctx, name+"-"+record.role, &hcloud.ZoneRrsetArgs{
			Zone:    pulumi.String(a.Zone),
			Name:    pulumi.String(record.name),
			Type:    pulumi.String("A"),
			Ttl:     pulumi.Int(ttlSeconds),
			Labels:  pulumi.ToStringMap(a.Labels),
			Records: hcloud.ZoneRrsetRecordArray{&hcloud.ZoneRrsetRecordArgs{Value: a.IPv4.ToStringOutput()}},
		}, pulumi.Parent(d), pulumi.Provider(provider)); err != nil {
			return nil, fmt.Errorf("dns %q: %s: %w", name, record.role, err)
		}
	}
	if err := ctx.RegisterResourceOutputs(d, pulumi.Map{}); err != nil {
		return nil, fmt.Errorf("dns %q: outputs: %w", name, err)
	}
	return d, nil
}

func orDefault(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *dns.Args")
	}
	a := *args
	var errs []error
	if a.Zone == "" {
		errs = append(errs, errors.New("zone: got none, want the name of a zone such as example.com"))
	}
	if a.Domain != a.Zone && !strings.HasSuffix(a.Domain, "."+a.Zone) {
		errs = append(errs, fmt.Errorf("domain: got %q, want %s or a name below it", a.Domain, a.Zone))
	}
	if a.Token == nil {
		errs = append(errs, errors.New("token: got nil, want the token of the zone's project"))
	}
	if a.IPv4 == nil {
		errs = append(errs, errors.New("ipv4: got nil, want an input"))
	}
	return &a, errors.Join(errs...)
}

func (args *Args) inputs() pulumi.Map {
	return pulumi.Map{"domain": pulumi.String(args.Domain), "zone": pulumi.String(args.Zone)}
}
