package hetzner

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// route is one line of the API's table of contents.
type route struct {
	pattern string   // method and path below /v1
	query   []string // parameters it knows
	handle  func(*call) (reply, error)
}

type router struct {
	e      *Emulator
	routes []compiled
	twin   http.Handler
}

// compiled is a route with its path in segments; {x} takes any one segment.
type compiled struct {
	route
	method   string
	segments []string
}

func newRouter(e *Emulator) *router {
	rt := &router{e: e, twin: e.controls()}
	for _, entry := range apiRoutes() {
		method, path, _ := strings.Cut(entry.pattern, " ")
		rt.routes = append(rt.routes, compiled{entry, method, strings.Split(path, "/")[1:]})
	}
	return rt
}

func (rt *router) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_twin/") {
		rt.twin.ServeHTTP(w, r)
		return
	}
	start := time.Now()
	w.Header().Set("X-Correlation-Id", strconv.FormatInt(start.UnixNano(), 36))
	answer, err := rt.answer(w, r)
	if errors.Is(err, errDropped) {
		drop(w)
		return
	}
	var refusal *apiError
	if errors.As(err, &refusal) {
		answer = reply{refusal.status(), refusal.body()}
	} else if err != nil {
		refusal = refuse(hcloud.ErrorCodeServerError, "%v", err)
		answer = reply{refusal.status(), refusal.body()}
	}
	rt.e.log.Info("call", "method", r.Method, "path", r.URL.Path, "status", answer.status, "took", time.Since(start), "error", err)
	write(w, answer)
}

// answer takes one request through every gate: latency, token, rate limit, route, fault script,
// parameters, handler.
func (rt *router) answer(w http.ResponseWriter, r *http.Request) (reply, error) {
	e := rt.e
	e.sleepCall(r.Context())
	token, err := e.authenticate(r)
	if err != nil {
		return fail(err)
	}
	if err := e.limits.take(w.Header(), token, e.now()); err != nil {
		return fail(err)
	}
	entry, err := rt.find(r)
	if err != nil {
		return fail(err)
	}
	c := &call{e: e, r: r, query: r.URL.Query()}
	if err := e.meddle(c, entry); err != nil {
		if c.struckBy(EffectRateLimit) {
			w.Header().Set("RateLimit-Remaining", "0")
		}
		return fail(err)
	}
	for name := range c.query {
		if !slices.Contains(entry.query, name) {
			return fail(invalid(name, "unknown query parameter"))
		}
	}
	if c.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		return fail(refuse(hcloud.ErrorCodeJSONError, "unable to read request body: %v", err))
	}
	if c.struckBy(EffectStallRequest) {
		if err := e.stall(c); err != nil {
			return fail(err)
		}
	}
	answer, err := rt.handle(c, entry, token)
	if err == nil && c.struckBy(EffectStall) {
		err = e.stall(c)
	}
	return answer, err
}

// handle runs the handler under the lock, stores what it changed and starts its actions.
func (rt *router) handle(c *call, entry route, token string) (reply, error) {
	e := rt.e
	e.mu.Lock()
	defer e.mu.Unlock()
	c.p = e.state.project(token)
	answer, err := entry.handle(c)
	if err != nil {
		return fail(err)
	}
	if c.r.Method != http.MethodGet {
		// The answer holds pointers into the store: it is rendered before the lock is let go.
		if err := e.state.save(e.file); err != nil {
			return fail(err)
		}
	}
	if answer.body != nil {
		raw, err := json.Marshal(answer.body)
		if err != nil {
			return fail(err)
		}
		answer.body = json.RawMessage(raw)
	}
	e.launch(c.jobs)
	return answer, c.fault.spoil()
}

// find is the first route in the table that fits the request; it fills in the path values.
// Errors: not_found for an unknown path, method_not_allowed for a known one.
func (rt *router) find(r *http.Request) (route, error) {
	known := false
	if path, below := strings.CutPrefix(r.URL.EscapedPath(), "/v1/"); below {
		given := strings.Split(path, "/")
		for _, entry := range rt.routes {
			values, fits := entry.match(given)
			known = known || fits
			if !fits || entry.method != r.Method {
				continue
			}
			for name, value := range values {
				r.SetPathValue(name, value)
			}
			return entry.route, nil
		}
	}
	if known {
		return route{}, refuse(codeMethodNotAllowed, "method %s is not allowed here", r.Method)
	}
	return route{}, refuse(hcloud.ErrorCodeNotFound, "no such route: %s %s", r.Method, r.URL.Path)
}

func (c compiled) match(given []string) (map[string]string, bool) {
	if len(given) != len(c.segments) {
		return nil, false
	}
	values := map[string]string{}
	for i, want := range c.segments {
		got, err := url.PathUnescape(given[i])
		if err != nil || got == "" {
			return nil, false
		}
		if name, open := strings.CutPrefix(want, "{"); open {
			values[strings.TrimSuffix(name, "}")] = got
		} else if got != want {
			return nil, false
		}
	}
	return values, true
}

// authenticate accepts the twin's tokens only.
func (e *Emulator) authenticate(r *http.Request) (string, error) {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if bearer && len(token) == 64 && strings.HasPrefix(token, "twin") {
		return token, nil
	}
	e.log.Warn("token refused: the twin takes only tokens of 64 characters that begin with \"twin\", never a real one")
	return "", refuse(hcloud.ErrorCodeUnauthorized, "unable to authenticate")
}

func write(w http.ResponseWriter, answer reply) {
	if answer.body == nil {
		w.WriteHeader(answer.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.status)
	// A client that went away is no fault of ours.
	if err := json.NewEncoder(w).Encode(answer.body); err != nil {
		return
	}
}
