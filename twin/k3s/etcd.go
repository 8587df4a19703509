package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"go.uber.org/zap"
)

// datastore is an etcd server in this process, and a client of it that needs no network.
type datastore struct {
	server *embed.Etcd
	client *clientv3.Client
	level  zap.AtomicLevel
}

// Close stops the server cleanly; a closed datastore needs no recovery at the next start.
func (d *datastore) Close() {
	d.level.SetLevel(zap.FatalLevel) // it takes its own closed listeners for errors
	d.server.Close()
}

// etcd is the folder of the datastore.
func (p paths) etcd() string { return p.server("db", "etcd") }

// hasDatastore says whether an earlier start made a datastore.
func (p paths) hasDatastore() bool {
	_, err := os.Stat(filepath.Join(p.etcd(), "member"))
	return err == nil
}

// peerURL is the address by which the member is known; it cannot change without a cluster reset.
func (c *config) peerURL() url.URL { return etcdURL("https", c.nodeIPs[0].String(), c.ports.etcdPeer) }

func etcdURL(scheme, host string, port int) url.URL {
	return url.URL{Scheme: scheme, Host: host + ":" + strconv.Itoa(port)}
}

// etcdConfig is what k3s configures: loopback and the node's address, with TLS on both.
func (c *config) etcdConfig() (*embed.Config, error) {
	name, err := c.memberName()
	if err != nil {
		return nil, err
	}
	hosts := slices.Compact([]string{"127.0.0.1", c.nodeIPs[0].String()})
	e, err := quietEtcd(c.paths.etcd(), name, c.etcdArgs)
	if err != nil {
		return nil, err
	}
	e.ListenClientUrls, e.ListenPeerUrls = nil, nil
	for _, host := range hosts {
		e.ListenClientUrls = append(e.ListenClientUrls, etcdURL("https", host, c.ports.etcdClient))
		e.ListenPeerUrls = append(e.ListenPeerUrls, etcdURL("https", host, c.ports.etcdPeer))
	}
	e.AdvertiseClientUrls = []url.URL{etcdURL("https", c.nodeIPs[0].String(), c.ports.etcdClient)}
	e.AdvertisePeerUrls = []url.URL{c.peerURL()}
	e.InitialCluster = name + "=" + e.AdvertisePeerUrls[0].String()
	e.ListenMetricsUrls = []url.URL{etcdURL("http", "127.0.0.1", c.ports.etcdTelemetry)}
	if c.exposeMetrics && len(hosts) > 1 {
		e.ListenMetricsUrls = append(e.ListenMetricsUrls, etcdURL("http", hosts[1], c.ports.etcdTelemetry))
	}
	e.ClientTLSInfo = c.etcdTLS("server-client", "server-ca")
	e.PeerTLSInfo = c.etcdTLS("peer-server-client", "peer-ca")
	return e, nil
}

func (c *config) etcdTLS(pair, authority string) transport.TLSInfo {
	return transport.TLSInfo{
		CertFile:       c.paths.tls("etcd", pair+".crt"),
		KeyFile:        c.paths.tls("etcd", pair+".key"),
		TrustedCAFile:  c.paths.tls("etcd", authority+".crt"),
		ClientCertAuth: true,
	}
}

// quietEtcd is a configuration that logs errors only and elects itself without delay, as a
// single member waits for nobody. Over that it sets etcd's own flags, given as name=value.
func quietEtcd(dir, name string, args []string) (*embed.Config, error) {
	e := embed.NewConfig()
	flags := flag.NewFlagSet("etcd", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	e.AddFlags(flags) // resets what it declares, so it comes first
	e.LogLevel = "error"
	e.TickMs, e.ElectionMs = 50, 500
	for _, arg := range args {
		name, value, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if strings.HasSuffix(name, "-urls") || strings.HasSuffix(name, "-file") {
			return nil, notImplemented("--etcd-arg=" + name)
		}
		if err := flags.Set(name, value); err != nil {
			return nil, fmt.Errorf("--etcd-arg %s: %w", name, err)
		}
	}
	e.Dir, e.Name = dir, name
	return e, nil
}

// memberName is the node's name with a suffix that stays with the data.
func (c *config) memberName() (string, error) {
	path := filepath.Join(c.paths.etcd(), "name")
	data, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(data)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("etcd: %w", err)
	}
	suffix := make([]byte, 4)
	if _, err := rand.Read(suffix); err != nil {
		return "", fmt.Errorf("etcd: %w", err)
	}
	name := c.nodeName + "-" + hex.EncodeToString(suffix)
	return name, writeFile(path, []byte(name), 0o600)
}

// startEtcd serves the datastore, and refuses one that belongs to a member of another address.
func (c *config) startEtcd(ctx context.Context, adjust func(*embed.Config)) (*datastore, error) {
	e, err := c.etcdConfig()
	if err != nil {
		return nil, err
	}
	if adjust != nil {
		adjust(e)
	}
	d, err := start(ctx, e)
	if err != nil {
		return nil, err
	}
	if e.ForceNewCluster {
		return d, nil
	}
	want := c.peerURL()
	var found []string
	for _, member := range d.server.Server.Cluster().Members() {
		found = append(found, member.Name+"="+strings.Join(member.PeerURLs, ","))
		if slices.Contains(member.PeerURLs, want.String()) {
			return d, nil
		}
	}
	d.Close()
	return nil, fmt.Errorf("etcd: this server is not a member of the etcd cluster. Found %v, expect: %s=%s",
		found, e.Name, want.String())
}

// startPrivateEtcd opens an existing datastore for this process alone: on loopback, on ports
// that nobody is told.
func startPrivateEtcd(ctx context.Context, dir string) (*datastore, error) {
	e, err := quietEtcd(dir, "private", nil)
	if err != nil {
		return nil, err
	}
	anywhere := []url.URL{etcdURL("http", "127.0.0.1", 0)}
	e.ListenClientUrls, e.AdvertiseClientUrls = anywhere, anywhere
	e.ListenPeerUrls, e.AdvertisePeerUrls = anywhere, anywhere
	e.InitialCluster = "private=" + anywhere[0].String()
	return start(ctx, e)
}

// start runs etcd until it answers.
func start(ctx context.Context, e *embed.Config) (*datastore, error) {
	logging := zap.NewProductionConfig()
	logging.DisableStacktrace = true
	if err := logging.Level.UnmarshalText([]byte(e.LogLevel)); err != nil {
		return nil, fmt.Errorf("--etcd-arg log-level: %w", err)
	}
	log, err := logging.Build()
	if err != nil {
		return nil, fmt.Errorf("etcd: %w", err)
	}
	e.ZapLoggerBuilder = embed.NewZapLoggerBuilder(log)
	server, err := embed.StartEtcd(e)
	if err != nil {
		return nil, fmt.Errorf("etcd: %w", err)
	}
	d := &datastore{server: server, client: v3client.New(server.Server), level: logging.Level}
	select {
	case <-server.Server.ReadyNotify():
		return d, nil
	case err = <-server.Err():
	case <-server.Server.StopNotify():
		err = errors.New("stopped while it started")
	case <-ctx.Done():
		err = ctx.Err()
	}
	d.Close()
	return nil, fmt.Errorf("etcd: %w", err)
}
