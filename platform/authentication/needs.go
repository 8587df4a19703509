package authentication

import (
	"fmt"
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/postgres"
	"github.com/lvs-cloud/lvs-cloud/platform/workload"
)

// The names of the secrets.
const (
	storageKey, sessionKey, hmacKey = "storage-encryption-key", "session-secret", "oidc-hmac-secret"
	storePasswordKey, mailKey       = "store-password", "mail-password"
)

// key is one secret of Authelia's own, and the variable that says where it stands.
type key struct {
	name, variable string
	// given is what it is.
	// Default: a random one.
	given pulumi.StringInput
}

// keys are all secrets but those of the clients.
// Source: https://www.authelia.com/configuration/methods/secrets/
func (args *Args) keys() []key {
	keys := []key{
		{name: storageKey, variable: "AUTHELIA_STORAGE_ENCRYPTION_KEY_FILE"},
		{name: sessionKey, variable: "AUTHELIA_SESSION_SECRET_FILE"},
		{name: storePasswordKey, variable: "AUTHELIA_SESSION_REDIS_PASSWORD_FILE"},
	}
	if len(args.Clients) > 0 {
		keys = append(keys, key{name: hmacKey, variable: "AUTHELIA_IDENTITY_PROVIDERS_OIDC_HMAC_SECRET_FILE"})
	}
	if args.Mail != nil {
		keys = append(keys, key{name: mailKey, variable: "AUTHELIA_NOTIFIER_SMTP_PASSWORD_FILE", given: args.Mail.Password})
	}
	return keys
}

// needs are what the server is given.
type needs struct {
	files    []workload.File
	revision pulumi.StringOutput
	after    []pulumi.Resource
}

func (a *Authentication) needs(ctx *pulumi.Context, name string, args *Args, config string) (*needs, error) {
	keys, err := a.newKeys(ctx, name, args)
	if err != nil {
		return nil, err
	}
	store, err := a.newStore(ctx, name, args, keys[storePasswordKey])
	if err != nil {
		return nil, err
	}
	database, err := postgres.NewDatabase(ctx, name+"-database", &postgres.DatabaseArgs{
		Server: args.Server, Name: databaseName, Namespace: args.Namespace, ConnectionLimit: connections, After: args.After,
	}, pulumi.Parent(a))
	if err != nil {
		return nil, err
	}
	// The database is waited for by way of its secret, which is made last.
	n := &needs{after: slices.Concat(args.After, store.Ready)}
	if err := a.mount(ctx, name, args, n, keys, config); err != nil {
		return nil, err
	}
	n.files = append(n.files, workload.File{Path: databasePath, Secret: database.SecretName, Keys: []string{"DB_HOST", "DB_PASSWORD"}})
	if len(args.Clients) == 0 {
		return n, nil
	}
	issuer, err := a.newIssuer(ctx, name, args)
	if err != nil {
		return nil, err
	}
	n.after = append(n.after, issuer)
	n.files = append(n.files, workload.File{Path: issuerPath, Secret: pulumi.String(issuerName), Keys: []string{issuerKey}})
	return n, nil
}

// newKeys makes the secrets that nobody needs to know.
func (a *Authentication) newKeys(ctx *pulumi.Context, name string, args *Args) (map[string]pulumi.StringOutput, error) {
	made := map[string]pulumi.StringOutput{}
	for _, k := range args.keys() {
		if k.given != nil {
			made[k.name] = secret(k.given.ToStringOutput())
			continue
		}
		password, err := newPassword(ctx, name+"-"+k.name, a)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		made[k.name] = secret(password.Result)
	}
	for _, c := range args.Clients {
		made[clientKeyPrefix+c.ID] = secret(c.SecretHash.ToStringOutput())
	}
	return made, nil
}

// mount makes the configuration, the keys and the users, and has them mounted. Authelia reads them at its start.
func (a *Authentication) mount(ctx *pulumi.Context, name string, args *Args, n *needs, keys map[string]pulumi.StringOutput, config string) error {
	opts := []pulumi.ResourceOption{pulumi.Parent(a), pulumi.DependsOn(args.After)}
	plain, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: args.metadata(ServiceName), Data: pulumi.StringMap{configKey: pulumi.String(config)},
	}, opts...)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	texts, data := []pulumi.StringInput{pulumi.String(config), args.Users}, pulumi.StringMap{}
	for k, v := range keys {
		data[k] = v
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		texts = append(texts, keys[k])
	}
	kept, err := corev1.NewSecret(ctx, name+"-keys", &corev1.SecretArgs{Metadata: args.metadata(ServiceName + "-keys"), StringData: data}, opts...)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	users, err := corev1.NewSecret(ctx, name+"-users", &corev1.SecretArgs{
		Metadata: args.metadata(ServiceName + "-users"), StringData: pulumi.StringMap{usersKey: secret(args.Users.ToStringOutput())},
	}, opts...)
	if err != nil {
		return fmt.Errorf("users: %w", err)
	}
	n.files = []workload.File{
		{Path: configPath, ConfigMap: plain.Metadata.Name().Elem()},
		{Path: keysPath, Secret: kept.Metadata.Name().Elem()},
		{Path: usersPath, Secret: users.Metadata.Name().Elem()},
	}
	n.after, n.revision = append(n.after, plain, kept, users), workload.Hash(texts...)
	return nil
}
