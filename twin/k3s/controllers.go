package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/util/keyutil"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/certificates/rootcacertpublisher"
	"k8s.io/kubernetes/pkg/controller/clusterroleaggregation"
	"k8s.io/kubernetes/pkg/controller/endpoint"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
	"k8s.io/kubernetes/pkg/controller/namespace"
	"k8s.io/kubernetes/pkg/controller/serviceaccount"
	"k8s.io/kubernetes/pkg/controller/volume/pvcprotection"
	"k8s.io/kubernetes/pkg/controller/volume/pvprotection"
	accounts "k8s.io/kubernetes/pkg/serviceaccount"
)

const gcPeriod = 30 * time.Second

// startControllers runs Kubernetes' own controllers that need no nodes: namespaces are emptied
// and finished, service accounts, their tokens and the root CA ConfigMap appear, cluster roles
// are aggregated, owned objects are collected, a Service gets its endpoints (none, as there are no pods), what a quota
// counts is counted, and a volume or a claim that is deleted goes. The simulation stands in for some others.
func startControllers(ctx context.Context, config *rest.Config, p paths) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("controllers: %w", err)
	}
	meta, err := metadata.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("controllers: %w", err)
	}
	shared := informers.NewSharedInformerFactory(client, 12*time.Hour)
	started := make(chan struct{})
	runs, err := coreControllers(ctx, client, meta, shared, p)
	if err != nil {
		return fmt.Errorf("controllers: %w", err)
	}
	all := informerfactory.NewInformerFactory(shared, metadatainformer.NewSharedInformerFactory(meta, 12*time.Hour))
	collect, err := garbageCollector(ctx, client, meta, all, started)
	if err != nil {
		return fmt.Errorf("controllers: %w", err)
	}
	count, err := quotas(ctx, client, shared, all, started)
	if err != nil {
		return fmt.Errorf("controllers: %w", err)
	}
	shared.Start(ctx.Done())
	close(started)
	for _, run := range slices.Concat(runs, collect, count) {
		go run()
	}
	return nil
}

func coreControllers(
	ctx context.Context, client kubernetes.Interface, meta metadata.Interface, shared informers.SharedInformerFactory, p paths,
) ([]func(), error) {
	log := klog.FromContext(ctx)
	core := shared.Core().V1()
	authority, err := os.ReadFile(p.tls("server-ca.crt"))
	if err != nil {
		return nil, err
	}
	key, err := keyutil.PrivateKeyFromFile(p.tls("service.key"))
	if err != nil {
		return nil, err
	}
	signer, err := accounts.JWTTokenGenerator(accounts.LegacyIssuer, key)
	if err != nil {
		return nil, err
	}
	spaces := namespace.NewNamespaceController(ctx, client, meta, client.Discovery().ServerPreferredNamespacedResources,
		core.Namespaces(), 5*time.Minute, corev1.FinalizerKubernetes)
	users, err := serviceaccount.NewServiceAccountsController(log, core.ServiceAccounts(), core.Namespaces(), client,
		serviceaccount.DefaultServiceAccountsControllerOptions())
	if err != nil {
		return nil, err
	}
	tokens, err := serviceaccount.NewTokensController(log, core.ServiceAccounts(), core.Secrets(), client,
		serviceaccount.TokensControllerOptions{TokenGenerator: signer, RootCA: authority})
	if err != nil {
		return nil, err
	}
	publisher, err := rootcacertpublisher.NewPublisher(core.ConfigMaps(), core.Namespaces(), client, authority)
	if err != nil {
		return nil, err
	}
	claims, err := pvcprotection.NewPVCProtectionController(log, core.PersistentVolumeClaims(), core.Pods(), client)
	if err != nil {
		return nil, err
	}
	endpoints := endpoint.NewEndpointController(ctx, core.Pods(), core.Services(), core.Endpoints(), client, 0)
	volumes := pvprotection.NewPVProtectionController(log, core.PersistentVolumes(), client)
	roles := clusterroleaggregation.NewClusterRoleAggregation(shared.Rbac().V1().ClusterRoles(), client.RbacV1())
	return []func(){
		func() { spaces.Run(ctx, 5) },
		func() { users.Run(ctx, 1) },
		func() { tokens.Run(ctx, 2) },
		func() { publisher.Run(ctx, 1) },
		func() { roles.Run(ctx, 2) },
		func() { claims.Run(ctx, 1) },
		func() { volumes.Run(ctx, 1) },
		func() { endpoints.Run(ctx, 1) },
	}, nil
}

// garbageCollector returns the collector and its periodic look at which kinds there are.
func garbageCollector(
	ctx context.Context, client kubernetes.Interface, meta metadata.Interface, all informerfactory.InformerFactory, started <-chan struct{},
) ([]func(), error) {
	cached := memory.NewMemCacheClient(client.Discovery())
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(cached)
	ignored := garbagecollector.DefaultIgnoredResources()
	collector, err := garbagecollector.NewGarbageCollector(ctx, client, meta, mapper, ignored, all, started)
	if err != nil {
		return nil, err
	}
	return []func(){
		func() { collector.Run(ctx, 5, gcPeriod) },
		func() { collector.Sync(ctx, discovery.ServerResourcesInterface(client.Discovery()), gcPeriod) },
	}, nil
}
