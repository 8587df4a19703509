package main

import (
	"context"
	"fmt"

	"github.com/hetznercloud/terraform-provider-hcloud/hcloud"
	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/x/muxer"
	"github.com/pulumi/pulumi-terraform-bridge/v3/unstable/metadata"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Name and version of the official plug-in that this one stands in for.
const (
	name    = "hcloud"
	version = "1.41.0"
)

// Provider describes Hetzner's Terraform provider to the bridge.
// Errors: a resource of the provider that no part of it serves.
func Provider(ctx context.Context) (tfbridge.ProviderInfo, error) {
	info := tfbridge.ProviderInfo{
		P:            pf.MuxShimWithPF(ctx, sdkv2.NewProvider(hcloud.Provider()), hcloud.NewPluginProvider()),
		Name:         name,
		Version:      version,
		Description:  "Hetzner Cloud, bridged from Hetzner's Terraform provider.",
		License:      "Apache-2.0",
		GitHubOrg:    "hetznercloud",
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Resources: map[string]*tfbridge.ResourceInfo{
			"hcloud_server": {PreCheckCallback: emptyAliasIPs},
		},
	}
	numericIDs(&info)
	info.MustComputeTokens(tokens.SingleModule("hcloud_", "index", tokens.MakeStandard(name)))
	info.SetAutonaming(255, "-")
	return info, dispatch(&info)
}

// numericIDs makes every resource ID a string: Pulumi has no other kind, and some of
// the provider's resources call theirs a number.
func numericIDs(info *tfbridge.ProviderInfo) {
	info.P.ResourcesMap().Range(func(key string, r shim.Resource) bool {
		if id, ok := r.Schema().GetOk("id"); ok && id.Type() != shim.TypeString {
			if info.Resources[key] == nil {
				info.Resources[key] = &tfbridge.ResourceInfo{}
			}
			info.Resources[key].Fields = map[string]*tfbridge.SchemaInfo{"id": {Type: "string"}}
		}
		return true
	})
}

// dispatch records which half of the provider (SDK or framework) serves which resource.
// The official plug-in computes the same table at build time.
func dispatch(info *tfbridge.ProviderInfo) error {
	mux, ok := info.P.(interface {
		ResolveDispatch(*tfbridge.ProviderInfo) (muxer.DispatchTable, error)
	})
	if !ok {
		return fmt.Errorf("dispatch: the bridge's provider is a %T, want one made by MuxShimWithPF", info.P)
	}
	table, err := mux.ResolveDispatch(info)
	if err != nil {
		return fmt.Errorf("dispatch: %w", err)
	}
	if err := metadata.Set(info.GetMetadata(), "mux", table); err != nil {
		return fmt.Errorf("dispatch: %w", err)
	}
	return nil
}

// emptyAliasIPs gives every inline network of a server an empty list of alias addresses
// when it has none: the Terraform provider sees a change on each run otherwise.
// Source: https://github.com/hetznercloud/terraform-provider-hcloud/issues/650
func emptyAliasIPs(_ context.Context, config, _ resource.PropertyMap) (resource.PropertyMap, error) {
	networks := config["networks"]
	if !networks.IsArray() {
		return config, nil
	}
	for _, network := range networks.ArrayValue() {
		if !network.IsObject() {
			continue
		}
		if _, given := network.ObjectValue()["aliasIps"]; !given {
			network.ObjectValue()["aliasIps"] = resource.NewProperty([]resource.PropertyValue{})
		}
	}
	return config, nil
}
