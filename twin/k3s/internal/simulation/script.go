package simulation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path"
	"sync"
	"time"
)

const (
	// twinHost is the name by which a server of the twin finds what the twin serves to it.
	twinHost = "artifacts.twin"
	// scriptPeriod is how often the script is asked for.
	scriptPeriod = 500 * time.Millisecond
	// scriptPatience bounds the wait for a first answer.
	scriptPatience = 5 * time.Second
	scriptMax      = 1 << 20
)

// script says how long things take and what goes wrong, as the twin serves it.
type script struct {
	// Delays are how long an object takes once nothing is missing, by kind or by kind/name.
	Delays map[string]string `json:"delays"`
	Faults []fault           `json:"faults"`

	delays map[string]time.Duration
}

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

// twinScript is where a server of a twin finds its script; nothing, outside of a twin.
func twinScript(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, err := net.DefaultResolver.LookupHost(ctx, twinHost); err != nil {
		return ""
	}
	return "http://" + twinHost + "/readiness"
}

// scriptReader follows the script.
type scriptReader struct {
	url string

	mu      sync.Mutex
	text    []byte
	current script
}

// first waits for the script, but not for long: a twin may be older than this server.
func (r *scriptReader) first(ctx context.Context, log *slog.Logger) {
	if r.url == "" {
		return
	}
	for end := time.Now().Add(scriptPatience); ; {
		_, err := r.read(ctx)
		if err == nil {
			return
		}
		if time.Now().After(end) || ctx.Err() != nil {
			log.Warn("readiness script: " + err.Error())
			return
		}
		pause(ctx, scriptPeriod)
	}
}

// follow reads the script again and again, and tells of its changes.
func (r *scriptReader) follow(ctx context.Context, log *slog.Logger, changed func()) {
	last := ""
	for r.url != "" && ctx.Err() == nil {
		pause(ctx, scriptPeriod)
		news, err := r.read(ctx)
		said := ""
		if err != nil {
			said = err.Error()
		}
		if said != last && said != "" && ctx.Err() == nil {
			log.Warn("readiness script: " + said)
		}
		last = said
		if news {
			log.Info("readiness script: it has changed")
			changed()
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// read takes over the script, and tells whether it is another one. What cannot be read leaves the last one in force.
func (r *scriptReader) read(ctx context.Context) (news bool, err error) {
	text, err := fetch(ctx, r.url)
	if err != nil {
		return false, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if bytes.Equal(text, r.text) {
		return false, nil
	}
	parsed, err := parse(text)
	if err != nil {
		return false, err
	}
	r.text, r.current = text, parsed
	return true, nil
}

func fetch(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // only read from
	switch answer.StatusCode {
	case http.StatusOK:
		return io.ReadAll(io.LimitReader(answer.Body, scriptMax))
	case http.StatusNotFound:
		return []byte("{}"), nil
	default:
		return nil, fmt.Errorf("%s: got %s", url, answer.Status)
	}
}

func parse(text []byte) (script, error) {
	s := script{delays: map[string]time.Duration{}}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return s, err
	}
	var errs []error
	for what, text := range s.Delays {
		d, err := time.ParseDuration(text)
		s.delays[what] = d
		errs = append(errs, err)
	}
	for _, f := range s.Faults {
		if f.Effect != never && f.Effect != heals {
			errs = append(errs, fmt.Errorf("effect: got %q, want %s or %s", f.Effect, never, heals))
		}
	}
	return s, errors.Join(errs...)
}

// delay is how long an object takes.
func (r *scriptReader) delay(kind, name string) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d, ok := r.current.delays[kind+"/"+name]; ok {
		return d
	}
	return r.current.delays[kind]
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
