// Package flux has the cluster kept by Flux: the platform's Helm releases and, once a repository is configured, the
// applications in it.
//
// It exists because Flux cannot be the one that installs Flux: k3s' own Helm controller installs its operator, and all the
// rest is one object of that. It never waits for the repository: its owner adds the deploy key when he has it. What is read of
// the repository, and written to it, is one folder. It refuses a URL with a password in it, and a server whose host key is
// not known.
package flux

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const typeToken = "lvs-cloud:components:Flux"

const (
	// SourceName is the GitRepository of the applications, in Flux' namespace.
	SourceName = "applications"
	// HookLabel with HookValue is the label of an ImageRepository that is looked through when GitHub says that something
	// was pushed or that a workflow has ended.
	HookLabel, HookValue = "lvs-cloud/hook", "scan"
)

// Flux is a running Flux.
type Flux struct {
	pulumi.ResourceState

	// DeployKey is the public half of the key that the repository must let write. Empty without a repository, or with an App.
	DeployKey pulumi.StringOutput `pulumi:"deployKey"`
	// WebhookPath is where the host of hooks is called, and WebhookToken what the calls are signed with; secrets. Empty
	// without a repository.
	WebhookPath  pulumi.StringOutput `pulumi:"webhookPath"`
	WebhookToken pulumi.StringOutput `pulumi:"webhookToken"`

	// Ready is what every release must depend on.
	Ready []pulumi.Resource
}

// New installs Flux and waits until its controllers are ready. Invalid args register nothing. One that does not become ready
// stays as it is: its operator goes on trying, and so does the next `pulumi up`.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Flux, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("flux %q: %w", name, err)
	}
	none := pulumi.String("").ToStringOutput()
	f := &Flux{DeployKey: none, WebhookPath: none, WebhookToken: none}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"version": pulumi.String(a.Version)}, f, opts...); err != nil {
		return nil, fmt.Errorf("flux %q: %w", name, err)
	}
	if err := f.install(ctx, name, a); err != nil {
		return nil, fmt.Errorf("flux %q: %w", name, err)
	}
	if a.Git != nil {
		if err := f.follow(ctx, name, a); err != nil {
			return nil, fmt.Errorf("flux %q: git: %w", name, err)
		}
	}
	if err := ctx.RegisterResourceOutputs(f, pulumi.Map{
		"deployKey": f.DeployKey, "webhookPath": f.WebhookPath, "webhookToken": f.WebhookToken,
	}); err != nil {
		return nil, fmt.Errorf("flux %q: outputs: %w", name, err)
	}
	return f, nil
}

// follow makes what reads the repository, writes to it, and tells it how its commits fared. None of it is waited for.
func (f *Flux) follow(ctx *pulumi.Context, name string, a *Args) error {
	at, err := parse(a.Git.URL)
	if err != nil {
		return err
	}
	credentials, err := f.credentials(ctx, name, a, at)
	if err != nil {
		return fmt.Errorf("credentials: %w", err)
	}
	source, err := f.source(ctx, name, a, credentials)
	if err != nil {
		return err
	}
	if err := f.automate(ctx, name, a, source); err != nil {
		return err
	}
	if err := f.report(ctx, name, a, at, credentials); err != nil {
		return err
	}
	return f.hook(ctx, name, a)
}
