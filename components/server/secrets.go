package server

import (
	"fmt"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// seedLength is how many letters and digits a key is derived from: more than the 256 bits that it has.
const seedLength = 64

// keys are what a server and its program know each other by, derived from two random seeds in the state.
type keys struct {
	hostPublic, loginPublic, loginPrivate, userData pulumi.StringOutput
}

func newKeys(ctx *pulumi.Context, name string, parent pulumi.Resource) (*keys, error) {
	seed := func(role string) (pulumi.StringOutput, error) {
		// Not RandomBytes: those stand readable in the state, as the ID of their own resource.
		b, err := random.NewRandomPassword(ctx, name+"-"+role, &random.RandomPasswordArgs{
			Length:  pulumi.Int(seedLength),
			Special: pulumi.Bool(false),
		}, pulumi.Parent(parent))
		if err != nil {
			return pulumi.StringOutput{}, fmt.Errorf("%s seed: %w", role, err)
		}
		return b.Result, nil
	}
	host, err := seed("host-key")
	if err != nil {
		return nil, err
	}
	login, err := seed("login-key")
	if err != nil {
		return nil, err
	}
	return &keys{
		hostPublic:   publicKey(host),
		loginPublic:  publicKey(login),
		loginPrivate: pulumi.ToSecret(login.ApplyT(privateKey)).(pulumi.StringOutput),
		userData: pulumi.ToSecret(pulumi.All(host, login).ApplyT(func(seeds []any) (string, error) {
			host, err := newKeyPair(seeds[0].(string))
			if err != nil {
				return "", err
			}
			login, err := newKeyPair(seeds[1].(string))
			if err != nil {
				return "", err
			}
			return renderUserData(host, login.public)
		})).(pulumi.StringOutput),
	}, nil
}

// publicKey is no secret, though its seed is.
func publicKey(seed pulumi.StringOutput) pulumi.StringOutput {
	return pulumi.Unsecret(seed.ApplyT(func(s string) (string, error) {
		pair, err := newKeyPair(s)
		return pair.public, err
	}).(pulumi.StringOutput)).(pulumi.StringOutput)
}

func privateKey(seed string) (string, error) {
	pair, err := newKeyPair(seed)
	return pair.private, err
}
