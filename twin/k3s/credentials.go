package main

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	apiserverv1 "k8s.io/apiserver/pkg/apis/apiserver/v1"
)

var (
	forClients = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	forServers = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	forBoth    = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
)

// issuer is an authority and the certificates it signs.
type issuer struct {
	file, name string
	leaves     []leaf
}

// issuers are the authorities of a server, as k3s has them.
func (c *config) issuers() []issuer {
	p := c.paths
	hosts := c.hostNames()
	return []issuer{
		{p.tls("client-ca"), "k3s-client-ca", []leaf{
			{p.tls("client-admin"), "system:admin", []string{"system:masters"}, nil, forClients},
			{p.tls("client-controller"), "system:kube-controller-manager", nil, nil, forClients},
			{p.tls("client-kube-apiserver"), "system:apiserver", []string{"system:masters"}, nil, forClients},
		}},
		{p.tls("server-ca"), "k3s-server-ca", []leaf{
			{p.tls("serving-kube-apiserver"), "kube-apiserver", nil, append(c.serviceNames(), hosts...), forServers},
		}},
		{p.tls("request-header-ca"), "k3s-request-header-ca", []leaf{
			{p.tls("client-auth-proxy"), "system:auth-proxy", nil, nil, forClients},
		}},
		{p.tls("etcd", "server-ca"), "etcd-server-ca", []leaf{
			{p.tls("etcd", "server-client"), "etcd-server", nil, hosts, forBoth},
			{p.tls("etcd", "client"), "etcd-client", nil, nil, forClients},
		}},
		{p.tls("etcd", "peer-ca"), "etcd-peer-ca", []leaf{
			{p.tls("etcd", "peer-server-client"), "etcd-peer", nil, hosts, forBoth},
		}},
	}
}

// hostNames are the names and addresses by which the host is reached.
func (c *config) hostNames() []string {
	names := []string{"127.0.0.1", "::1", "localhost", c.nodeName, c.advertise.String()}
	for _, address := range c.nodeIPs {
		names = append(names, address.String())
	}
	return append(names, c.sans...)
}

// serviceNames are the names of the API server inside the cluster.
func (c *config) serviceNames() []string {
	return []string{
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc." + c.clusterDomain,
		nth(c.serviceCIDRs[0], 1).String(),
	}
}

// ensureCredentials makes what is missing: certificates, the service account key and, when
// asked for, the encryption configuration.
func (c *config) ensureCredentials(now time.Time) error {
	for _, i := range c.issuers() {
		a, err := ensureAuthority(i.file, i.name, now)
		if err != nil {
			return err
		}
		for _, l := range i.leaves {
			if _, err := a.ensure(l, now); err != nil {
				return err
			}
		}
	}
	if _, err := os.Stat(c.paths.tls("service.key")); errors.Is(err, fs.ErrNotExist) {
		key, err := newKey()
		if err != nil {
			return fmt.Errorf("service account key: %w", err)
		}
		if err := writeKey(c.paths.tls("service.key"), key); err != nil {
			return fmt.Errorf("service account key: %w", err)
		}
	}
	if !c.encryptSecrets {
		return nil
	}
	return ensureEncryption(c.paths.encryption(), c.encryptProvider)
}

// encryption is the file that tells the API server how Secrets are encrypted.
func (p paths) encryption() string { return p.server("cred", "encryption-config.json") }

// ensureEncryption writes an encryption configuration with a new key unless there is one.
func ensureEncryption(path, provider string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	keys := []apiserverv1.Key{{Name: provider + "key", Secret: base64.StdEncoding.EncodeToString(secret)}}
	first := apiserverv1.ProviderConfiguration{AESCBC: &apiserverv1.AESConfiguration{Keys: keys}}
	if provider == "secretbox" {
		first = apiserverv1.ProviderConfiguration{Secretbox: &apiserverv1.SecretboxConfiguration{Keys: keys}}
	}
	configuration := apiserverv1.EncryptionConfiguration{
		Resources: []apiserverv1.ResourceConfiguration{{
			Resources: []string{"secrets"},
			Providers: []apiserverv1.ProviderConfiguration{first, {Identity: &apiserverv1.IdentityConfiguration{}}},
		}},
	}
	configuration.APIVersion = apiserverv1.SchemeGroupVersion.String()
	configuration.Kind = "EncryptionConfiguration"
	data, err := json.Marshal(configuration)
	if err != nil {
		return fmt.Errorf("encryption configuration: %w", err)
	}
	return writeFile(path, data, 0o600)
}
