// Command pulumi-resource-random stands in for the official random plug-in in the
// rehearsal: passwords, strings, bytes, IDs and UUIDs with the official defaults, rules
// of replacement, secrets and import formats. It generates with crypto/rand; no other
// resource type of the official plug-in exists here.
package main

import (
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// Version of the official plug-in that this one stands in for.
const version = "4.21.1"

func main() {
	os.Exit(plug.Main(os.Args, func(*plug.Engine) (plugin.Provider, error) { return newProvider() }))
}

func newProvider() (*plug.Provider, error) {
	return plug.New("random", version, map[tokens.Type]plug.Resource{
		"random:index/randomPassword:RandomPassword": password(),
		"random:index/randomString:RandomString":     text(),
		"random:index/randomBytes:RandomBytes":       bytes(),
		"random:index/randomId:RandomId":             id(),
		"random:index/randomUuid:RandomUuid":         uuid(),
	})
}
