package stacks

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/k3s"
	"github.com/lvs-cloud/lvs-cloud/platform/ingress"
	"github.com/lvs-cloud/lvs-cloud/platform/priority"
)

// services makes everything that lives in the cluster.
func services(ctx *pulumi.Context, cfg *Config, cluster *k3s.Cluster) error {
	api, err := clusterAPI(ctx, cluster)
	if err != nil {
		return err
	}
	if _, err := priority.New(ctx, "priorities", api...); err != nil {
		return err
	}
	_, err = ingress.New(ctx, "ingress", &ingress.Args{
		Size: ingress.SizeFor(cfg.Profile), TrustedProxies: cfg.Ingress.TrustedProxies,
	}, api...)
	return err
}

// clusterAPI returns the options of everything that is made through the Kubernetes API.
func clusterAPI(ctx *pulumi.Context, cluster *k3s.Cluster) ([]pulumi.ResourceOption, error) {
	api, err := kubernetes.NewProvider(ctx, "cluster", &kubernetes.ProviderArgs{
		Kubeconfig: cluster.Kubeconfig,
		// It is one cluster for as long as the volume lives, whatever the stack is called. Without an identity, a kubeconfig
		// that a preview does not know would replace every object.
		ClusterIdentifier: pulumi.String("lvs-cloud"),
		// What is there already is taken over: a lost state must not need an empty cluster, and a killed run no cleaning.
		UpsertExistingObjects: pulumi.Bool(true),
		// What somebody changed by hand is changed back instead of being a conflict.
		EnablePatchForce: pulumi.Bool(true),
		// While the server is gone or re-imaged, a plan can be made.
		SkipUpdateUnreachable: pulumi.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("kubernetes: %w", err)
	}
	// With the cluster its objects go; nobody is left to be asked for it.
	return []pulumi.ResourceOption{pulumi.Provider(api), pulumi.DeletedWith(cluster)}, nil
}
