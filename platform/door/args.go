package door

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
	"github.com/lvs-cloud/lvs-cloud/platform/ingress"
)

// provider is what Traefik ends the name of an object of the cluster with.
const provider = "@kubernetescrd"

// Args configures a Door.
type Args struct {
	// Host is the whole name that is let in. Required.
	Host string
	// Namespace is where the service is, and all that stands before it. It must be there. Required.
	Namespace string
	// Service and Port are what the requests go to; Port is the service's, and not the pod's. Required.
	Service string
	Port    int
	// Middlewares are what every request passes first, in this order, as Traefik calls them.
	// Default: none; whoever comes is let through. Range: those of Namespace, such as home-sign-on@kubernetescrd.
	Middlewares []string
	// After is what must be there before the door: the service and the middlewares.
	// Default: nothing.
	After []pulumi.Resource
}

// name is what the object is called: the first part of the host.
func (args *Args) name() string {
	name, _, _ := strings.Cut(args.Host, ".")
	return name
}

func (args *Args) middlewareList() string { return strings.Join(args.Middlewares, ",") }

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *door.Args")
	}
	a := *args
	errs := checkDoor(a.Host, a.Namespace, a.Middlewares)
	if !naming.IsLabel(a.Namespace) {
		errs = append(errs, fmt.Errorf("namespace: got %q, want a DNS label", a.Namespace))
	}
	if !naming.IsLabel(a.Service) {
		errs = append(errs, fmt.Errorf("service: got %q, want a DNS label", a.Service))
	}
	if a.Port < 1 || a.Port > 65535 {
		errs = append(errs, fmt.Errorf("port: got %d, want 1 to 65535", a.Port))
	}
	return &a, errors.Join(errs...)
}

// DashboardArgs configures a Dashboard.
type DashboardArgs struct {
	// Host is the whole name that is let in. Required.
	Host string
	// Middlewares are what every request passes first, in this order, as Traefik calls them. Required: the dashboard shows
	// every way into the cloud.
	// Range: those of Traefik's own namespace, such as kube-system-sign-on@kubernetescrd.
	Middlewares []string
	// After is what must be there before the door: the kinds that Traefik brings, and the middlewares.
	// Default: nothing.
	After []pulumi.Resource
}

// complete returns a checked copy of the args, or every problem at once.
func (args *DashboardArgs) complete() (*DashboardArgs, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *door.DashboardArgs")
	}
	a := *args
	errs := checkDoor(a.Host, ingress.Namespace, a.Middlewares)
	if len(a.Middlewares) == 0 {
		errs = append(errs, errors.New("middlewares: got none, want those that ask who it is"))
	}
	return &a, errors.Join(errs...)
}

func checkDoor(host, namespace string, middlewares []string) []error {
	var errs []error
	if !naming.IsDomain(host) {
		errs = append(errs, fmt.Errorf("host: got %q, want a whole name such as home.example.com", host))
	}
	for i, m := range middlewares {
		if called(m, namespace) == "" || slices.Contains(middlewares[:i], m) {
			errs = append(errs, fmt.Errorf("middlewares: got %q, want one of the namespace such as %s-sign-on%s, once", m, namespace, provider))
		}
	}
	return errs
}

// called is the name of a middleware as an object of the namespace, or nothing if it is none.
func called(middleware, namespace string) string {
	name, is := strings.CutPrefix(middleware, namespace+"-")
	name, of := strings.CutSuffix(name, provider)
	if !is || !of || !naming.IsLabel(name) {
		return ""
	}
	return name
}
