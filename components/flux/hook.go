package flux

import (
	"crypto/sha256"
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/object"
)

const (
	hookName, hookSecret = "hook", "hook-token"
	// hookPrefix is what Flux has every address of a receiver begin with.
	hookPrefix = "/hook/"
	// tokenLength is how many letters and digits calls are signed with.
	tokenLength = 48
)

// hook makes the way by which GitHub says that something was pushed: a receiver that knows the signature, and its door.
func (f *Flux) hook(ctx *pulumi.Context, name string, a *Args) error {
	token, err := random.NewRandomPassword(ctx, name+"-hook", &random.RandomPasswordArgs{
		Length: pulumi.Int(tokenLength), Special: pulumi.Bool(false),
	}, pulumi.Parent(f))
	if err != nil {
		return fmt.Errorf("hook: token: %w", err)
	}
	f.WebhookToken = pulumi.ToSecret(token.Result).(pulumi.StringOutput)
	f.WebhookPath = f.WebhookToken.ApplyT(func(token string) string { return hookPath(token, hookName, a.Namespace) }).(pulumi.StringOutput)
	secret, err := f.secret(ctx, name+"-hook-token", hookSecret, a, pulumi.StringMap{"token": token.Result})
	if err != nil {
		return fmt.Errorf("hook: secret: %w", err)
	}
	if _, err := object.New(ctx, name+"-hook", &object.Args{
		APIVersion: "notification.toolkit.fluxcd.io/v1", Kind: "Receiver", Namespace: a.Namespace, Name: hookName,
		Spec: receiver{
			Type: "github", Events: []string{"ping", "push", "workflow_run"}, SecretRef: nameRef{hookSecret},
			Resources: []selected{
				{reference: reference{"source.toolkit.fluxcd.io/v1", "GitRepository", SourceName}},
				{reference: reference{"image.toolkit.fluxcd.io/v1", "ImageRepository", "*"}, MatchLabels: &hookLabel{HookValue}},
			},
		},
	}, pulumi.Parent(f), pulumi.DependsOn(append([]pulumi.Resource{secret}, f.Ready...)),
		// It says there by which path it is called, which whoever knows it can do.
		pulumi.AdditionalSecretOutputs([]string{"status"})); err != nil {
		return fmt.Errorf("hook: %w", err)
	}
	if err := f.door(ctx, name, a); err != nil {
		return fmt.Errorf("hook: ingress: %w", err)
	}
	return nil
}

// hookPath is what Flux makes the address of a receiver of.
// Source: https://fluxcd.io/flux/components/notification/receivers/#webhook-path
func hookPath(token, receiver, namespace string) string {
	return fmt.Sprintf("%s%x", hookPrefix, sha256.Sum256([]byte(token+receiver+namespace)))
}

// door lets calls in, by the certificate that the ingress shows when it is asked for none in particular.
func (f *Flux) door(ctx *pulumi.Context, name string, a *Args) error {
	_, err := networkingv1.NewIngress(ctx, name+"-hook", &networkingv1.IngressArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(hookName), Namespace: pulumi.String(a.Namespace),
			Annotations: pulumi.StringMap{
				"traefik.ingress.kubernetes.io/router.entrypoints": pulumi.String("websecure"),
				// Nothing depends on it, and an ingress that has no address yet would hold everything up.
				"pulumi.com/skipAwait": pulumi.String("true"),
			},
		},
		Spec: &networkingv1.IngressSpecArgs{
			IngressClassName: pulumi.String("traefik"),
			Tls:              networkingv1.IngressTLSArray{networkingv1.IngressTLSArgs{Hosts: pulumi.ToStringArray([]string{a.Git.HookHost})}},
			Rules: networkingv1.IngressRuleArray{networkingv1.IngressRuleArgs{
				Host: pulumi.String(a.Git.HookHost),
				Http: &networkingv1.HTTPIngressRuleValueArgs{Paths: networkingv1.HTTPIngressPathArray{networkingv1.HTTPIngressPathArgs{
					Path: pulumi.String(hookPrefix), PathType: pulumi.String("Prefix"),
					Backend: &networkingv1.IngressBackendArgs{Service: &networkingv1.IngressServiceBackendArgs{
						Name: pulumi.String("webhook-receiver"), Port: &networkingv1.ServiceBackendPortArgs{Number: pulumi.Int(80)},
					}},
				}}},
			}},
		},
	}, pulumi.Parent(f), pulumi.DependsOn(f.Ready))
	return err
}
