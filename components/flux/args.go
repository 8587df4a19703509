package flux

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Args configures a Flux. Plain fields are known before the first API call and are validated by New; Input fields are born
// of other resources.
type Args struct {
	// Namespace is Flux' own. It must be there. Required.
	Namespace string
	// OperatorVersion is flux-operator's, and that of its chart; Version is Flux', which that operator must know. Required.
	// Range: exact versions such as 2.9.6.
	OperatorVersion, Version string
	// PriorityClass ranks the pods. Required.
	PriorityClass string
	// Size is what the pods may take. Required.
	Size Size
	// Git is the repository that applications are read from.
	// Default: none; Flux is there for the platform's own releases.
	Git *Git
	// Connection reaches the server, where it is waited for what k3s installs. Required.
	Connection remote.ConnectionArgs
	// After is what must be there before anything of this: the namespace and the priority classes.
	// Default: nothing.
	After []pulumi.Resource
}

// Git is a repository of which Flux reads one folder, and writes image tags into it.
type Git struct {
	// URL is where it is. Required.
	// Range: with a deploy key such as ssh://git@github.com/you/cloud, with an App such as https://github.com/you/cloud.
	URL string
	// Branch is what is read, and written to. Required.
	Branch string
	// KnownHosts are the host keys of the repository's server; nothing is trusted on first use.
	// Default: those that GitHub publishes. Required for any other server.
	// Range: lines of known_hosts whose names are not hashed.
	KnownHosts string
	// App is the GitHub App by which the repository is reached, and commits are told how they fared.
	// Default: none; a deploy key, whose public half is an output.
	App *App
	// StatusToken may tell commits how they fared, for those who use a deploy key; a secret.
	// Default: none; nobody is told.
	StatusToken pulumi.StringInput
	// HookHost is the name at which GitHub says that something was pushed. Required.
	// Range: a domain, for which the certificate of the ingress is valid.
	HookHost string
}

// App is a GitHub App that is installed for the repository. It may read and write its contents and its commit statuses.
type App struct {
	// ID is the App's. Required.
	ID int
	// InstallationID is that of its installation.
	// Default: it is looked up by the owner of the repository.
	InstallationID int
	// PrivateKey is the App's, as GitHub hands it out; a secret. Required.
	PrivateKey pulumi.StringInput
}

var (
	versionForm = regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	// Source: https://git-scm.com/docs/git-check-ref-format, of which this is the harmless part
	branchForm = regexp.MustCompile(`^[A-Za-z0-9_]([-A-Za-z0-9_/]|\.[-A-Za-z0-9_])*$`)
)

// complete returns a checked copy of the args with the default of the host keys, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *flux.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	check(naming.IsLabel(a.Namespace), "namespace: got %q, want a DNS label", a.Namespace)
	check(versionForm.MatchString(a.OperatorVersion), "operatorVersion: got %q, want an exact version such as 0.61.0", a.OperatorVersion)
	check(versionForm.MatchString(a.Version), "version: got %q, want an exact version such as 2.9.6", a.Version)
	check(naming.IsLabel(a.PriorityClass), "priorityClass: got %q, want a DNS label", a.PriorityClass)
	check(a.Size != Size{}, "size: got none, want one of SizeFor")
	check(a.Connection.Host != nil && a.Connection.HostKey != nil, "connection: got no host or no host key, want both")
	if a.Git != nil {
		git := *a.Git
		errs = append(errs, git.complete()...)
		a.Git = &git
	}
	return &a, errors.Join(errs...)
}

// complete checks the repository, and sets its host keys, unless it is reached without.
func (g *Git) complete() (errs []error) {
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf("git."+format, got...))
		}
	}
	check(branchForm.MatchString(g.Branch), "branch: got %q, want a name such as main", g.Branch)
	check(naming.IsDomain(g.HookHost), "hookHost: got %q, want a name such as hooks.example.com", g.HookHost)
	at, err := parse(g.URL)
	if err != nil {
		return append(errs, fmt.Errorf("git.url: got %q, %w", redacted(g.URL), err))
	}
	if g.App == nil {
		check(at.ssh, "url: got %q, want ssh://git@%s/%s, which takes a deploy key, or git.app", g.URL, at.host, at.path)
		if g.KnownHosts == "" && at.host == github {
			g.KnownHosts = gitHubHostKeys
		}
		if err := knows(g.KnownHosts, at.host); at.ssh && err != nil {
			errs = append(errs, fmt.Errorf("git.knownHosts: %w", err))
		}
		return errs
	}
	check(!at.ssh, "url: got %q, want https://%s/%s, since an App has no SSH key", g.URL, at.host, at.path)
	check(g.App.ID > 0, "app.id: got %d, want that of the App's settings", g.App.ID)
	check(g.App.InstallationID >= 0, "app.installationID: got %d, want none or a positive one", g.App.InstallationID)
	check(g.App.PrivateKey != nil, "app.privateKey: got none, want that of the App")
	check(g.StatusToken == nil, "statusToken: got one besides an App, want one of them")
	check(g.KnownHosts == "", "knownHosts: got some besides an App, want none: it does not use SSH")
	return errs
}
