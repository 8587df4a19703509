package main

import (
	"context"
	"time"

	quota "k8s.io/apiserver/pkg/quota/v1/generic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/kubernetes/pkg/controller"
	"k8s.io/kubernetes/pkg/controller/resourcequota"
	"k8s.io/kubernetes/pkg/quota/v1/install"
)

const (
	// quotaPeriod is after how long everything is counted anew.
	quotaPeriod = 5 * time.Minute
	// quotaKindsPeriod is how often it looks for kinds that came or went.
	quotaKindsPeriod = 30 * time.Second
)

// quotas returns what counts the objects that quotas limit. Without it, the API server refuses whatever a quota limits,
// since it cannot know how much is left.
func quotas(
	ctx context.Context, client kubernetes.Interface, shared informers.SharedInformerFactory, all informerfactory.InformerFactory,
	started <-chan struct{},
) ([]func(), error) {
	kinds := client.Discovery().ServerPreferredNamespacedResources
	counted, err := install.NewQuotaConfigurationForControllers(quota.ListerFuncForResourceFunc(shared.ForResource), shared)
	if err != nil {
		return nil, err
	}
	c, err := resourcequota.NewController(ctx, &resourcequota.ControllerOptions{
		QuotaClient:               client.CoreV1(),
		ResourceQuotaInformer:     shared.Core().V1().ResourceQuotas(),
		ResyncPeriod:              controller.StaticResyncPeriodFunc(quotaPeriod),
		Registry:                  quota.NewRegistry(counted.Evaluators()),
		DiscoveryFunc:             kinds,
		IgnoredResourcesFunc:      counted.IgnoredResources,
		InformersStarted:          started,
		InformerFactory:           all,
		ReplenishmentResyncPeriod: controller.StaticResyncPeriodFunc(12 * time.Hour),
		UpdateFilter:              install.DefaultUpdateFilter(),
	})
	if err != nil {
		return nil, err
	}
	return []func(){
		func() { c.Run(ctx, 1) },
		func() { c.Sync(ctx, kinds, quotaKindsPeriod) },
	}, nil
}
