package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
	"github.com/lvs-cloud/lvs-cloud/internal/object"
)

const (
	databaseToken = "lvs-cloud:platform:Database"

	// passwordLength in letters and digits is 238 bits; none of them needs quoting, be it in a URL.
	passwordLength         = 40
	defaultConnectionLimit = 10
	applied, retain        = "jsonpath={.status.applied}=true", "retain"
)

// reserved are names that PostgreSQL keeps to itself, or the operator uses.
// Source: https://www.postgresql.org/docs/current/sql-createrole.html and the schemas of Database and DatabaseRole.
var reserved = []string{"postgres", "template0", "template1", "public", "none", unused}

// DatabaseArgs configures a Database.
type DatabaseArgs struct {
	// Server is where the database is made. Required.
	Server *Postgres
	// Name is that of the role, and of the database: a role reaches the database of its own name alone. Another name is another
	// database, an empty one. Required.
	// Range: a DNS label.
	Name string
	// Namespace is the client's, where it finds its credentials. It must be there. Required.
	Namespace string
	// ConnectionLimit is how many connections the client may have at once.
	// Default: 10. Range: 1 to those of the server's size.
	ConnectionLimit int
	// Rotation gives the role another password whenever it changes. The client reads it when it is started again.
	// Default: 0.
	Rotation int
	// After is what must be there before anything of this, such as the client's namespace.
	// Default: nothing.
	After []pulumi.Resource
}

// Database is a role, the database that it owns, and the credentials of its client.
type Database struct {
	pulumi.ResourceState

	// SecretName is where the client finds DB_USER, DB_PASSWORD, DB_HOST, DB_PORT and DB_NAME, known once the database is there.
	SecretName pulumi.StringOutput `pulumi:"secretName"`
}

// NewDatabase makes a role, its database and its credentials. Invalid args register nothing. A role or a database of the name that
// is already there is taken over as it is, with its data; neither is dropped when this leaves the program.
func NewDatabase(ctx *pulumi.Context, name string, args *DatabaseArgs, opts ...pulumi.ResourceOption) (*Database, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("database %q: %w", name, err)
	}
	d := &Database{}
	if err := ctx.RegisterComponentResourceV2(databaseToken, name, pulumi.Map{"name": pulumi.String(a.Name)}, d, opts...); err != nil {
		return nil, fmt.Errorf("database %q: %w", name, err)
	}
	if err := d.create(ctx, name, a); err != nil {
		return nil, fmt.Errorf("database %q: %w", name, err)
	}
	if err := ctx.RegisterResourceOutputs(d, pulumi.Map{"secretName": d.SecretName}); err != nil {
		return nil, fmt.Errorf("database %q: outputs: %w", name, err)
	}
	return d, nil
}

func (d *Database) create(ctx *pulumi.Context, name string, a *DatabaseArgs) error {
	after := append([]pulumi.Resource{a.Server.cluster}, a.After...)
	password, err := random.NewRandomPassword(ctx, name+"-password", a.password(), pulumi.Parent(d))
	if err != nil {
		return fmt.Errorf("password: %w", err)
	}
	// The operator reads a labelled secret again when it changes.
	login, err := corev1.NewSecret(ctx, name+"-role", &corev1.SecretArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(a.Name + "-role"), Namespace: pulumi.String(a.Server.namespace),
			Labels: pulumi.StringMap{"cnpg.io/reload": pulumi.String("true")},
		},
		Type:       pulumi.String("kubernetes.io/basic-auth"),
		StringData: pulumi.StringMap{"username": pulumi.String(a.Name), "password": password.Result},
	}, pulumi.Parent(d), pulumi.DependsOn(after))
	if err != nil {
		return fmt.Errorf("role's secret: %w", err)
	}
	role, err := a.object(ctx, name+"-role", "DatabaseRole", roleSpec{
		Cluster: clusterRef{clusterName}, Name: a.Name, Login: true, ConnectionLimit: a.ConnectionLimit,
		PasswordSecret: clusterRef{a.Name + "-role"}, ReclaimPolicy: retain,
	}, d, append(slices.Clone(after), login))
	if err != nil {
		return err
	}
	database, err := a.object(ctx, name, "Database", databaseSpec{
		Cluster: clusterRef{clusterName}, Name: a.Name, Owner: a.Name, ReclaimPolicy: retain,
	}, d, append(slices.Clone(after), role))
	if err != nil {
		return err
	}
	credentials, err := corev1.NewSecret(ctx, name+"-client", &corev1.SecretArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(a.Name + "-database"), Namespace: pulumi.String(a.Namespace)},
		StringData: pulumi.StringMap{
			"DB_USER": pulumi.String(a.Name), "DB_PASSWORD": password.Result, "DB_NAME": pulumi.String(a.Name),
			"DB_HOST": a.Server.Host, "DB_PORT": pulumi.String(strconv.Itoa(Port)),
		},
	}, pulumi.Parent(d), pulumi.DependsOn(append(slices.Clone(after), database)))
	if err != nil {
		return fmt.Errorf("client's secret: %w", err)
	}
	d.SecretName = credentials.Metadata.Name().Elem()
	return nil
}

// object makes one object of the operator's, and waits until it says that PostgreSQL is so.
func (args *DatabaseArgs) object(ctx *pulumi.Context, name, kind string, spec any, parent pulumi.Resource, after []pulumi.Resource) (pulumi.Resource, error) {
	return object.New(ctx, name, &object.Args{
		APIVersion: apiVersion, Kind: kind, Namespace: args.Server.namespace, Name: args.Name, Spec: spec, WaitFor: applied,
	}, pulumi.Parent(parent), pulumi.DependsOn(after))
}

func (args *DatabaseArgs) password() *random.RandomPasswordArgs {
	p := &random.RandomPasswordArgs{Length: pulumi.Int(passwordLength), Special: pulumi.Bool(false)}
	if args.Rotation != 0 {
		p.Keepers = pulumi.StringMap{"rotation": pulumi.String(strconv.Itoa(args.Rotation))}
	}
	return p
}

// complete returns a checked copy of the args with its defaults, or every problem at once.
func (args *DatabaseArgs) complete() (*DatabaseArgs, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *postgres.DatabaseArgs")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	check(naming.IsLabel(a.Name), "name: got %q, want a DNS label", a.Name)
	check(!slices.Contains(reserved, a.Name), "name: got %q, which is reserved; want another one", a.Name)
	check(naming.IsLabel(a.Namespace), "namespace: got %q, want a DNS label", a.Namespace)
	check(a.Rotation >= 0, "rotation: got %d, want 0 or more", a.Rotation)
	if a.Server == nil {
		return nil, errors.Join(append(errs, errors.New("server: got none, want the one of New"))...)
	}
	if a.ConnectionLimit == 0 {
		a.ConnectionLimit = defaultConnectionLimit
	}
	check(a.ConnectionLimit >= 1 && a.ConnectionLimit <= a.Server.connections,
		"connectionLimit: got %d, want 1 to %d", a.ConnectionLimit, a.Server.connections)
	return &a, errors.Join(errs...)
}
