package authentication

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

const (
	firstUserToken = "lvs-cloud:platform:FirstUser"
	// FirstUserName is what the first user signs on with.
	FirstUserName = "admin"
)

// FirstUser is somebody who can sign on before any user is configured.
type FirstUser struct {
	pulumi.ResourceState

	// Password is theirs, and Users the text of RenderUsers with them alone; secrets.
	Password pulumi.StringOutput `pulumi:"password"`
	Users    pulumi.StringOutput `pulumi:"users"`
}

// NewFirstUser makes the password of a user in a group, whose address is below the domain. It needs no cluster.
func NewFirstUser(ctx *pulumi.Context, name, domain, group string, opts ...pulumi.ResourceOption) (*FirstUser, error) {
	user := User{Name: FirstUserName, Email: FirstUserName + "@" + domain, Groups: []string{group}}
	err := user.Check()
	if !naming.IsDomain(domain) {
		err = errors.Join(err, fmt.Errorf("domain: got %q, want a domain such as example.com", domain))
	}
	if err != nil {
		return nil, fmt.Errorf("first user %q: %w", name, err)
	}
	u := &FirstUser{}
	if err := ctx.RegisterComponentResourceV2(firstUserToken, name, pulumi.Map{"email": pulumi.String(user.Email)}, u, opts...); err != nil {
		return nil, fmt.Errorf("first user %q: %w", name, err)
	}
	password, err := newPassword(ctx, name, u)
	if err != nil {
		return nil, fmt.Errorf("first user %q: %w", name, err)
	}
	// A hash is the same in every run by a salt that is kept.
	salt, err := newPassword(ctx, name+"-salt", u)
	if err != nil {
		return nil, fmt.Errorf("first user %q: salt: %w", name, err)
	}
	u.Password = secret(password.Result)
	u.Users = secret(pulumi.All(password.Result, salt.Result).ApplyT(func(made []any) (string, error) {
		grains := sha256.Sum256([]byte(made[1].(string)))
		hash, err := Hash(made[0].(string), grains[:SaltLength])
		if err != nil {
			return "", err
		}
		hashed := user
		hashed.PasswordHash = hash
		return RenderUsers([]User{hashed})
	}).(pulumi.StringOutput))
	if err := ctx.RegisterResourceOutputs(u, pulumi.Map{"password": u.Password, "users": u.Users}); err != nil {
		return nil, fmt.Errorf("first user %q: outputs: %w", name, err)
	}
	return u, nil
}
