package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// paths is where everything lies, as k3s lays it out.
type paths struct {
	etc  string // kubeconfig and config.yaml: /etc/rancher/k3s
	node string // the node password: /etc/rancher/node
	data string // data-dir: /var/lib/rancher/k3s
}

// newPaths returns the layout below root ("" on a machine, a temporary folder in tests).
func newPaths(root, dataDir string) paths {
	if dataDir == "" {
		dataDir = filepath.Join(root, "/var/lib/rancher/k3s")
	}
	return paths{
		etc:  filepath.Join(root, "/etc/rancher/k3s"),
		node: filepath.Join(root, "/etc/rancher/node"),
		data: dataDir,
	}
}

// server is a path below the server state, which must survive a new root disk.
func (p paths) server(elem ...string) string {
	return filepath.Join(append([]string{p.data, "server"}, elem...)...)
}

// agent is a path below the node's own state.
func (p paths) agent(elem ...string) string {
	return filepath.Join(append([]string{p.data, "agent"}, elem...)...)
}

// tls is a path below the certificate folder.
func (p paths) tls(elem ...string) string {
	return p.server(append([]string{"tls"}, elem...)...)
}

// kubeletConfigDir is the folder of the kubelet's configuration drop-ins.
func (p paths) kubeletConfigDir() string {
	return p.agent("etc", "kubelet.conf.d")
}

// create makes every folder that must exist before anything is written.
func (p paths) create() error {
	private := []string{
		p.server(), p.tls("etcd"), p.server("cred"), p.server("db", "etcd"), p.server("manifests"),
		p.agent(), p.kubeletConfigDir(),
	}
	for _, dir := range private {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("state folder: %w", err)
		}
	}
	for _, dir := range []string{p.etc, p.node} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("configuration folder: %w", err)
		}
	}
	return nil
}

// writeFile replaces a file as one step, so that a hard power-off leaves the old or the new content.
func writeFile(path string, data []byte, mode os.FileMode) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", path, err)
			os.Remove(temp.Name()) //nolint:errcheck // the first error is the one that counts
		}
	}()
	if _, err := temp.Write(data); err != nil {
		temp.Close() //nolint:errcheck
		return err
	}
	if err := temp.Chmod(mode); err != nil {
		temp.Close() //nolint:errcheck
		return err
	}
	if err := temp.Sync(); err != nil {
		temp.Close() //nolint:errcheck
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// config is the configuration file that is read when no other is named.
func (p paths) config() string { return filepath.Join(p.etc, "config.yaml") }

// kubeconfig is the administrator's kubeconfig.
func (p paths) kubeconfig() string { return filepath.Join(p.etc, "k3s.yaml") }

// nodePassword is the file that proves the node to be the one that first took its name.
func (p paths) nodePassword() string { return filepath.Join(p.node, "password") }
