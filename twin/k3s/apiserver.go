package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	cliflag "k8s.io/component-base/cli/flag"
	"k8s.io/component-base/cli/globalflag"
	"k8s.io/component-base/logs"
	"k8s.io/component-base/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
)

// readyTimeout bounds the wait for an API server that is neither ready nor dead.
const readyTimeout = 2 * time.Minute

// setKubernetesVersion makes every part of Kubernetes in this process report the k3s version.
func setKubernetesVersion(k3s string) {
	if k3s == unreleased {
		k3s = "v" + version.DefaultKubeBinaryVersion + ".0+twin"
	}
	kubeVersion = k3s
	kubeTreeState = "clean"
	parts := strings.SplitN(strings.TrimPrefix(k3s, "v"), ".", 3)
	kubeMajor, kubeMinor = parts[0], parts[1]
	if err := version.SetDynamicVersion(k3s); err != nil {
		panic(err) // it equals the variable above, which is always accepted
	}
}

// apiServerDefaults are the flags that k3s passes to its kube-apiserver. k3s puts its supervisor
// in front of it; here it listens for itself.
func (c *config) apiServerDefaults() map[string]string {
	p := c.paths
	issuer := "https://kubernetes.default.svc." + c.clusterDomain
	var services []string
	for _, cidr := range c.serviceCIDRs {
		services = append(services, cidr.String())
	}
	flags := map[string]string{
		"advertise-address":                  c.advertise.String(),
		"allow-privileged":                   "true",
		"anonymous-auth":                     "false",
		"api-audiences":                      issuer + ",k3s",
		"authorization-mode":                 "Node,RBAC",
		"bind-address":                       c.bind.String(),
		"cert-dir":                           p.tls("temporary-certs"),
		"client-ca-file":                     p.tls("client-ca.crt"),
		"enable-admission-plugins":           "NodeRestriction",
		"enable-bootstrap-token-auth":        "true",
		"etcd-cafile":                        p.tls("etcd", "server-ca.crt"),
		"etcd-certfile":                      p.tls("etcd", "client.crt"),
		"etcd-keyfile":                       p.tls("etcd", "client.key"),
		"etcd-servers":                       "https://127.0.0.1:" + strconv.Itoa(c.ports.etcdClient),
		"kubelet-certificate-authority":      p.tls("server-ca.crt"),
		"kubelet-client-certificate":         p.tls("client-kube-apiserver.crt"),
		"kubelet-client-key":                 p.tls("client-kube-apiserver.key"),
		"profiling":                          "false",
		"proxy-client-cert-file":             p.tls("client-auth-proxy.crt"),
		"proxy-client-key-file":              p.tls("client-auth-proxy.key"),
		"requestheader-allowed-names":        "system:auth-proxy",
		"requestheader-client-ca-file":       p.tls("request-header-ca.crt"),
		"requestheader-extra-headers-prefix": "X-Remote-Extra-",
		"requestheader-group-headers":        "X-Remote-Group",
		"requestheader-username-headers":     "X-Remote-User",
		"secure-port":                        strconv.Itoa(c.ports.api),
		"service-account-issuer":             issuer,
		"service-account-key-file":           p.tls("service.key"),
		"service-account-signing-key-file":   p.tls("service.key"),
		"service-cluster-ip-range":           strings.Join(services, ","),
		"service-node-port-range":            c.nodePorts,
		"storage-backend":                    "etcd3",
		"tls-cert-file":                      p.tls("serving-kube-apiserver.crt"),
		"tls-private-key-file":               p.tls("serving-kube-apiserver.key"),
	}
	if c.encryptSecrets {
		flags["encryption-provider-config"] = p.encryption()
	}
	if c.verbosity > 0 {
		flags["v"] = strconv.Itoa(c.verbosity)
	}
	if c.vmodule != "" {
		flags["vmodule"] = c.vmodule
	}
	return flags
}

// newAPIServer completes and validates the options of a kube-apiserver.
func (c *config) newAPIServer(ctx context.Context) (options.CompletedOptions, error) {
	none := options.CompletedOptions{}
	s := options.NewServerRunOptions()
	flags := pflag.NewFlagSet("kube-apiserver", pflag.ContinueOnError)
	flags.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	sets := s.Flags()
	globalflag.AddGlobalFlags(sets.FlagSet("global"), flags.Name(), logs.SkipLoggingConfigurationFlags())
	for set := range maps.Values(sets.FlagSets) {
		flags.AddFlagSet(set)
	}
	if err := flags.Parse(mergeArgs(c.apiServerDefaults(), c.apiServerArgs)); err != nil {
		return none, fmt.Errorf("--kube-apiserver-arg: %w", err)
	}
	if err := s.GenericServerRunOptions.ComponentGlobalsRegistry.Set(); err != nil {
		return none, fmt.Errorf("kube-apiserver: %w", err)
	}
	completed, err := s.Complete(ctx)
	if err != nil {
		return none, fmt.Errorf("kube-apiserver: %w", err)
	}
	if problems := completed.Validate(); len(problems) > 0 {
		return none, fmt.Errorf("kube-apiserver: %w", utilerrors.NewAggregate(problems))
	}
	return completed, nil
}

// startAPIServer serves the API until ctx ends; the channel reports why it ended, and is closed.
func startAPIServer(ctx context.Context, completed options.CompletedOptions) <-chan error {
	rest.SetDefaultWarningHandler(rest.NoWarnings{})
	done := make(chan error, 1)
	go func() {
		err := app.Run(ctx, completed)
		if err == nil && ctx.Err() == nil {
			err = errors.New("it stopped by itself")
		}
		if err != nil {
			err = fmt.Errorf("kube-apiserver: %w", err)
		}
		done <- err
		close(done)
	}()
	return done
}

// awaitReady returns when /readyz is ok.
func awaitReady(ctx context.Context, client kubernetes.Interface, ended <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for {
		_, err := client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx)
		if err == nil {
			return nil
		}
		select {
		case ended := <-ended:
			return ended
		case <-ctx.Done():
			return fmt.Errorf("kube-apiserver is not ready: %w", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
