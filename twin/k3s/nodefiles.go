package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// registries is registries.yaml: how containerd pulls. Source: docs.k3s.io/installation/private-registry.
type registries struct {
	Mirrors map[string]struct {
		Endpoints []string          `yaml:"endpoint"`
		Rewrites  map[string]string `yaml:"rewrite"`
	} `yaml:"mirrors"`
	Configs map[string]struct {
		Auth *struct {
			Username      string `yaml:"username"`
			Password      string `yaml:"password"`
			Auth          string `yaml:"auth"`
			IdentityToken string `yaml:"identity_token"`
		} `yaml:"auth"`
		TLS *struct {
			CAFile             string `yaml:"ca_file"`
			CertFile           string `yaml:"cert_file"`
			KeyFile            string `yaml:"key_file"`
			InsecureSkipVerify bool   `yaml:"insecure_skip_verify"`
		} `yaml:"tls"`
	} `yaml:"configs"`
	Auths map[string]any `yaml:"auths"`
}

// checkRegistries refuses a registries.yaml that does not read; nothing pulls in the twin.
func (c *config) checkRegistries() error {
	path := c.privateRegistry
	if path == "" {
		path = filepath.Join(c.paths.etc, "registries.yaml")
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("private-registry: %w", err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&registries{}); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("private-registry: %s: %w", path, err)
	}
	return nil
}

// checkManifests refuses manifests that k3s would deploy by itself.
func (c *config) checkManifests() error {
	files, err := filepath.Glob(c.paths.server("manifests", "*"))
	if err != nil {
		return err
	}
	if len(files) > 0 {
		return notImplemented("the deployment of " + files[0])
	}
	return nil
}
