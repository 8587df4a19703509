package server

import (
	"fmt"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/sshkey"
)

// seedLength is how many letters and digits a key is derived from.
const seedLength = sshkey.SeedLength

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
		hostPublic:   sshkey.Public(host),
		loginPublic:  sshkey.Public(login),
		loginPrivate: sshkey.Private(login),
		userData: pulumi.ToSecret(pulumi.All(host, login).ApplyT(func(seeds []any) (string, error) {
			host, err := sshkey.Derive(seeds[0].(string))
			if err != nil {
				return "", err
			}
			login, err := sshkey.Derive(seeds[1].(string))
			if err != nil {
				return "", err
			}
			return renderUserData(host, login.Public)
		})).(pulumi.StringOutput),
	}, nil
}
