// Command pulumi-resource-command stands in for the official command plug-in in the
// rehearsal: commands on this machine and over SSH, with the official defaults, rules of
// replacement, secrets, retries and errors. It does two things better than the official
// one: a cancelled run ends its command, and a long line of output does not block it.
// Copying files, assets and the functions of the official plug-in are refused.
package main

import (
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// Version of the official plug-in that this one stands in for.
const version = "1.2.1"

func main() { os.Exit(plug.Main(os.Args, newProvider)) }

func newProvider(engine *plug.Engine) (plugin.Provider, error) {
	return plug.New("command", version, map[tokens.Type]plug.Resource{
		"command:remote:Command": &command{log: engine, fields: remoteInputs(), open: openRemote},
		"command:local:Command":  &command{log: engine, fields: localInputs(), open: openLocal},
	})
}
