// Command lvs-cloud is the Pulumi program of LVS Cloud: a personal private cloud on one Hetzner server.
// It is run by the Pulumi CLI (`pulumi preview`, `pulumi up`), never by hand.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/stacks"
)

func main() { pulumi.Run(stacks.Program) }
