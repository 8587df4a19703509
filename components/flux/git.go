package flux

import (
	"fmt"
	"strconv"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/object"
	"github.com/lvs-cloud/lvs-cloud/internal/sshkey"
)

const (
	credentialsName, statusName = "git-credentials", "commit-status"
	// folder is all that Flux reads, and all that it writes to.
	folder = "applications"
	// Hooks are faster than these intervals, which are for those that got lost.
	sourceInterval, automationInterval = 5 * time.Minute, 30 * time.Minute
	sourceTimeout                      = time.Minute
	// message is that of a commit. It must not have anything built: what it brings was built already.
	// Source: https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template
	message = "deploy:{{ range .Changed.Changes }} {{ .NewValue }}{{ end }}\n\n[skip ci]\n"
)

// credentials makes the secret by which the repository is reached.
func (f *Flux) credentials(ctx *pulumi.Context, name string, a *Args, at repository) (pulumi.Resource, error) {
	if app := a.Git.App; app != nil {
		content := pulumi.StringMap{"githubAppID": pulumi.String(strconv.Itoa(app.ID)), "githubAppPrivateKey": app.PrivateKey}
		if app.InstallationID > 0 { // Flux takes one of the two, and refuses both
			content["githubAppInstallationID"] = pulumi.String(strconv.Itoa(app.InstallationID))
		} else {
			content["githubAppInstallationOwner"] = pulumi.String(at.owner())
		}
		if at.host != github {
			content["githubAppBaseURL"] = pulumi.String("https://" + at.host + "/api/v3")
		}
		return f.secret(ctx, name+"-git", credentialsName, a, content)
	}
	seed, err := random.NewRandomPassword(ctx, name+"-deploy-key", &random.RandomPasswordArgs{
		Length: pulumi.Int(sshkey.SeedLength), Special: pulumi.Bool(false),
	}, pulumi.Parent(f))
	if err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	f.DeployKey = sshkey.Public(seed.Result)
	return f.secret(ctx, name+"-git", credentialsName, a, pulumi.StringMap{
		"identity": sshkey.Private(seed.Result), "identity.pub": f.DeployKey, "known_hosts": pulumi.String(a.Git.KnownHosts),
	})
}

// secret makes a secret in Flux' namespace.
func (f *Flux) secret(ctx *pulumi.Context, name, called string, a *Args, content pulumi.StringMap) (pulumi.Resource, error) {
	return corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata:   &metav1.ObjectMetaArgs{Name: pulumi.String(called), Namespace: pulumi.String(a.Namespace)},
		StringData: pulumi.ToSecret(content).(pulumi.StringMapOutput),
	}, pulumi.Parent(f), pulumi.DependsOn(a.After))
}

// object makes an object of Flux' in its namespace, after Flux and what else it needs.
func (f *Flux) object(ctx *pulumi.Context, name string, a *Args, o object.Args, after ...pulumi.Resource) (pulumi.Resource, error) {
	o.Namespace = a.Namespace
	return object.New(ctx, name, &o, pulumi.Parent(f), pulumi.DependsOn(append(after, f.Ready...)))
}

// source makes what reads the repository.
func (f *Flux) source(ctx *pulumi.Context, name string, a *Args, credentials pulumi.Resource) (pulumi.Resource, error) {
	spec := gitRepository{
		URL: a.Git.URL, Ref: branch{a.Git.Branch}, Interval: sourceInterval.String(), Timeout: sourceTimeout.String(),
		SecretRef: nameRef{credentialsName}, SparseCheckout: []string{folder},
	}
	if a.Git.App != nil {
		spec.Provider = "github"
	}
	return f.object(ctx, name+"-source", a, object.Args{
		APIVersion: "source.toolkit.fluxcd.io/v1", Kind: "GitRepository", Name: SourceName, Spec: spec,
	}, credentials)
}

// automate makes what writes the tags of new images into the repository.
func (f *Flux) automate(ctx *pulumi.Context, name string, a *Args, source pulumi.Resource) error {
	to := branch{a.Git.Branch}
	_, err := f.object(ctx, name+"-automation", a, object.Args{
		APIVersion: "image.toolkit.fluxcd.io/v1", Kind: "ImageUpdateAutomation", Name: SourceName,
		Spec: imageUpdateAutomation{
			Interval: automationInterval.String(), SourceRef: reference{Kind: "GitRepository", Name: SourceName},
			Git: gitSpec{
				Checkout: checkout{to}, Push: to,
				Commit: commit{author{"Flux", "flux@" + a.Git.HookHost}, message},
			},
			Update: update{"Setters", "./" + folder},
		},
	}, source)
	return err
}

// report makes what tells each commit how it fared, if there is something to tell it with. An application's release is part
// of its kustomization's health; by itself it knows of no commit.
func (f *Flux) report(ctx *pulumi.Context, name string, a *Args, at repository, credentials pulumi.Resource) error {
	by, secret := credentialsName, credentials
	if a.Git.App == nil {
		if a.Git.StatusToken == nil {
			return nil
		}
		var err error
		by = statusName
		if secret, err = f.secret(ctx, name+"-status-token", by, a, pulumi.StringMap{"token": a.Git.StatusToken}); err != nil {
			return fmt.Errorf("status token: %w", err)
		}
	}
	to, err := f.object(ctx, name+"-status", a, object.Args{
		APIVersion: "notification.toolkit.fluxcd.io/v1beta3", Kind: "Provider", Name: statusName,
		Spec: provider{"github", at.page(), nameRef{by}},
	}, secret)
	if err != nil {
		return err
	}
	_, err = f.object(ctx, name+"-statuses", a, object.Args{
		APIVersion: "notification.toolkit.fluxcd.io/v1beta3", Kind: "Alert", Name: statusName,
		Spec: alert{nameRef{statusName}, "info", []reference{{Kind: "Kustomization", Name: "*"}}},
	}, to)
	return err
}
