package certificates

import (
	"errors"
	"fmt"
	"net/mail"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Issuer says by whom certificates are signed.
type Issuer string

// The issuers, which both exist; one of them signs.
const (
	// Staging is Let's Encrypt's own test service: browsers do not trust it, and it has no limits worth naming.
	Staging Issuer = "letsencrypt-staging"
	// Production signs what browsers trust, five times a week for the same names.
	// Source: https://letsencrypt.org/docs/rate-limits/
	Production Issuer = "letsencrypt-production"
)

// servers are the addresses of the issuers.
var servers = map[Issuer]string{
	Staging:    "https://acme-staging-v02.api.letsencrypt.org/directory",
	Production: "https://acme-v02.api.letsencrypt.org/directory",
}

// Args configures a Certificates.
type Args struct {
	// Namespace is cert-manager's own. It must be there. Required.
	Namespace string
	// Version is cert-manager's; SolverVersion that of the chart which answers challenges in Hetzner's DNS. Required; the
	// latter with ZoneToken.
	Version, SolverVersion string
	// Domain is the cloud's. Required.
	Domain string
	// ZoneToken is the API token of the project that holds the DNS zone of the domain; a secret. With it there is one
	// certificate for the domain and everything directly below it.
	// Default: none; each of Hosts is proven by a request to it.
	ZoneToken pulumi.StringInput
	// Hosts are the names below the domain that are signed without a zone.
	// Default: none; the domain alone.
	Hosts []string
	// CertificateNamespace is where the certificate is put: with the Traefik that shows it. Required.
	CertificateNamespace string
	// Issuer signs. Required.
	Issuer Issuer
	// Email is told when a certificate is about to end.
	// Default: none.
	Email string
	// PriorityClass ranks the pods. Required.
	PriorityClass string
	// Size is what the pods may take. Required.
	Size Size
	// After is what must be there before anything of this: Flux, and both namespaces.
	// Default: nothing.
	After []pulumi.Resource
}

// Size is what each pod may take.
type Size struct{ Controller, CAInjector, Webhook, Solver footprint.Resources }

// SizeFor returns what the pods may take in a profile. At rest the controller and the injector need some 40 MiB each, the two
// webhooks 20; the injector holds every secret and definition of the cluster in memory.
func SizeFor(p footprint.Profile) Size {
	if p == footprint.Lean {
		large, small := footprint.Resources{CPU: 10, Memory: 40, MemoryLimit: 128}, footprint.Resources{CPU: 5, Memory: 20, MemoryLimit: 64}
		return Size{large, large, small, small}
	}
	large, small := footprint.Resources{CPU: 20, Memory: 64, MemoryLimit: 192}, footprint.Resources{CPU: 10, Memory: 32, MemoryLimit: 96}
	return Size{large, large, small, small}
}

// Footprint is what the pods ask of the node, with a zone or without.
func (s Size) Footprint(zone bool) footprint.Footprint {
	f := footprint.Footprint{Component: "certificates", Parts: []footprint.Part{
		{Name: "controller", Replicas: 1, Resources: s.Controller},
		{Name: "cainjector", Replicas: 1, Resources: s.CAInjector},
		{Name: "webhook", Replicas: 1, Resources: s.Webhook},
	}}
	if zone {
		f.Parts = append(f.Parts, footprint.Part{Name: "solver", Replicas: 1, Resources: s.Solver})
	}
	return f
}

// complete returns a checked copy of the args, or every problem at once. Versions and namespace are checked by the releases.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *certificates.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	for key, name := range map[string]string{"namespace": a.Namespace, "certificateNamespace": a.CertificateNamespace, "priorityClass": a.PriorityClass} {
		check(naming.IsLabel(name), "%s: got %q, want a DNS label", key, name)
	}
	check(a.Version != "", "version: got none, want an exact version")
	check(a.ZoneToken == nil || a.SolverVersion != "", "solverVersion: got none, want an exact version")
	check(naming.IsDomain(a.Domain), "domain: got %q, want a domain such as example.com", a.Domain)
	check(a.ZoneToken == nil || len(a.Hosts) == 0, "hosts: got %q besides a zone, want none: its certificate is for all of them", a.Hosts)
	for i, host := range a.Hosts {
		check(naming.IsLabel(host) && !slices.Contains(a.Hosts[:i], host), "hosts: got %q, want one label, once", host)
	}
	check(servers[a.Issuer] != "", "issuer: got %q, want %s or %s", a.Issuer, Staging, Production)
	if a.Email != "" {
		at, err := mail.ParseAddress(a.Email)
		check(err == nil && at.Address == a.Email, "email: got %q, want an address such as you@example.com", a.Email)
	}
	check(a.Size != Size{}, "size: got none, want one of SizeFor")
	return &a, errors.Join(errs...)
}

// names are those that the certificate is for.
func (args *Args) names() []string {
	names := []string{args.Domain}
	if args.ZoneToken != nil {
		return append(names, "*."+args.Domain)
	}
	for _, host := range args.Hosts {
		names = append(names, host+"."+args.Domain)
	}
	return names
}
