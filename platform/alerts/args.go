package alerts

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Args configures an Alerts.
type Args struct {
	// Namespace is where the rules are, in which the operator of Prometheus looks for them. Required.
	Namespace string
	// RunbookURL is where docs/RUNBOOK.md is read; each alert leads to its section. Required.
	// Range: http or https, without a fragment.
	RunbookURL string
	// Features are the services that are there. Required: the namespaces that are.
	Features Features
	// After is what must be there before anything of this: the operator, and the namespace.
	// Default: nothing.
	After []pulumi.Resource
}

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *alerts.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	check(naming.IsLabel(a.Namespace), "namespace: got %q, want a DNS label", a.Namespace)
	at, err := url.Parse(a.RunbookURL)
	check(err == nil && at.Host != "" && (at.Scheme == "https" || at.Scheme == "http") && at.Fragment == "" && at.User == nil,
		"runbookURL: got %q, want one such as https://github.com/you/cloud/blob/main/docs/RUNBOOK.md", a.RunbookURL)
	f := a.Features
	check(naming.IsLabel(f.Monitoring), "features.monitoring: got %q, want a DNS label", f.Monitoring)
	check(naming.IsLabel(f.HostAgents), "features.hostAgents: got %q, want a DNS label", f.HostAgents)
	for _, space := range []struct{ key, name string }{
		{"flux", f.Flux}, {"certificates", f.Certificates}, {"longhorn", f.Longhorn}, {"postgres", f.Postgres},
		{"registry", f.Registry}, {"authentication", f.Authentication},
	} {
		check(space.name == "" || naming.IsLabel(space.name), "features.%s: got %q, want none or a DNS label", space.key, space.name)
	}
	for _, t := range f.Targets {
		check(t.Job != "" && naming.IsLabel(t.Namespace), "features.targets: got %+v, want a job and a DNS label", t)
	}
	return &a, errors.Join(errs...)
}
