package simulation

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"

	"github.com/lvs-cloud/lvs-cloud/twin/k3s/crds"
)

// watch keeps the objects of a kind at hand.
type watch struct {
	actor *actor
	store cache.Store
	stop  context.CancelFunc
}

func (w *watch) get(k key) (object, bool) {
	name := k.name
	if k.namespace != "" {
		name = k.namespace + "/" + k.name
	}
	item, found, err := w.store.GetByKey(name)
	if err != nil || !found {
		return object{}, false
	}
	return object{item.(*unstructured.Unstructured)}, true
}

func (s *Simulation) watching(kind string) *watch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.watches[kind]
}

// find looks up an object of a kind that is watched.
func (s *Simulation) find(kind, namespace, name string) (object, bool) {
	w := s.watching(kind)
	if w == nil {
		return object{}, false
	}
	return w.get(key{kind, namespace, name})
}

// all returns the objects of a kind that is watched.
func (s *Simulation) all(kind string) (list []object) {
	w := s.watching(kind)
	if w == nil {
		return nil
	}
	for _, item := range w.store.List() {
		list = append(list, object{item.(*unstructured.Unstructured)})
	}
	return list
}

// watch begins to keep the objects of a kind at hand, and to act on them.
func (s *Simulation) watch(ctx context.Context, a *actor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watches[a.kind] != nil {
		return
	}
	ctx, stop := context.WithCancel(ctx)
	informer := dynamicinformer.NewFilteredDynamicInformer(s.client, a.resource, "", 0, cache.Indexers{}, nil).Informer()
	s.watches[a.kind] = &watch{actor: a, store: informer.GetStore(), stop: stop}
	changed := func(item any) {
		if gone, ok := item.(cache.DeletedFinalStateUnknown); ok {
			item = gone.Obj
		}
		if u, ok := item.(*unstructured.Unstructured); ok {
			s.changed(a, object{u})
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc: changed, DeleteFunc: changed,
		UpdateFunc: func(_, item any) { changed(item) },
	}
	if _, err := informer.AddEventHandler(handler); err != nil {
		s.log.Error("simulation: " + err.Error()) // only for an informer that has ended
	}
	go informer.RunWithContext(ctx)
}

// changed has an object looked at, and all that may have waited for it.
func (s *Simulation) changed(a *actor, o object) {
	if a.ready != nil {
		s.queue.Add(key{a.kind, o.GetNamespace(), o.GetName()})
	}
	for _, follower := range actors {
		if follower.followed(a.kind) {
			for _, f := range s.all(follower.kind) {
				s.queue.Add(key{follower.kind, f.GetNamespace(), f.GetName()})
			}
		}
	}
}

// again has everything looked at, because the script has changed.
func (s *Simulation) again() {
	for _, a := range actors {
		for _, o := range s.all(a.kind) {
			s.queue.Add(key{a.kind, o.GetNamespace(), o.GetName()})
		}
	}
}

// watchDefinitions acts on a kind as soon as it is served.
func (s *Simulation) watchDefinitions(ctx context.Context) {
	informer := dynamicinformer.NewFilteredDynamicInformer(s.client, crds.Resource, "", 0, cache.Indexers{}, nil).Informer()
	// The schemas are large and of no use here.
	slim := func(item any) (any, error) {
		if u, ok := item.(*unstructured.Unstructured); ok {
			unstructured.RemoveNestedField(u.Object, "spec", "versions")
			u.SetManagedFields(nil)
		}
		return item, nil
	}
	came := func(item any) {
		if u, ok := item.(*unstructured.Unstructured); ok && crds.Established(u) {
			s.served(ctx, u.GetName())
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc: came, UpdateFunc: func(_, item any) { came(item) },
		DeleteFunc: func(item any) {
			if gone, ok := item.(cache.DeletedFinalStateUnknown); ok {
				item = gone.Obj
			}
			if u, ok := item.(*unstructured.Unstructured); ok {
				s.gone(u.GetName())
			}
		},
	}
	err := informer.SetTransform(slim)
	if err == nil {
		_, err = informer.AddEventHandler(handler)
	}
	if err != nil {
		s.log.Error("simulation: " + err.Error()) // only for an informer that runs already
		return
	}
	go informer.RunWithContext(ctx)
	cache.WaitForCacheSync(ctx.Done(), informer.HasSynced)
}

func (s *Simulation) served(ctx context.Context, definition string) {
	s.mu.Lock()
	before := s.known[definition]
	s.known[definition] = true
	s.mu.Unlock()
	if before {
		return
	}
	for _, a := range actors {
		if a.definition() == definition {
			s.watch(ctx, a)
		}
	}
}

func (s *Simulation) gone(definition string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, definition)
	for kind, w := range s.watches {
		if w.actor.definition() == definition {
			w.stop()
			delete(s.watches, kind)
		}
	}
}

// serves tells whether a definition is served.
func (s *Simulation) serves(definition string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[definition]
}

// has tells whether all definitions of a bundle that are wanted are served.
func (s *Simulation) has(bundle string, wanted func(string) bool) bool {
	list, err := crds.Read(bundle)
	if err != nil {
		return false // told when it is installed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range list {
		if wanted(d.GetName()) && !s.known[d.GetName()] {
			return false
		}
	}
	return true
}
