package registry

import (
	"fmt"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const accountsToken = "lvs-cloud:platform:RegistryAccounts"

// The accounts.
const (
	// PushUser may read and write all images, and delete none; it is for GitHub Actions.
	PushUser = "push"
	// PullUser may read all images; it is for the nodes, the applications and Flux.
	PullUser = "pull"
)

// passwordLength is that of a password of letters and digits, beyond all guessing. bcrypt looks at 72 characters at the most.
const passwordLength = 40

// Accounts are those who may come into the registry.
type Accounts struct {
	pulumi.ResourceState

	// PushPassword and PullPassword are the passwords of the accounts; secrets.
	PushPassword pulumi.StringOutput `pulumi:"pushPassword"`
	PullPassword pulumi.StringOutput `pulumi:"pullPassword"`

	// htpasswd is the file by which the registry knows them.
	htpasswd pulumi.StringOutput
}

// NewAccounts makes the passwords. It needs no cluster: the nodes know theirs before there is one.
func NewAccounts(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (*Accounts, error) {
	a := &Accounts{}
	if err := ctx.RegisterComponentResourceV2(accountsToken, name, pulumi.Map{}, a, opts...); err != nil {
		return nil, fmt.Errorf("registry accounts %q: %w", name, err)
	}
	var made [2]*random.RandomPassword
	for i, user := range []string{PushUser, PullUser} {
		password, err := random.NewRandomPassword(ctx, name+"-"+user, &random.RandomPasswordArgs{
			Length: pulumi.Int(passwordLength), Special: pulumi.Bool(false),
		}, pulumi.Parent(a))
		if err != nil {
			return nil, fmt.Errorf("registry accounts %q: %s: %w", name, user, err)
		}
		made[i] = password
	}
	push, pull := made[0], made[1]
	a.PushPassword, a.PullPassword = secret(push.Result), secret(pull.Result)
	a.htpasswd = secret(pulumi.Sprintf("%s:%s\n%s:%s\n", PushUser, push.BcryptHash, PullUser, pull.BcryptHash))
	if err := ctx.RegisterResourceOutputs(a, pulumi.Map{"pushPassword": a.PushPassword, "pullPassword": a.PullPassword}); err != nil {
		return nil, fmt.Errorf("registry accounts %q: outputs: %w", name, err)
	}
	return a, nil
}

func secret(s pulumi.StringOutput) pulumi.StringOutput {
	return pulumi.ToSecret(s).(pulumi.StringOutput)
}
