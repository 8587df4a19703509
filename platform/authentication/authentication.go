// Package authentication has people sign on once for the whole cloud, by Authelia: with a password and, where it is asked for,
// a second factor.
//
// It exists so that no service needs users of its own: one that speaks OpenID Connect is a Client, and any other stands behind
// the Gate of its namespace. It refuses what no rule allows, passwords that are not hashed, and a password that is changed by
// the portal: users are configuration. No secret and no hash is in its configuration.
package authentication

import (
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/workload"
)

const (
	typeToken = "lvs-cloud:platform:Authentication"

	// ServiceName and Port are where Traefik reaches the portal, and MetricsPort is where Prometheus reads.
	ServiceName       = "authelia"
	Port, MetricsPort = 9091, 9959

	// hostLabel is the name of the portal below the domain.
	hostLabel = "auth"
	// databaseName is that of the database and of its role.
	databaseName = "authelia"
	// connections are for the few requests at once that ask the database, and for a command of the operator.
	connections = 8
	// user is whom both run as; neither image names one.
	user = 65532
	// notificationsMiB hold the codes of years.
	notificationsMiB = 4
)

// Host is the public name of the portal of a domain.
func Host(domain string) string { return hostLabel + "." + domain }

// Authentication is Authelia with its session store.
type Authentication struct {
	pulumi.ResourceState

	// URL is where people sign on, and the issuer of OpenID Connect; known once it answers.
	URL pulumi.StringOutput `pulumi:"url"`
	// Ready is what comes before whatever needs it, as the component itself would not do.
	Ready []pulumi.Resource
}

// New makes the keys, the session store, the database and Authelia, and waits until it answers. Invalid args register nothing.
// The database stays when this leaves the program, with all second factors; they can only be read with the same key.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Authentication, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("authentication %q: %w", name, err)
	}
	config, err := a.config()
	if err != nil {
		return nil, fmt.Errorf("authentication %q: configuration: %w", name, err)
	}
	url := "https://" + Host(a.Domain)
	s := &Authentication{}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"url": pulumi.String(url)}, s, opts...); err != nil {
		return nil, fmt.Errorf("authentication %q: %w", name, err)
	}
	server, err := s.create(ctx, name, a, config)
	if err != nil {
		return nil, fmt.Errorf("authentication %q: %w", name, err)
	}
	s.Ready = server.Ready
	s.URL = server.Host.ApplyT(func(string) string { return url }).(pulumi.StringOutput)
	if err := ctx.RegisterResourceOutputs(s, pulumi.Map{"url": s.URL}); err != nil {
		return nil, fmt.Errorf("authentication %q: outputs: %w", name, err)
	}
	return s, nil
}

func (a *Authentication) create(ctx *pulumi.Context, name string, args *Args, config string) (*workload.Workload, error) {
	n, err := a.needs(ctx, name, args, config)
	if err != nil {
		return nil, err
	}
	return workload.New(ctx, name, &workload.Args{
		Namespace: args.Namespace, Name: ServiceName, Image: args.Image, User: user, Command: []string{"authelia"},
		Env: args.env(), Files: n.files, Scratch: args.scratch(),
		Ports: []workload.Port{{Name: "http", Number: Port}}, MetricsPort: MetricsPort,
		Probe:         workload.Probe{Port: Port, Path: "/api/health"},
		PriorityClass: args.PriorityClass, Resources: args.Size.Server, Revision: n.revision, After: n.after,
	}, pulumi.Parent(a))
}

// env is the environment: commands in the pod find the same configuration as the server.
func (args *Args) env() []workload.Env {
	env := []workload.Env{
		{Name: "X_AUTHELIA_CONFIG", Value: configPath + "/" + configKey},
		{Name: "X_AUTHELIA_CONFIG_FILTERS", Value: "template"},
		{Name: "AUTHELIA_STORAGE_POSTGRES_PASSWORD_FILE", Value: databasePath + "/DB_PASSWORD"},
		// Memory in which a password was hashed is given back before the limit is met.
		{Name: "GOMEMLIMIT", Value: fmt.Sprintf("%dMiB", args.Size.Server.MemoryLimit*3/4)},
	}
	for _, k := range args.keys() {
		env = append(env, workload.Env{Name: k.variable, Value: keysPath + "/" + k.name})
	}
	return env
}

func (args *Args) scratch() []workload.Scratch {
	if args.Mail != nil {
		return nil
	}
	return []workload.Scratch{{Path: notificationsPath, MiB: notificationsMiB}}
}

func (args *Args) metadata(name string) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: pulumi.String(args.Namespace)}
}
