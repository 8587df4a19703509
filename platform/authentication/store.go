package authentication

import (
	"fmt"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/workload"
)

const (
	storeName, storePort = "session-store", 6379
	storePath, storeKey  = "/etc/valkey", "valkey.conf"
	// storeMiB is for the sessions: 8000 of them. The rest of the limit is Valkey's own.
	storeMiB, leastStoreLimit = 8, 24
)

// storeConfig is Valkey's configuration, with the password. Nothing is written to a disk: when the store goes, people sign on
// again. When it is full, the session goes that would end first.
// Source: https://valkey.io/topics/valkey.conf/
const storeConfig = `port %d
requirepass %s
databases 1
maxclients 64
save ""
appendonly no
maxmemory %dmb
maxmemory-policy volatile-ttl
`

// newStore makes the session store, which keeps sessions over a restart of the server.
func (a *Authentication) newStore(ctx *pulumi.Context, name string, args *Args, password pulumi.StringOutput) (*workload.Workload, error) {
	text := secret(password.ApplyT(func(p string) string {
		return fmt.Sprintf(storeConfig, storePort, p, storeMiB)
	}).(pulumi.StringOutput))
	config, err := corev1.NewSecret(ctx, name+"-store", &corev1.SecretArgs{
		Metadata:   args.metadata(storeName),
		StringData: pulumi.StringMap{storeKey: text},
	}, pulumi.Parent(a), pulumi.DependsOn(args.After))
	if err != nil {
		return nil, fmt.Errorf("session store: %w", err)
	}
	return workload.New(ctx, name+"-store", &workload.Args{
		Namespace: args.Namespace, Name: storeName, Image: args.StoreImage, User: user,
		// The image's own entry point would have a root change the owner of files first.
		Command: []string{"valkey-server", storePath + "/" + storeKey},
		Ports:   []workload.Port{{Name: "valkey", Number: storePort}}, Probe: workload.Probe{Port: storePort},
		Files:         []workload.File{{Path: storePath, Secret: config.Metadata.Name().Elem()}},
		PriorityClass: args.PriorityClass, Resources: args.Size.Store, Recreate: true, Revision: workload.Hash(text),
		After: append(slices.Clone(args.After), config),
	}, pulumi.Parent(a))
}
