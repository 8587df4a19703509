package sshkey

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Public is the public key of a seed. It is no secret, though its seed is.
func Public(seed pulumi.StringOutput) pulumi.StringOutput {
	return pulumi.Unsecret(seed.ApplyT(func(s string) (string, error) {
		pair, err := Derive(s)
		return pair.Public, err
	}).(pulumi.StringOutput)).(pulumi.StringOutput)
}

// Private is the private key of a seed; a secret.
func Private(seed pulumi.StringOutput) pulumi.StringOutput {
	return pulumi.ToSecret(seed.ApplyT(func(s string) (string, error) {
		pair, err := Derive(s)
		return pair.Private, err
	})).(pulumi.StringOutput)
}
