// Package postgres runs one PostgreSQL for the whole cloud, by CloudNativePG, and makes a role, a database and credentials for
// each of its clients.
//
// It exists because one server with a database for everybody needs a fraction of the memory of a server for each. A role
// reaches the database of its own name and no other, over TLS alone. The superuser has no password, and nobody is given one.
// Nothing here ever drops data: a database that leaves the program stays in PostgreSQL, with its role.
package postgres

import (
	"fmt"
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/object"
	"github.com/lvs-cloud/lvs-cloud/platform/release"
)

const (
	typeToken = "lvs-cloud:platform:Postgres"

	// Source: https://github.com/cloudnative-pg/charts (its workflow release-publish.yml pushes each chart here)
	repository = "oci://ghcr.io/cloudnative-pg/charts"
	apiVersion = "postgresql.cnpg.io/v1"

	// clusterName is that of the server, and begins the name of its services.
	clusterName = "shared"
	// unused is the database, and the role that owns it, which the operator insists on making. Nobody can connect to it.
	unused = "unused"
	// Port is where PostgreSQL listens.
	Port = 5432

	// installTimeout is what one attempt of the operator's release may take, on a node that is busy with everything else.
	installTimeout = 10 * time.Minute
	// readyTimeout is what the server may take: a volume is made, an image fetched, a database initialised.
	readyTimeout = 20 * time.Minute
)

// Postgres is the operator with the shared server.
type Postgres struct {
	pulumi.ResourceState

	// Host is what the server is called within the cluster, known once it is ready.
	Host pulumi.StringOutput `pulumi:"host"`

	// What the databases are made with.
	namespace   string
	cluster     pulumi.Resource
	connections int
}

// New installs the operator and the server, and waits until it takes connections. Invalid args register nothing. One that
// fails is left as it is, and the operator goes on with it.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Postgres, error) {
	a, err := args.complete()
	if err != nil {
		return nil, fmt.Errorf("postgres %q: %w", name, err)
	}
	p := &Postgres{namespace: a.Namespace, connections: a.Size.Connections()}
	if err := ctx.RegisterComponentResourceV2(typeToken, name, pulumi.Map{"imageName": pulumi.String(a.ImageName)}, p, opts...); err != nil {
		return nil, fmt.Errorf("postgres %q: %w", name, err)
	}
	operator, err := release.New(ctx, name+"-operator", &release.Args{
		Namespace: a.OperatorNamespace, Chart: release.Chart{Repository: repository, Name: "cloudnative-pg", Version: a.OperatorVersion},
		Values: a.values(), Stateful: true, Timeout: installTimeout, After: a.After,
	}, pulumi.Parent(p))
	if err != nil {
		return nil, fmt.Errorf("postgres %q: %w", name, err)
	}
	cluster, err := object.New(ctx, name, &object.Args{
		APIVersion: apiVersion, Kind: "Cluster", Namespace: a.Namespace, Name: clusterName,
		// There is no backup yet, so there is nowhere to archive to; otherwise a command would run for each segment, and do nothing.
		// Source: https://cloudnative-pg.io/documentation/current/labels_annotations/
		Annotations: map[string]string{"cnpg.io/skipWalArchiving": "enabled"},
		Spec:        a.cluster(), WaitFor: "condition=Ready", Timeout: readyTimeout,
	}, pulumi.Parent(p), pulumi.DependsOn(slices.Concat(operator.Ready, a.After)))
	if err != nil {
		return nil, fmt.Errorf("postgres %q: %w", name, err)
	}
	p.cluster = cluster
	p.Host = cluster.Metadata.Name().Elem().ApplyT(func(cluster string) string {
		return cluster + "-rw." + a.Namespace + ".svc"
	}).(pulumi.StringOutput)
	if err := ctx.RegisterResourceOutputs(p, pulumi.Map{"host": p.Host}); err != nil {
		return nil, fmt.Errorf("postgres %q: outputs: %w", name, err)
	}
	return p, nil
}

// values are those of the operator. It sees the one namespace that has a server: what else is in the cluster, secrets above
// all, is nothing that it should hold in memory.
func (args *Args) values() operatorValues {
	return operatorValues{
		PriorityClassName: args.PriorityClass, Resources: args.Size.Operator.Requirements(),
		Config: operatorConfig{operatorSettings{args.Namespace}},
	}
}
