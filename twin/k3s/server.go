package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/lvs-cloud/lvs-cloud/twin/k3s/crds"
	"github.com/lvs-cloud/lvs-cloud/twin/k3s/internal/simulation"
)

const (
	// nodePeriod is how often a refused node asks again.
	nodePeriod = 5 * time.Second
	// stopTimeout bounds the API server's farewell to its clients.
	stopTimeout = 10 * time.Second
)

// serverCommand is `k3s server`.
func serverCommand(ctx context.Context, version string, broken bool, args []string) error {
	flags, err := parseFlags(args)
	if err != nil {
		return err
	}
	c, err := newConfig(version, flags)
	if err != nil {
		return err
	}
	log := c.newLog()
	if err := c.complete(); err != nil {
		return err
	}
	log.Info("Starting k3s " + version + " (twin: the node is simulated, no containers run)")
	if broken {
		return c.ruin()
	}
	announce, err := holdNotifications()
	if err != nil {
		return err
	}
	s := &server{config: c, log: log, announce: announce}
	return s.run(ctx)
}

// ruin is what a release does that fails half-way through a change of its data: the datastore is lost, and the server
// never gets ready.
func (c *config) ruin() error {
	err := errors.New("this release is marked as broken: it has ruined the datastore and ends")
	return errors.Join(err, os.RemoveAll(c.paths.server("db", "etcd")))
}

// server is a running cluster of one node.
type server struct {
	config   *config
	log      *slog.Logger
	announce func() error // tells systemd that the server is ready
	kubelet  *kubelet
	rest     *rest.Config
	client   kubernetes.Interface
}

// run serves until ctx ends, and then stops in the order that loses nothing.
func (s *server) run(ctx context.Context) error {
	token, err := s.prepare(ctx)
	if err != nil {
		return err
	}
	if s.config.clusterReset {
		return s.config.resetCluster(ctx, s.log, token)
	}
	if err := s.config.prepareDatastore(ctx, token); err != nil {
		return err
	}
	store, err := s.config.startEtcd(ctx, nil)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := s.config.reconcileBootstrap(ctx, store.client, token); err != nil {
		return fmt.Errorf("preparing server: %w", err)
	}
	if err := s.config.writeTokens(token); err != nil {
		return err
	}
	apiCtx, stopAPI := context.WithCancel(context.WithoutCancel(ctx))
	defer stopAPI()
	completed, err := s.config.newAPIServer(apiCtx)
	if err != nil {
		return err
	}
	ended := startAPIServer(apiCtx, completed)
	err = s.serve(ctx, ended, store)
	stopAPI()
	select {
	case cause := <-ended:
		s.log.Debug("kube-apiserver has stopped", "cause", cause)
	case <-time.After(stopTimeout):
		s.log.Warn("kube-apiserver still has clients; closing the datastore")
	}
	return err
}

// prepare checks everything that needs no running part.
func (s *server) prepare(ctx context.Context) (token string, err error) {
	c := s.config
	if err := c.paths.create(); err != nil {
		return "", err
	}
	if s.kubelet, err = c.newKubelet(); err != nil {
		return "", err
	}
	if c.kernelDefaults {
		if err := checkKernel(); err != nil {
			return "", err
		}
	}
	if err := c.checkRegistries(); err != nil {
		return "", err
	}
	if err := errors.Join(c.checkManifests(), crds.Check()); err != nil {
		return "", err
	}
	return c.resolveToken(ctx, s.log)
}

// prepareDatastore makes sure of the credentials that etcd and the API server start with.
func (c *config) prepareDatastore(ctx context.Context, token string) error {
	if c.paths.hasDatastore() {
		if err := c.recoverBootstrap(ctx, token); err != nil {
			return fmt.Errorf("preparing server: %w", err)
		}
	} else if !c.clusterInit {
		return notImplemented("SQLite, the datastore that k3s makes without --cluster-init")
	}
	return c.ensureCredentials(time.Now())
}

// serve brings up everything that stands on the API server.
func (s *server) serve(ctx context.Context, ended <-chan error, store *datastore) error {
	admin, err := s.config.adminKubeconfig()
	if err != nil {
		return err
	}
	if s.rest, err = clientConfig(admin); err != nil {
		return err
	}
	if s.client, err = kubernetes.NewForConfig(s.rest); err != nil {
		return err
	}
	if err := awaitReady(ctx, s.client, ended); err != nil {
		return stopped(ctx, err)
	}
	if err := s.config.writeKubeconfig(admin); err != nil {
		return err
	}
	work, stop := context.WithCancel(ctx)
	defer stop()
	if err := startControllers(work, s.rest, s.config.paths); err != nil {
		return err
	}
	if err := s.startSimulation(work); err != nil {
		return stopped(ctx, err)
	}
	go s.config.keepSnapshots(work, s.log)
	// As k3s does it: systemd hears of the server, and nobody of the node yet.
	if err := s.announce(); err != nil {
		return err
	}
	s.log.Info("k3s is up and running")
	node, err := s.join(ctx, ended)
	if err != nil {
		return stopped(ctx, err)
	}
	go node.live(work)
	select {
	case <-ctx.Done():
		return nil
	case err := <-ended:
		return err
	case err := <-store.server.Err():
		return fmt.Errorf("etcd: %w", err)
	}
}

// startSimulation brings k3s' own definitions, and then whatever stands in for the controllers that would run on the node.
func (s *server) startSimulation(ctx context.Context) error {
	options := simulation.Options{Config: s.rest, Log: s.log, Script: s.config.readiness}
	if !s.config.helmDisabled {
		client, err := dynamic.NewForConfig(s.rest)
		if err != nil {
			return err
		}
		if err := crds.Install(ctx, client, crds.K3s, "k3s", crds.All); err != nil {
			return err
		}
		options.Traefik = !slices.Contains(s.config.disabled, "traefik")
	}
	return simulation.Start(ctx, options)
}

// stopped drops the error of a step that was cut short by an orderly stop.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// join lets the node in. A node with the wrong password asks on until it is let in or the
// server stops.
func (s *server) join(ctx context.Context, ended <-chan error) (*simulatedNode, error) {
	node := &simulatedNode{config: s.config, kubelet: s.kubelet, client: s.client, log: s.log}
	for {
		err := ensureNodePassword(ctx, s.client, s.config.nodeName, s.config.paths.nodePassword())
		if err == nil {
			break
		}
		if !errors.Is(err, errPasswordMismatch) {
			return nil, err
		}
		s.log.Info("Waiting to retrieve agent configuration; server is not ready: " + err.Error())
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case err := <-ended:
			return nil, err
		case <-time.After(nodePeriod):
		}
	}
	return node, node.register(ctx)
}
