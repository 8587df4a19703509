package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lvs-cloud/lvs-cloud/twin/hetzner"
	"github.com/lvs-cloud/lvs-cloud/twin/host"
	"github.com/lvs-cloud/lvs-cloud/twin/readiness"
)

// serveOptions are the flags of the daemon; up has them too and hands them on.
type serveOptions struct {
	k3s      string
	versions []string
	latency  string
	faults   string
	ready    string
	noHosts  bool
}

func (o *serveOptions) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.k3s, "k3s", "", "binary of the k3s stand-in (default k3s in the tools folder)")
	f.StringSliceVar(&o.versions, "k3s-versions", []string{"v1.35.8+k3s1", "v1.36.4+k3s1", "v1.36.5+k3s1", "v1.37.1+k3s1"},
		"k3s releases that servers can download; with the ending =broken, one that never gets ready")
	f.StringVar(&o.latency, "latency", "none", "how long API calls take: none or hetzner-like")
	f.StringVar(&o.faults, "faults", "", "JSON file with the fault script of the API")
	f.StringVar(&o.ready, "readiness", "none", "how long things take in the cluster: none or realistic; see twin readiness")
	f.BoolVar(&o.noHosts, "no-hosts", false, "serve Hetzner's API alone: servers and volumes are entries in its store, with nothing behind them; "+
		"what happens on a server is then not rehearsed at all")
}

// args are the flags again, for the daemon that up starts.
func (o *serveOptions) args() []string {
	out := []string{"--latency", o.latency, "--k3s", o.k3s, "--faults", o.faults, "--readiness", o.ready}
	for _, v := range o.versions {
		out = append(out, "--k3s-versions", v)
	}
	if o.noHosts {
		out = append(out, "--no-hosts")
	}
	return out
}

// complete makes the paths absolute, and refuses a profile that there is not.
func (o *serveOptions) complete(t *twin) (err error) {
	if _, err := hetzner.ProfileNamed(o.latency); err != nil {
		return fmt.Errorf("--latency: %w", err)
	}
	if _, err := readiness.ProfileNamed(o.ready); err != nil {
		return fmt.Errorf("--readiness: %w", err)
	}
	if o.k3s == "" {
		o.k3s = filepath.Join(t.tools, "k3s")
	}
	if o.k3s, err = filepath.Abs(o.k3s); err == nil && o.faults != "" {
		o.faults, err = filepath.Abs(o.faults)
	}
	return err
}

func serveCommand(t *twin) *cobra.Command {
	o := &serveOptions{}
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the twin's daemon in the foreground; servers outlive it", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(t); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return serve(ctx, t, o)
		},
	}
	o.bind(cmd)
	return cmd
}

// serve runs until ctx ends.
func serve(ctx context.Context, t *twin, o *serveOptions) error {
	if err := errors.Join(o.checkMachine(), t.agrees(o.noHosts)); err != nil {
		return err
	}
	s, err := t.claim(o.noHosts)
	if err != nil {
		return err
	}
	if err := errors.Join(t.lock(), joinCgroup(t)); err != nil {
		return err
	}
	if err := t.startReadiness(o.ready); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	emulator, err := open(ctx, t, s, o, log)
	if err != nil {
		return err
	}
	defer func() {
		if err := emulator.Close(); err != nil {
			log.Error("emulator", "cause", err)
		}
	}()
	l, err := net.Listen("tcp4", s.api())
	if err != nil {
		return fmt.Errorf("%w; another twin may have taken the address: see twin list in other checkouts", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_daemon/status", status(t, s))
	mux.HandleFunc("GET /_twin/readiness", t.serveReadiness)
	mux.HandleFunc("PUT /_twin/readiness", t.serveReadiness)
	mux.Handle("/", emulator)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	log.Info("twin serves", "name", t.name, "hosts", !o.noHosts, "api", s.endpoint(), "state", t.state())
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		limited, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		return server.Shutdown(limited)
	}
}

// open makes the hardware and the API on top of it, as the state folder has them.
func open(ctx context.Context, t *twin, s settings, o *serveOptions, log *slog.Logger) (*hetzner.Emulator, error) {
	hardware, err := openHardware(ctx, t, o, log)
	if err != nil {
		return nil, err
	}
	options := hetzner.Options{
		StateFile: t.state("state.json"), Hardware: hardware, Log: log,
		IPv4Pool: netip.PrefixFrom(netip.AddrFrom4([4]byte{127, byte(s.Slot), 1, 0}), 24),
	}
	if options.Latency, err = hetzner.ProfileNamed(o.latency); err != nil {
		return nil, fmt.Errorf("--latency: %w", err)
	}
	if o.faults != "" {
		b, err := os.ReadFile(o.faults)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(b, &options.Faults); err != nil {
			return nil, fmt.Errorf("%s: %w", o.faults, err)
		}
	}
	return hetzner.New(options)
}

// openHardware makes what stands behind the API: hosts, or nothing.
func openHardware(ctx context.Context, t *twin, o *serveOptions, log *slog.Logger) (hetzner.Hardware, error) {
	if o.noHosts {
		return &hetzner.Nop{}, nil
	}
	image, err := host.EnsureImage(ctx, filepath.Join(t.home, "cache"), os.Stderr)
	if err != nil {
		return nil, err
	}
	table := host.ArtifactTable{K3s: o.k3s, Versions: o.versions}
	if err := host.WriteArtifactTable(t.state("artifacts.json"), table); err != nil {
		return nil, err
	}
	return host.New(host.Options{Dir: t.state(), Image: image, Log: log})
}

// checkMachine tells what keeps the twin from running here. Without hosts it needs root only for the cgroup by which
// `twin down` finds it.
func (o *serveOptions) checkMachine() error {
	if !o.noHosts {
		return host.Check()
	}
	if os.Geteuid() != 0 {
		return errors.New("the twin keeps its processes in a cgroup of its own: run it as root, for instance with sudo")
	}
	return nil
}

// joinCgroup puts the daemon where twin down finds it, even after it is orphaned.
func joinCgroup(t *twin) error {
	cg, err := host.TwinCgroup(t.state())
	if err != nil {
		return err
	}
	own := cg.Sub("daemon")
	if err := own.Make(); err != nil {
		return err
	}
	return own.Join(os.Getpid())
}

// status answers whoever waits for the daemon.
func status(t *twin, s settings) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(map[string]any{"name": t.name, "state": t.state(), "api": s.endpoint()}); err != nil {
			return // the client went away
		}
	}
}
