// Package hcloudid turns resource IDs, strings in Pulumi, into the integers that Hetzner's API wants.
package hcloudid

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Int returns the numeric form of a Hetzner resource's ID.
//
// Errors: an ID that is not a whole number fails the resource that uses it.
func Int(id pulumi.IDOutput) pulumi.IntOutput {
	return id.ApplyT(func(id pulumi.ID) (int, error) {
		n, err := strconv.Atoi(string(id))
		if err != nil {
			return 0, fmt.Errorf("hetzner ID: got %q, want a whole number", id)
		}
		return n, nil
	}).(pulumi.IntOutput)
}
