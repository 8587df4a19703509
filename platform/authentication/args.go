package authentication

import (
	"errors"
	"fmt"
	"net/mail"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
	"github.com/lvs-cloud/lvs-cloud/platform/postgres"
)

// Args configures an Authentication.
type Args struct {
	// Namespace is its own. It must be there. Required.
	Namespace string
	// Image is Authelia's, and StoreImage Valkey's, each with an exact version. Required.
	Image, StoreImage string
	// Domain is the cloud's. One sign-on holds for everything below it. Required.
	Domain string
	// Home is the name below the domain to which somebody is led who came for nothing else.
	// Default: none; the portal's own page.
	Home string
	// Users is the text of RenderUsers; a secret. Required.
	Users pulumi.StringInput
	// Rules say who may reach which name below the domain. A name without a rule is reached by nobody.
	// Default: none.
	Rules []Rule
	// Clients are those that sign people on by OpenID Connect.
	// Default: none; there is no OpenID Connect.
	Clients []Client
	// Server is where second factors, consents and bans are kept. Required.
	Server *postgres.Postgres
	// Mail is by what one-time codes are sent.
	// Default: none; they are written to a file in the pod, and a session with two factors needs none.
	Mail *Mail
	// PriorityClass ranks the pods. Required.
	PriorityClass string
	// Size is what the pods may take. Required.
	Size Size
	// After is what must be there before anything of this: the namespace and, for clients, cert-manager.
	// Default: nothing.
	After []pulumi.Resource
}

// Mail is a mail server that takes messages over TLS alone.
type Mail struct {
	// Host is the server. Required.
	Host string
	// Port is where it listens: 465 for TLS from the start, any other for STARTTLS.
	// Default: 587.
	Port int
	// Username and Password log in; the latter is a secret. Required.
	Username string
	Password pulumi.StringInput
	// Sender is the address that the messages come from. Required.
	Sender string
}

// Size is what the pods may take.
type Size struct{ Server, Store footprint.Resources }

// SizeFor returns what the pods may take in a profile. At rest the server holds 20 MiB, and 40 of its program that are in use;
// for every password that is checked it takes another 19 (HashMemoryMiB), which it gives back when it comes near its limit. With
// 16 at once it was seen at 140 MiB besides its program: the connections of the database let no more through. The session store
// holds 7 MiB, a session one KiB.
func SizeFor(p footprint.Profile) Size {
	if p == footprint.Lean {
		return Size{footprint.Resources{CPU: 10, Memory: 60, MemoryLimit: 192}, footprint.Resources{CPU: 5, Memory: 10, MemoryLimit: 32}}
	}
	return Size{footprint.Resources{CPU: 20, Memory: 96, MemoryLimit: 256}, footprint.Resources{CPU: 5, Memory: 16, MemoryLimit: 48}}
}

// Footprint is what the pods ask of the node.
func (s Size) Footprint() footprint.Footprint {
	return footprint.Footprint{Component: "authentication", Parts: []footprint.Part{
		{Name: "server", Replicas: 1, Resources: s.Server}, {Name: "store", Replicas: 1, Resources: s.Store},
	}}
}

// leastMemoryLimit is what the server needs to check a few passwords at once.
const leastMemoryLimit = 60 + 4*HashMemoryMiB

// complete returns a checked copy of the args with its defaults, or every problem at once. The workloads check the images.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *authentication.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	check(naming.IsLabel(a.Namespace), "namespace: got %q, want a DNS label", a.Namespace)
	check(naming.IsLabel(a.PriorityClass), "priorityClass: got %q, want a DNS label", a.PriorityClass)
	check(a.Image != "" && a.StoreImage != "", "image: got %q and %q for the store, want both", a.Image, a.StoreImage)
	check(naming.IsDomain(a.Domain), "domain: got %q, want a domain such as example.com", a.Domain)
	check(a.Home == "" || naming.IsLabel(a.Home) && a.Home != hostLabel, "home: got %q, want one label other than %s, or none", a.Home, hostLabel)
	check(a.Users != nil, "users: got none, want the text of RenderUsers")
	check(a.Server != nil, "server: got none, want the shared PostgreSQL")
	check(a.Size.Server.MemoryLimit >= leastMemoryLimit, "size: got a limit of %d MiB, want at least %d", a.Size.Server.MemoryLimit, leastMemoryLimit)
	check(a.Size.Store.MemoryLimit >= leastStoreLimit, "size: got a limit of %d MiB for the store, want at least %d", a.Size.Store.MemoryLimit, leastStoreLimit)
	for i, r := range a.Rules {
		r.check(check)
		check(!slices.ContainsFunc(a.Rules[:i], func(o Rule) bool { return o.Host == r.Host }), "rules: got %q twice, want it once", r.Host)
	}
	clients := slices.Clone(a.Clients)
	for i, c := range a.Clients {
		clients[i] = c.complete(check)
		check(!slices.ContainsFunc(a.Clients[:i], func(o Client) bool { return o.ID == c.ID }), "clients: got %q twice, want it once", c.ID)
	}
	a.Clients = clients
	a.Mail = a.Mail.complete(check)
	return &a, errors.Join(errs...)
}

func (m *Mail) complete(check func(bool, string, ...any)) *Mail {
	if m == nil {
		return nil
	}
	c := *m
	if c.Port == 0 {
		c.Port = 587
	}
	check(naming.IsDomain(c.Host), "mail.host: got %q, want a name such as smtp.example.com", c.Host)
	check(c.Port >= 1 && c.Port <= 65535, "mail.port: got %d, want 1 to 65535", c.Port)
	check(c.Username != "" && c.Password != nil, "mail: got no user name or no password, want both")
	_, err := mail.ParseAddress(c.Sender)
	check(err == nil, "mail.sender: got %q, want an address such as you@example.com", c.Sender)
	return &c
}
