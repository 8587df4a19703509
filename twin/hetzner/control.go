package hetzner

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
)

// controls are the twin's own endpoints, outside Hetzner's API and without a token: what exists,
// what was called, and which faults and delays are in force.
func (e *Emulator) controls() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_twin/inventory", e.control(func([]byte) (any, error) { return e.state, nil }))
	mux.HandleFunc("GET /_twin/calls", e.control(func([]byte) (any, error) { return maps.Clone(e.calls), nil }))
	mux.HandleFunc("DELETE /_twin/calls", e.control(func([]byte) (any, error) {
		clear(e.calls)
		return e.calls, nil
	}))
	mux.HandleFunc("GET /_twin/faults", e.control(func([]byte) (any, error) { return e.faults, nil }))
	mux.HandleFunc("PUT /_twin/faults", e.control(e.setFaults))
	mux.HandleFunc("DELETE /_twin/faults", e.control(func([]byte) (any, error) { return e.setFaults([]byte("[]")) }))
	mux.HandleFunc("GET /_twin/profile", e.control(func([]byte) (any, error) { return profileName{e.latency.Name}, nil }))
	mux.HandleFunc("PUT /_twin/profile", e.control(e.setProfile))
	return mux
}

type profileName struct {
	Name string `json:"name"`
}

func (e *Emulator) setFaults(body []byte) (any, error) {
	var script []Fault
	if err := decodeStrict(body, &script); err != nil {
		return nil, err
	}
	armed, err := arm(script)
	if err != nil {
		return nil, err
	}
	for _, f := range e.faults {
		close(f.lifted)
	}
	e.faults = armed
	return e.faults, nil
}

func (e *Emulator) setProfile(body []byte) (any, error) {
	var wanted profileName
	if err := decodeStrict(body, &wanted); err != nil {
		return nil, err
	}
	profile, err := ProfileNamed(wanted.Name)
	if err != nil {
		return nil, err
	}
	e.latency = profile
	return wanted, nil
}

// control wraps a function of the body, run under the lock, as an endpoint.
func (e *Emulator) control(act func(body []byte) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		var raw []byte
		if err == nil {
			raw, err = e.locked(act, body)
		}
		if err != nil {
			var refusal *apiError
			if !errors.As(err, &refusal) {
				refusal = refuse("invalid_input", "%v", err)
			}
			write(w, reply{refusal.status(), refusal.body()})
			return
		}
		write(w, reply{http.StatusOK, json.RawMessage(raw)})
	}
}

// locked runs act and renders its result before the lock is let go.
func (e *Emulator) locked(act func(body []byte) (any, error), body []byte) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	result, err := act(body)
	if err != nil {
		return nil, err
	}
	return json.Marshal(result)
}
