package registry

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// PullSecretName is that of the pull secret, in every namespace that has one.
const PullSecretName = "registry-pull"

// PullSecretArgs configures a pull secret.
type PullSecretArgs struct {
	// Namespace is whose pods pull with it. It must be there. Required.
	Namespace string
	// Hosts are the names that the registry is asked by. Required.
	Hosts []string
	// Password is that of the account `pull`; a secret. Required.
	Password pulumi.StringInput
	// After is what must be there before it, such as the namespace.
	// Default: nothing.
	After []pulumi.Resource
}

// NewPullSecret makes the secret by which a namespace pulls. Invalid args register nothing.
func NewPullSecret(ctx *pulumi.Context, name string, args *PullSecretArgs, opts ...pulumi.ResourceOption) (*corev1.Secret, error) {
	if err := args.check(); err != nil {
		return nil, fmt.Errorf("pull secret %q: %w", name, err)
	}
	s, err := corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(PullSecretName), Namespace: pulumi.String(args.Namespace)},
		Type:     pulumi.String("kubernetes.io/dockerconfigjson"),
		StringData: pulumi.ToSecret(pulumi.StringMap{
			".dockerconfigjson": DockerConfig(PullUser, args.Password, args.Hosts...),
		}).(pulumi.StringMapOutput),
	}, append(opts, pulumi.DependsOn(args.After))...)
	if err != nil {
		return nil, fmt.Errorf("pull secret %q: %w", name, err)
	}
	return s, nil
}

func (args *PullSecretArgs) check() error {
	if args == nil {
		return errors.New("args: got nil, want *registry.PullSecretArgs")
	}
	var errs []error
	if !naming.IsLabel(args.Namespace) {
		errs = append(errs, fmt.Errorf("namespace: got %q, want a DNS label", args.Namespace))
	}
	if len(args.Hosts) == 0 {
		errs = append(errs, errors.New("hosts: got none, want those of the registry"))
	}
	if args.Password == nil {
		errs = append(errs, errors.New("password: got none, want that of the account"))
	}
	return errors.Join(errs...)
}

// dockerConfig is what Docker keeps its logins in, and what Kubernetes and Flux read them from.
// Source: https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets
type dockerConfig struct {
	// Auths are the logins, by host.
	Auths map[string]login `json:"auths"`
}

type login struct {
	Auth string `json:"auth"`
}

// DockerConfig is a Docker configuration with one login for all hosts; a secret.
func DockerConfig(user string, password pulumi.StringInput, hosts ...string) pulumi.StringOutput {
	text := password.ToStringOutput().ApplyT(func(password string) (string, error) {
		config := dockerConfig{Auths: map[string]login{}}
		for _, host := range hosts {
			config.Auths[host] = login{base64.StdEncoding.EncodeToString([]byte(user + ":" + password))}
		}
		text, err := json.Marshal(config)
		return string(text), err
	}).(pulumi.StringOutput)
	return secret(text)
}
