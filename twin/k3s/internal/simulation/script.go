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
