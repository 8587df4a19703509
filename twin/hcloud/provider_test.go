package main

import (
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/x/muxer"
	"github.com/pulumi/pulumi-terraform-bridge/v3/unstable/metadata"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func TestDispatchKnowsBothHalves(t *testing.T) {
	info, err := Provider(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	table, found, err := metadata.Get[muxer.DispatchTable](info.GetMetadata(), "mux")
	if err != nil || !found {
		t.Fatalf("dispatch table: found %v, %v", found, err)
	}
	server := table.Resources["hcloud:index/server:Server"]
	if key := table.Resources["hcloud:index/sshKey:SshKey"]; server == key {
		t.Errorf("server and ssh key are both served by half %d, want one by the SDK and one by the framework", key)
	}
}

func TestInlineNetworksGetAliasIPs(t *testing.T) {
	inputs := resource.NewPropertyMapFromMap(map[string]any{"networks": []any{
		map[string]any{"networkId": 1.0},
		map[string]any{"networkId": 2.0, "aliasIps": []any{"10.0.0.9"}},
	}})
	got, err := emptyAliasIPs(t.Context(), inputs, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := resource.NewPropertyMapFromMap(map[string]any{"networks": []any{
		map[string]any{"networkId": 1.0, "aliasIps": []any{}},
		map[string]any{"networkId": 2.0, "aliasIps": []any{"10.0.0.9"}},
	}})
	if !got.DeepEquals(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
