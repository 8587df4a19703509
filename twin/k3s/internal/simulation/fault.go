package simulation

import (
	"encoding/json"
	"path"
	"time"
)

// fault keeps objects from being ready.
type fault struct {
	Kind      string `json:"kind,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	Effect    string `json:"effect"`
	Status    string `json:"status,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Message   string `json:"message,omitempty"`
	Seconds   int    `json:"seconds,omitempty"`
	Attempts  int    `json:"attempts,omitempty"`
}

// The effects of a fault.
const (
	never = "never"
	heals = "heals"
)

// strike is what one fault has done to an object so far.
type strike struct {
	until time.Time // the end of its time, and then of the last attempt
	count int       // of attempts
}

// never is the fault that keeps an object from ever being ready, if there is one.
func (r *scriptReader) never(kind string, o object) *fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, f := range r.current.Faults {
		if f.Effect == never && f.fits(kind, o) {
			return &r.current.Faults[i]
		}
	}
	return nil
}

// fault is what keeps an object from being ready for now, and for how long: until the script changes, if negative.
func (r *scriptReader) fault(a *actor, o object, m *mind) (*trouble, time.Duration) {
	if f := r.never(a.kind, o); f != nil {
		return f.trouble(a, o), -1
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.current.Faults {
		f := &r.current.Faults[i]
		if f.Effect != heals || !f.fits(a.kind, o) {
			continue
		}
		if left := f.left(m); left >= 0 {
			return f.trouble(a, o), left
		}
	}
	return nil, 0
}

// left counts what a fault does to an object, and says when to look again; negative once it is healed.
func (f *fault) left(m *mind) time.Duration {
	text, err := json.Marshal(f)
	if err != nil {
		return -1 // a struct of strings and numbers always marshals
	}
	s := m.struck[string(text)]
	if s == nil {
		s = &strike{until: time.Now().Add(time.Duration(f.Seconds) * time.Second)}
		m.struck[string(text)] = s
	}
	if left := time.Until(s.until); left > 0 {
		return left
	}
	if s.count < f.Attempts {
		s.count++
		s.until = time.Now().Add(attemptPause)
		return attemptPause
	}
	return -1
}

// attemptPause is how long after a failed attempt the next one is made.
const attemptPause = time.Second

func (f *fault) fits(kind string, o object) bool {
	for _, one := range [][2]string{{f.Kind, kind}, {f.Namespace, o.GetNamespace()}, {f.Name, o.GetName()}} {
		if fits, err := path.Match(one[0], one[1]); one[0] != "" && (err != nil || !fits) {
			return false
		}
	}
	return true
}

func (f *fault) trouble(a *actor, o object) *trouble {
	t := &trouble{status: f.Status, reason: f.Reason, message: f.Message, said: true}
	if t.status == "" {
		t.status = "False"
	}
	if t.reason == "" {
		t.reason = a.failure(o)
	}
	if t.message == "" {
		t.message = "the readiness script says so"
	}
	return t
}
