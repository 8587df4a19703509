// Package simulation stands in for the controllers that a cluster without containers cannot run: those of k3s, Flux,
// cert-manager and CloudNativePG, and Kubernetes' own of Deployments and the like.
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
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

// mind is what is remembered of an object that is not ready.
type mind struct {
	uid        string
	generation int64
	begun      time.Time // since when nothing is missing
	announced  bool      // it was said that work is under way
	struck     map[string]*strike
}

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

// act brings one object a step towards readiness.
func (s *Simulation) act(ctx context.Context, k key) error {
	w := s.watching(k.kind)
	if w == nil {
		return nil
	}
	cached, found := w.get(k)
	if !found {
		s.forget(k)
		return nil
	}
	a := w.actor
	if s.settled(a, cached) {
		return nil
	}
	live, err := s.client.Resource(a.resource).Namespace(k.namespace).Get(ctx, k.name, metav1.GetOptions{})
	if err != nil {
		return ignoreAbsent(err)
	}
	o := object{live}
	if s.settled(a, o) {
		return nil
	}
	before := o.copy()
	after, err := s.step(ctx, a, k, o)
	if err != nil {
		return err
	}
	if !o.sameStatus(before) {
		if _, err := s.client.Resource(a.resource).Namespace(k.namespace).UpdateStatus(ctx, o.Unstructured, metav1.UpdateOptions{FieldManager: a.manager}); err != nil {
			return ignoreAbsent(err)
		}
	}
	if after >= 0 {
		s.queue.AddAfter(k, after)
	}
	return nil
}

// settled tells whether nothing is to be done for an object.
func (s *Simulation) settled(a *actor, o object) bool {
	if o.GetDeletionTimestamp() != nil || o.flag("spec", "suspend") {
		return true
	}
	return a.ready(s, o) && s.script.never(a.kind, o) == nil
}

// step changes the status of an object, and says when it is to be looked at again by itself: never, if negative.
func (s *Simulation) step(ctx context.Context, a *actor, k key, o object) (time.Duration, error) {
	m := s.mind(k, o)
	if t, left := s.script.fault(a, o, m); t != nil {
		m.begun, m.announced = time.Time{}, false
		a.fail(o, *t)
		return left, nil
	}
	if a.prepare != nil {
		if err := a.prepare(ctx, s, o); err != nil {
			return 0, err
		}
	}
	if a.missing != nil {
		if t := a.missing(s, o); t != nil {
			m.begun, m.announced = time.Time{}, false
			if t.said {
				a.fail(o, *t)
			}
			return -1, nil // it follows what it waits for
		}
	}
	if m.begun.IsZero() {
		m.begun = time.Now()
	}
	left := time.Until(m.begun.Add(s.script.delay(a.kind, o.GetName())))
	if a.progress != nil && !m.announced {
		m.announced = true
		a.progress(o)
		return max(left, 0), nil
	}
	if left > 0 {
		return left, nil
	}
	if err := a.finish(ctx, s, o); err != nil {
		return 0, err
	}
	s.forget(k)
	s.log.Info(fmt.Sprintf("simulation: %s %s is ready", a.kind, o.title()))
	return -1, nil
}

// mind is what is remembered of an object; a new generation begins anew.
func (s *Simulation) mind(k key, o object) *mind {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.minds[k]
	if m == nil || m.uid != string(o.GetUID()) {
		m = &mind{uid: string(o.GetUID()), generation: o.GetGeneration(), struck: map[string]*strike{}}
		s.minds[k] = m
	}
	if m.generation != o.GetGeneration() {
		m.generation, m.begun, m.announced, m.struck = o.GetGeneration(), time.Time{}, false, map[string]*strike{}
	}
	return m
}

func (s *Simulation) forget(k key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.minds, k)
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
