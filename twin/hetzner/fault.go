package hetzner

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

// Effect is what a fault does.
type Effect string

// The effects of a fault.
const (
	EffectRateLimit    Effect = "rate_limit"    // 429 rate_limit_exceeded
	EffectServerError  Effect = "server_error"  // Status, default 503
	EffectFailAction   Effect = "fail_action"   // the call succeeds, its first action ends in error
	EffectSoldOut      Effect = "sold_out"      // ServerType is unavailable in Location, or everywhere
	EffectDropRequest  Effect = "drop_request"  // the connection ends, nothing was done
	EffectDropResponse Effect = "drop_response" // the connection ends, the call was carried out
	EffectStallRequest Effect = "stall_request" // held back before it is carried out, until the script is replaced
	EffectStall        Effect = "stall"         // carried out, and the answer held back as long
)

// Fault is one line of the fault script: which calls, and what happens to them.
type Fault struct {
	// Method of the calls. Default: any.
	Method string `json:"method,omitempty"`
	// Path below /v1, * stands for one segment: /servers/*/actions/poweron. Default: any.
	Path string `json:"path,omitempty"`
	// Nth call that fits, counted from 1. Default: every call, unless Every is set.
	Nth int `json:"nth,omitempty"`
	// Every nth call that fits.
	Every int `json:"every,omitempty"`
	// Effect on these calls. Required. A sold out type is refused and shown as unavailable for
	// as long as the fault is set, whatever the call.
	Effect Effect `json:"effect"`
	// Status of EffectServerError: 500, 502, 503 or 504. Default: 503.
	Status int `json:"status,omitempty"`
	// Late is for EffectServerError: the call is carried out before it is answered with the error.
	Late bool `json:"late,omitempty"`
	// Code and Message of EffectFailAction. Default: action_failed.
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	// ServerType of EffectSoldOut, by name.
	ServerType string `json:"server_type,omitempty"`
	// Location of EffectSoldOut, by name. Default: all.
	Location string `json:"location,omitempty"`
}

// armedFault is a fault with its count of fitting calls.
type armedFault struct {
	Fault
	Seen    int           `json:"seen"`
	Stalled int           `json:"stalled"` // calls held back now
	lifted  chan struct{} // closed when the script is replaced
}

var errDropped = errors.New("connection dropped by the fault script")

// arm checks a script.
// Errors: an unknown effect, a malformed pattern, a status that has no code.
func arm(script []Fault) ([]*armedFault, error) {
	armed := []*armedFault{}
	for i, f := range script {
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("fault %d: %w", i, err)
		}
		armed = append(armed, &armedFault{Fault: f, lifted: make(chan struct{})})
	}
	return armed, nil
}

func (f Fault) check() error {
	switch f.Effect {
	case EffectRateLimit, EffectFailAction, EffectDropRequest, EffectDropResponse, EffectStallRequest, EffectStall:
	case EffectServerError:
		if !slices.Contains([]int{0, 500, 502, 503, 504}, f.Status) {
			return fmt.Errorf("status: got %d, want 500, 502, 503 or 504", f.Status)
		}
	case EffectSoldOut:
		if f.ServerType == "" {
			return errors.New("server_type: got nothing, want the name of the sold out type")
		}
	default:
		return fmt.Errorf("effect: got %q, which is unknown", f.Effect)
	}
	if _, err := path.Match(f.Path, "/"); err != nil {
		return fmt.Errorf("path: %w", err)
	}
	if f.Late && f.Effect != EffectServerError {
		return fmt.Errorf("late: got it with %s, want it with %s only", f.Effect, EffectServerError)
	}
	if f.Nth < 0 || f.Every < 0 || (f.Nth > 0 && f.Every > 0) {
		return fmt.Errorf("nth and every: got %d and %d, want at most one of them", f.Nth, f.Every)
	}
	return nil
}

// strikes counts the call and reports whether the fault hits it.
func (f *armedFault) strikes(r *http.Request) bool {
	if f.Method != "" && !strings.EqualFold(f.Method, r.Method) {
		return false
	}
	if f.Path != "" {
		if fits, err := path.Match(f.Path, strings.TrimPrefix(r.URL.Path, "/v1")); err != nil || !fits {
			return false
		}
	}
	f.Seen++
	switch {
	case f.Nth > 0:
		return f.Seen == f.Nth
	case f.Every > 0:
		return f.Seen%f.Every == 0
	default:
		return true
	}
}

func (f *armedFault) actionError() *schema.ActionError {
	failure := &schema.ActionError{Code: "action_failed", Message: "Action failed"}
	if f.Code != "" {
		failure.Code = f.Code
	}
	if f.Message != "" {
		failure.Message = f.Message
	}
	return failure
}

// meddle counts the call and lets the fault script at it. Every fault counts, the first to
// strike decides.
func (e *Emulator) meddle(c *call, entry route) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls[entry.pattern]++
	for _, f := range e.faults {
		if f.Effect != EffectSoldOut && f.strikes(c.r) && c.fault == nil {
			c.fault = f
		}
	}
	if c.fault == nil {
		return nil
	}
	e.log.Info("fault", "effect", c.fault.Effect, "method", c.r.Method, "path", c.r.URL.Path)
	switch c.fault.Effect {
	case EffectRateLimit:
		return refuse(hcloud.ErrorCodeRateLimitExceeded, "limit of %d requests per hour reached", rateLimit)
	case EffectServerError:
		if !c.fault.Late {
			return c.fault.serverError()
		}
	case EffectDropRequest:
		return errDropped
	}
	return nil
}

// spoil is what becomes of the answer to a call that was carried out.
func (f *armedFault) spoil() error {
	switch {
	case f == nil:
		return nil
	case f.Effect == EffectDropResponse:
		return errDropped
	case f.Effect == EffectServerError && f.Late:
		return f.serverError()
	default:
		return nil
	}
}

// stall holds a call back until the fault is lifted, its client goes away or the emulator ends.
// The body has been read by then: the server notices a closed connection only after that.
// Errors: the call is never to be answered.
func (e *Emulator) stall(c *call) error {
	hold := func(n int) {
		e.mu.Lock()
		defer e.mu.Unlock()
		c.fault.Stalled += n
	}
	hold(1)
	defer hold(-1)
	select {
	case <-c.fault.lifted:
		return nil
	case <-c.r.Context().Done():
	case <-e.stopped:
	}
	return errDropped
}

// struckBy reports whether the fault with that effect decides the fate of the call.
func (c *call) struckBy(effect Effect) bool { return c.fault != nil && c.fault.Effect == effect }

func (f *armedFault) serverError() error {
	switch f.Status {
	case http.StatusInternalServerError:
		return refuse(hcloud.ErrorCodeServerError, "internal server error")
	case http.StatusBadGateway:
		return refuse(hcloud.ErrorCodeBadGateway, "bad gateway")
	case http.StatusGatewayTimeout:
		return refuse(hcloud.ErrorCodeTimeout, "gateway timeout")
	default:
		return refuse(hcloud.ErrorCodeMaintenance, "service is temporarily unavailable")
	}
}

// soldOut reports whether the fault script has sold out that type there.
func (e *Emulator) soldOut(serverType, location string) bool {
	for _, f := range e.faults {
		if f.Effect == EffectSoldOut && f.ServerType == serverType && (f.Location == "" || f.Location == location) {
			return true
		}
	}
	return false
}

// drop ends the connection without an answer.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		w.WriteHeader(http.StatusBadGateway) // a connection that cannot be taken over, HTTP/2 for one
		return
	}
	if err := conn.Close(); err != nil {
		return
	}
}
