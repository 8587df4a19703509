package main

import (
	"fmt"
	"os"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// adminKubeconfig is the administrator's access, with everything embedded.
func (c *config) adminKubeconfig() (*api.Config, error) {
	var files [3][]byte
	for i, name := range []string{"server-ca.crt", "client-admin.crt", "client-admin.key"} {
		data, err := os.ReadFile(c.paths.tls(name))
		if err != nil {
			return nil, fmt.Errorf("kubeconfig: %w", err)
		}
		files[i] = data
	}
	const name = "default"
	k := api.NewConfig()
	k.Clusters[name] = &api.Cluster{
		Server: fmt.Sprintf("https://127.0.0.1:%d", c.ports.api), CertificateAuthorityData: files[0],
	}
	k.AuthInfos[name] = &api.AuthInfo{ClientCertificateData: files[1], ClientKeyData: files[2]}
	k.Contexts[name] = &api.Context{Cluster: name, AuthInfo: name}
	k.CurrentContext = name
	return k, nil
}

// writeKubeconfig writes the administrator's kubeconfig anew at every start, since its
// certificate may have been re-issued.
func (c *config) writeKubeconfig(k *api.Config) error {
	data, err := clientcmd.Write(*k)
	if err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	if err := writeFile(c.paths.server("cred", "admin.kubeconfig"), data, 0o600); err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	path := c.paths.kubeconfig()
	if c.kubeconfigOutput == "" || c.kubeconfigOutput == path {
		if err := writeFile(path, data, c.kubeconfigMode); err != nil {
			return fmt.Errorf("kubeconfig: %w", err)
		}
		return nil
	}
	if err := writeFile(c.kubeconfigOutput, data, c.kubeconfigMode); err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	if err := os.RemoveAll(path); err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	if err := os.Symlink(c.kubeconfigOutput, path); err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	return nil
}

// clientConfig is a fast connection for the stand-in's own use.
func clientConfig(k *api.Config) (*rest.Config, error) {
	r, err := clientcmd.NewDefaultClientConfig(*k, nil).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	r.QPS, r.Burst = 200, 400
	r.UserAgent = "k3s-twin"
	return r, nil
}
