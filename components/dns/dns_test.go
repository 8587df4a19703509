package dns

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "dns", args)
		return err
	}
}

func validArgs() *Args {
	return &Args{Domain: "example.com", Zone: "example.com", Token: pulumi.String("a-token"), IPv4: pulumi.String("192.0.2.1")}
}

func TestDNS(t *testing.T) {
	for domain, want := range map[string]map[string]string{
		"example.com":       {"dns-apex": "@", "dns-wildcard": "*"},
		"cloud.example.com": {"dns-apex": "cloud", "dns-wildcard": "*.cloud"},
	} {
		t.Run(domain, func(t *testing.T) {
			args := validArgs()
			args.Domain = domain
			g := graph.CheckComponent(t, program(args))
			for name, record := range want {
				rrset, err := g.Find("hcloud:index/zoneRrset:ZoneRrset", name)
				if err != nil {
					t.Fatal(err)
				}
				if got := rrset.Inputs["name"].StringValue(); got != record {
					t.Errorf("%s: got record %q, want %q", name, got, record)
				}
			}
			provider, err := g.Find("pulumi:providers:hcloud", "dns-provider")
			if err != nil {
				t.Fatal(err)
			}
			if !provider.Inputs["token"].IsSecret() {
				t.Errorf("token: got %v, want a secret", provider.Inputs["token"])
			}
		})
	}
}

func TestDNSRefuses(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{Domain: "example.com"}), "zone: got none", "token: got nil", "ipv4: got nil")
	args := validArgs()
	args.Domain = "notexample.com"
	graph.CheckRefused(t, program(args), `domain: got "notexample.com", want example.com or a name below it`)
}
