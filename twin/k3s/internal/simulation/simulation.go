// Package simulation stands in for the controllers that a cluster without containers cannot run: those of k3s, Flux,
// cert-manager and CloudNativePG, Traefik's of addresses, and Kubernetes' own of Deployments and the like.
//
// It acts as they do as far as readiness goes. Definitions exist only when what brings them is ready, an object waits for
// what the real controller would wait for, and says so in its words. Only a status is written, and what the real controller
// would make as well. What they would do on the node is not done. How long things take, and what goes wrong, is up to a
// script that can change at any time.
package simulation

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"

	"github.com/lvs-cloud/lvs-cloud/twin/k3s/crds"
)

// workers is how many objects are acted upon at once.
const workers = 4

// Options configures a Simulation.
type Options struct {
	// Config leads to the API server. Required.
	Config *rest.Config
	// Log hears of what becomes ready, and of what nothing is done for. Required.
	Log *slog.Logger
	// Script is the URL of the script.
	// Default: that of the twin, or none outside of one: everything is ready at once.
	Script string
	// Traefik says that k3s brings Traefik along.
	Traefik bool
}

// Simulation is a running one.
type Simulation struct {
	client dynamic.Interface
	log    *slog.Logger
	script scriptReader
	queue  workqueue.TypedRateLimitingInterface[key]

	mu      sync.Mutex
	watches map[string]*watch // by kind
	known   map[string]bool   // definitions that are served, by name
	minds   map[key]*mind
	told    map[string]bool
}

// key names an object.
type key struct{ kind, namespace, name string }

// Start runs a simulation until ctx ends. What was ready before stays as it is.
func Start(ctx context.Context, o Options) error {
	config := rest.CopyConfig(o.Config)
	config.QPS = -1 // it talks to its own process
	config.UserAgent = "twin-simulation"
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("simulation: %w", err)
	}
	s := &Simulation{
		client: client, log: o.Log, script: scriptReader{url: o.Script},
		queue:   workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[key](50*time.Millisecond, 10*time.Second)),
		watches: map[string]*watch{}, known: map[string]bool{}, minds: map[key]*mind{}, told: map[string]bool{},
	}
	go func() {
		<-ctx.Done()
		s.queue.ShutDown()
	}()
	go s.run(ctx, o.Traefik)
	return nil
}

// run reads the script first: a fault that was set before strikes the first object already.
func (s *Simulation) run(ctx context.Context, traefik bool) {
	if s.script.url == "" {
		s.script.url = twinScript(ctx)
	}
	s.script.first(ctx, s.log)
	go s.script.follow(ctx, s.log, s.again)
	s.watchDefinitions(ctx)
	for _, a := range actors {
		if a.builtIn {
			s.watch(ctx, a)
		}
	}
	for _, resource := range looked {
		s.watch(ctx, resource)
	}
	for range workers {
		go s.work(ctx)
	}
	if traefik {
		s.bringTraefik(ctx)
	}
}

// bringTraefik installs the definitions that k3s' own chart traefik-crd has.
func (s *Simulation) bringTraefik(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(s.script.delay("Traefik", "")):
	}
	if err := crds.Install(ctx, s.client, crds.Traefik, "helm", crds.All); err != nil && ctx.Err() == nil {
		s.log.Error("Traefik's definitions: " + err.Error())
	}
}

func (s *Simulation) work(ctx context.Context) {
	for {
		k, end := s.queue.Get()
		if end {
			return
		}
		err := s.act(ctx, k)
		switch {
		case err == nil || ctx.Err() != nil:
			s.queue.Forget(k)
		default:
			if !apierrors.IsConflict(err) {
				s.log.Warn(fmt.Sprintf("simulation: %s %s/%s: %v", k.kind, k.namespace, k.name, err))
			}
			s.queue.AddRateLimited(k)
		}
		s.queue.Done(k)
	}
}

// once logs something only once.
func (s *Simulation) once(about, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.told[about] {
		s.told[about] = true
		s.log.Warn("simulation: " + message)
	}
}

func ignoreAbsent(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// looked are kinds that nothing is done for, but that others wait for.
var looked = []*actor{
	{kind: "Secret", resource: schema.GroupVersionResource{Version: "v1", Resource: "secrets"}},
	{kind: "ConfigMap", resource: schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}},
	{kind: "StorageClass", resource: schema.GroupVersionResource{Group: "storage.k8s.io", Version: "v1", Resource: "storageclasses"}},
	{kind: "Node", resource: schema.GroupVersionResource{Version: "v1", Resource: "nodes"}},
}
