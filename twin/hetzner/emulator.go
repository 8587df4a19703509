// Package hetzner emulates the Hetzner Cloud API on loopback, well enough that Hetzner's own
// clients cannot tell the difference in what the cloud program and its operator do: the same
// schemas, ids, pages, labels, actions, protections, refusals, prices and rate limit. What lies
// behind the API is Hardware; without any, the API alone is served. It refuses tokens that are
// not made for the twin, so a real one is never accepted by mistake.
package hetzner

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Options configure an Emulator. All are optional.
type Options struct {
	// StateFile keeps the state across restarts.
	// Default: none, in memory only.
	StateFile string
	// Hardware is what the servers, volumes and addresses are made of.
	// Default: Nop.
	Hardware Hardware
	// IPv4Pool is where primary IPv4 addresses come from.
	// Default: 127.64.1.0/24.
	IPv4Pool netip.Prefix
	// Log receives one line per call and one per action.
	// Default: discarded.
	Log *slog.Logger
	// Latency makes calls and actions take time.
	// Default: None.
	Latency Profile
	// Faults is the fault script.
	Faults []Fault
}

// Emulator serves the API; it is an http.Handler.
type Emulator struct {
	file     string
	hw       Hardware
	pool     netip.Prefix
	log      *slog.Logger
	routes   *router
	catalog  *catalog
	limits   limiter
	ctx      context.Context // ends when workers must give up
	cancel   context.CancelFunc
	workers  sync.WaitGroup
	now      func() time.Time
	stopped  chan struct{} // closed by Close
	closing  sync.Once
	wiring   sync.Mutex // orders firewall and address updates to the hardware
	mu       sync.Mutex // guards all below
	state    *state
	latency  Profile
	faults   []*armedFault
	calls    map[string]int // by route
	interval time.Duration  // of the power monitor
}

const (
	closeGrace      = 30 * time.Second
	monitorInterval = 300 * time.Millisecond
)

// New loads the state and starts the emulator.
// Errors: an unreadable state file, a fault that makes no sense.
func New(opts Options) (*Emulator, error) {
	armed, err := arm(opts.Faults)
	if err != nil {
		return nil, fmt.Errorf("hetzner emulator: %w", err)
	}
	e := &Emulator{
		file: opts.StateFile, hw: opts.Hardware, pool: opts.IPv4Pool, log: opts.Log,
		latency: opts.Latency, faults: armed, now: time.Now, catalog: newCatalog(),
		calls: map[string]int{}, stopped: make(chan struct{}),
		interval: monitorInterval,
	}
	if e.hw == nil {
		e.hw = &Nop{}
	}
	if !e.pool.IsValid() {
		e.pool = netip.MustParsePrefix("127.64.1.0/24")
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.state, err = load(e.file, e.now()); err != nil {
		return nil, fmt.Errorf("hetzner emulator: %w", err)
	}
	e.routes = newRouter(e)
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.workers.Go(e.monitorPower)
	return e, nil
}

// Close waits for running actions, at most half a minute, and writes the state.
// Errors: the state could not be written.
func (e *Emulator) Close() error {
	e.closing.Do(func() { close(e.stopped) })
	timer := time.AfterFunc(closeGrace, e.cancel)
	e.workers.Wait()
	timer.Stop()
	e.cancel()
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.state.save(e.file)
}

// ServeHTTP answers the API below /v1 and the twin's own controls below /_twin.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.routes.serve(w, r)
}
