package grafana

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/claim"
)

const (
	// secretName is that of the secret with all that Grafana must know and nobody else.
	secretName = "grafana-secrets"
	// claimName is that of the volume claim.
	claimName = "grafana-data"

	// The keys of the secret.
	adminUserKey, adminPasswordKey = "admin-user", "admin-password"
	encryptionKey                  = "encryption-key"
	clientSecretKey                = "client-secret"

	// passwordLength is that of a password of letters and digits, beyond all guessing.
	passwordLength = 40
)

// needs makes what the chart is given by name: the secret, the volume, and the dashboards.
func (g *Grafana) needs(ctx *pulumi.Context, name string, a *Args) ([]pulumi.Resource, error) {
	opts := []pulumi.ResourceOption{pulumi.Parent(g), pulumi.DependsOn(a.After)}
	secret, err := g.secret(ctx, name, a, opts)
	if err != nil {
		return nil, err
	}
	data, err := claim.New(ctx, name+"-data", &claim.Args{
		Namespace: a.Namespace, Name: claimName, StorageClass: a.StorageClass, GiB: a.Size.DiskGiB,
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	needs := []pulumi.Resource{secret, data}
	for _, f := range a.Folders {
		data := pulumi.StringMap{}
		for _, d := range f.Dashboards {
			text, err := d.JSON()
			if err != nil {
				return nil, err
			}
			data[d.UID+".json"] = pulumi.String(text)
		}
		made, err := corev1.NewConfigMap(ctx, name+"-"+f.Name, &corev1.ConfigMapArgs{Metadata: a.metadata(f.configMap()), Data: data}, opts...)
		if err != nil {
			return nil, fmt.Errorf("folder %s: %w", f.Name, err)
		}
		needs = append(needs, made)
	}
	return needs, nil
}

// secret makes the password of the local user, and the key by which Grafana encrypts what it is told in confidence: with
// another key, that cannot be read any more.
func (g *Grafana) secret(ctx *pulumi.Context, name string, a *Args, opts []pulumi.ResourceOption) (pulumi.Resource, error) {
	var made [2]pulumi.StringOutput
	for i, what := range []string{"admin", "encryption"} {
		password, err := random.NewRandomPassword(ctx, name+"-"+what, &random.RandomPasswordArgs{
			Length: pulumi.Int(passwordLength), Special: pulumi.Bool(false),
		}, pulumi.Parent(g))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		made[i] = pulumi.ToSecret(password.Result).(pulumi.StringOutput)
	}
	g.AdminPassword = made[0]
	content := pulumi.StringMap{adminUserKey: pulumi.String(AdminUser), adminPasswordKey: made[0], encryptionKey: made[1]}
	if a.SignOn != nil {
		content[clientSecretKey] = a.SignOn.ClientSecret
	}
	secret, err := corev1.NewSecret(ctx, name+"-secrets", &corev1.SecretArgs{
		Metadata: a.metadata(secretName), StringData: pulumi.ToSecret(content).(pulumi.StringMapOutput),
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("secrets: %w", err)
	}
	return secret, nil
}

// configMap is the name of the one with the dashboards of the folder.
func (f Folder) configMap() string { return "grafana-dashboards-" + f.Name }

func (args *Args) metadata(name string) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: pulumi.String(args.Namespace)}
}
