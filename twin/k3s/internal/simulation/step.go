package simulation

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// mind is what is remembered of an object that is not ready.
type mind struct {
	uid        string
	generation int64
	begun      time.Time // since when nothing is missing
	announced  bool      // it was said that work is under way
	struck     map[string]*strike
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
			s.mind(k, o).announced = false
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
