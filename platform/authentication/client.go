package authentication

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const clientSecretToken = "lvs-cloud:platform:ClientSecret"

// passwordLength in letters and digits is 238 bits; bcrypt looks at 72 characters at the most.
const passwordLength = 40

// scopes are those that a client may ask for, and that say who somebody is.
// Source: https://www.authelia.com/integration/openid-connect/openid-connect-1.0-claims/
var scopes = []string{"openid", "profile", "email", "groups"}

// Client is a service that has people signed on by OpenID Connect: with a code that only it can redeem, by its secret
// (client_secret_basic) and a proof key (PKCE with S256). What it learns of somebody, it fetches from the endpoint `userinfo`.
type Client struct {
	// ID is what it calls itself. Required.
	ID string
	// Name is what people are shown.
	// Default: the ID.
	Name string
	// RedirectURIs are where people are led back to. Required.
	// Range: https.
	RedirectURIs []string
	// SecretHash is the hash of its secret, by bcrypt: that of a ClientSecret. Required.
	SecretHash pulumi.StringInput
	// Policy is what somebody must show. Required.
	// Range: OneFactor or TwoFactor.
	Policy Policy
	// Groups are those to whom it is open; to be in one is enough.
	// Default: everybody who has signed on.
	Groups []string
	// Scopes are those that it may ask for.
	// Default: openid, profile, email and groups, which are all there are.
	Scopes []string
}

func (c Client) complete(check func(bool, string, ...any)) Client {
	if c.Name == "" {
		c.Name = c.ID
	}
	if len(c.Scopes) == 0 {
		c.Scopes = scopes
	}
	check(nameForm.MatchString(c.ID), "clients: got the ID %q, want lower-case letters, digits and dashes", c.ID)
	check(c.SecretHash != nil, "clients: %s: secretHash: got none, want that of a ClientSecret", c.ID)
	check(rendered[c.Policy] != "" && c.Policy != Public, "clients: %s: got the policy %q, want %s or %s", c.ID, c.Policy, OneFactor, TwoFactor)
	check(len(c.RedirectURIs) > 0, "clients: %s: redirectURIs: got none, want where people are led back to", c.ID)
	for _, uri := range c.RedirectURIs {
		u, err := url.Parse(uri)
		check(err == nil && u.Scheme == "https" && u.Host != "" && u.Fragment == "", "clients: %s: redirectURIs: got %q, want one by https", c.ID, uri)
	}
	for _, s := range c.Scopes {
		check(slices.Contains(scopes, s), "clients: %s: got the scope %q, want some of %q", c.ID, s, scopes)
	}
	check(slices.Contains(c.Scopes, "openid"), "clients: %s: scopes: got %q, want openid among them", c.ID, c.Scopes)
	checkGroups("clients: "+c.ID, c.Groups, check)
	return c
}

// ClientSecret is what a client proves itself with.
type ClientSecret struct {
	pulumi.ResourceState

	// Plain is what the client is given, and Hash what the server keeps; secrets.
	Plain pulumi.StringOutput `pulumi:"plain"`
	Hash  pulumi.StringOutput `pulumi:"hash"`
}

// NewClientSecret makes the secret of a client. It needs no cluster, so that both sides can be given their half.
func NewClientSecret(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (*ClientSecret, error) {
	s := &ClientSecret{}
	if err := ctx.RegisterComponentResourceV2(clientSecretToken, name, pulumi.Map{}, s, opts...); err != nil {
		return nil, fmt.Errorf("client secret %q: %w", name, err)
	}
	password, err := newPassword(ctx, name, s)
	if err != nil {
		return nil, fmt.Errorf("client secret %q: %w", name, err)
	}
	s.Plain, s.Hash = secret(password.Result), secret(password.BcryptHash)
	if err := ctx.RegisterResourceOutputs(s, pulumi.Map{"plain": s.Plain, "hash": s.Hash}); err != nil {
		return nil, fmt.Errorf("client secret %q: outputs: %w", name, err)
	}
	return s, nil
}

func newPassword(ctx *pulumi.Context, name string, parent pulumi.Resource) (*random.RandomPassword, error) {
	return random.NewRandomPassword(ctx, name, &random.RandomPasswordArgs{
		Length: pulumi.Int(passwordLength), Special: pulumi.Bool(false),
	}, pulumi.Parent(parent))
}

func secret(s pulumi.StringOutput) pulumi.StringOutput {
	return pulumi.ToSecret(s).(pulumi.StringOutput)
}
