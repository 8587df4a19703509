package main

import (
	"errors"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/robfig/cron/v3"
	"github.com/spf13/pflag"
)

// packaged are the components that k3s deploys by itself and `disable` may name.
var packaged = []string{"coredns", "servicelb", "traefik", "local-storage", "metrics-server", "runtimes"}

// config is everything that decides how a server runs; it is read once, at start.
type config struct {
	paths   paths
	version string
	ports   ports

	nodeName      string
	nodeIPs       []netip.Addr
	externalIPs   []netip.Addr
	internalNames []string
	externalNames []string
	advertise     netip.Addr
	bind          netip.Addr
	sans          []string
	labels        []string
	taints        []string

	clusterCIDRs  []netip.Prefix
	serviceCIDRs  []netip.Prefix
	clusterDNS    []netip.Addr
	clusterDomain string
	nodePorts     string

	token           string
	tokenFile       string
	clusterInit     bool
	clusterReset    bool
	restorePath     string
	encryptSecrets  bool
	encryptProvider string

	kubeconfigOutput string
	kubeconfigMode   os.FileMode
	privateRegistry  string
	resolvConf       string

	snapshots      snapshotConfig
	exposeMetrics  bool
	cloudDisabled  bool
	helmDisabled   bool
	kernelDefaults bool
	debug          bool
	verbosity      int
	vmodule        string
	loopbackNode   bool
	readiness      string // URL of the script that the simulation follows
	disabled       []string

	apiServerArgs []string
	etcdArgs      []string
	kubeletArgs   []string
}

// ports are those that k3s binds.
type ports struct {
	api, advertise                      int
	etcdClient, etcdPeer, etcdTelemetry int
}

// snapshotConfig says when the datastore is saved, where, and how many copies are kept.
type snapshotConfig struct {
	off       bool
	name      string
	dir       string
	schedule  cron.Schedule
	retention int
}

// newConfig reads the options, or says everything that is wrong with them.
func newConfig(version string, flags *pflag.FlagSet) (*config, error) {
	r := &reader{flags: flags}
	r.refuse()
	c := &config{
		version: version,
		paths:   newPaths(r.text("twin-root"), r.text("data-dir")),

		nodeName: r.text("node-name"), nodeIPs: r.addresses("node-ip"), externalIPs: r.addresses("node-external-ip"),
		internalNames: r.split("node-internal-dns"), externalNames: r.split("node-external-dns"),
		advertise: r.address("advertise-address"), bind: r.address("bind-address"),
		sans: r.split("tls-san"), labels: r.list("node-label"), taints: r.list("node-taint"),

		clusterCIDRs: r.prefixes("cluster-cidr", "10.42.0.0/16"), serviceCIDRs: r.prefixes("service-cidr", "10.43.0.0/16"),
		clusterDNS: r.addresses("cluster-dns"), clusterDomain: r.text("cluster-domain"),
		nodePorts: r.text("service-node-port-range"),

		token: r.text("token"), tokenFile: r.text("token-file"), clusterInit: r.truth("cluster-init"),
		clusterReset: r.truth("cluster-reset"), restorePath: r.text("cluster-reset-restore-path"),
		encryptSecrets: r.truth("secrets-encryption"), encryptProvider: r.text("secrets-encryption-provider"),

		kubeconfigOutput: r.text("write-kubeconfig"), privateRegistry: r.text("private-registry"),
		resolvConf: r.text("resolv-conf"), exposeMetrics: r.truth("etcd-expose-metrics"),
		cloudDisabled: r.truth("disable-cloud-controller"), helmDisabled: r.truth("disable-helm-controller"),
		kernelDefaults: r.truth("protect-kernel-defaults"),
		debug:          r.truth("debug"), verbosity: r.number("v"), vmodule: r.text("vmodule"),
		loopbackNode: r.truth("twin-loopback-node"), readiness: r.text("twin-readiness"), disabled: r.split("disable"),

		apiServerArgs: r.list("kube-apiserver-arg"), etcdArgs: r.list("etcd-arg"), kubeletArgs: r.list("kubelet-arg"),
	}
	c.ports = r.portNumbers()
	c.snapshots = r.snapshots(c.paths)
	c.kubeconfigMode = r.mode()
	r.choices(c)
	r.components()
	if len(r.problems) > 0 {
		return nil, errors.Join(r.problems...)
	}
	return c, nil
}

// refuse names the options whose effect the stand-in could only pretend to.
func (r *reader) refuse() {
	for _, o := range serverOptions {
		name, _, _ := strings.Cut(o.name, ",")
		flag := r.flags.Lookup(name)
		if o.support == refused && flag.Value.String() != flag.DefValue {
			r.problems = append(r.problems, notImplemented("--"+name))
		}
	}
}

// choices checks the options that take one of a few values.
func (r *reader) choices(c *config) {
	for _, name := range c.disabled {
		if !slices.Contains(packaged, name) {
			r.problem("disable", "%q is no packaged component, want one of %s", name, strings.Join(packaged, ", "))
		}
	}
	backends := []string{"none", "vxlan", "host-gw", "wireguard-native"}
	if backend := r.text("flannel-backend"); !slices.Contains(backends, backend) {
		r.problem("flannel-backend", "%q, want one of %s", backend, strings.Join(backends, ", "))
	}
	providers := []string{"aescbc", "secretbox"}
	if !slices.Contains(providers, c.encryptProvider) {
		r.problem("secrets-encryption-provider", "%q, want one of %s", c.encryptProvider, strings.Join(providers, ", "))
	}
	if c.restorePath != "" && !c.clusterReset {
		r.problem("cluster-reset-restore-path", "needs --cluster-reset")
	}
	if len(c.nodeIPs) > 1 || len(c.clusterCIDRs) > 1 || len(c.serviceCIDRs) > 1 {
		r.problems = append(r.problems, notImplemented("dual stack"))
	}
	for _, cidr := range slices.Concat(c.clusterCIDRs, c.serviceCIDRs) {
		if !cidr.Addr().Is4() {
			r.problems = append(r.problems, notImplemented("IPv6 clusters"))
		}
	}
}

// components checks the names of the flags for components that the twin does not run.
func (r *reader) components() {
	for _, name := range []string{"kube-controller-manager", "kube-scheduler", "kube-proxy"} {
		if err := knownFlags(name, r.list(name+"-arg")); err != nil {
			r.problem(name+"-arg", "%w", err)
		}
	}
}
