package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
	"k8s.io/client-go/tools/clientcmd"
)

// readKubeconfig returns the text of a kubeconfig file, nothing if there is none.
//
// Errors: a file that no Kubernetes client could read.
func readKubeconfig(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := clientcmd.Load(text); err != nil {
		return nil, fmt.Errorf("%s is no kubeconfig, and is left as it is: %w", file, err)
	}
	return text, nil
}

// mergeInto merges the one context of a fresh kubeconfig into a file, and returns the context that is then current.
//
// Side effects: the file is replaced at once or not at all, with mode 0600.
func mergeInto(file, fresh, name string, replace bool) (string, error) {
	old, err := readKubeconfig(file)
	if err != nil {
		return "", err
	}
	text, err := merge(old, []byte(fresh), name, replace)
	if err != nil {
		return "", fmt.Errorf("%s is left as it is: %w", file, err)
	}
	config, err := clientcmd.Load(text)
	if err != nil {
		return "", fmt.Errorf("%s is left as it is: the merged kubeconfig: %w", file, err)
	}
	return config.CurrentContext, writeAtomically(file, text)
}

// merge puts the cluster, user and context of that name into an existing kubeconfig. It edits the document in place,
// so that comments, order and fields that it does not know stay.
//
// Errors: entries of that name that lead to another cluster, unless they may be replaced.
func merge(old, fresh []byte, name string, replace bool) ([]byte, error) {
	if len(bytes.TrimSpace(old)) == 0 {
		return fresh, nil
	}
	if !replace {
		if err := checkSameCluster(old, fresh, name); err != nil {
			return nil, err
		}
	}
	var into, from yaml.Node
	if err := yaml.Unmarshal(old, &into); err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal(fresh, &from); err != nil {
		return nil, err
	}
	if len(into.Content) == 0 { // nothing but comments
		return append(append(old, '\n'), fresh...), nil
	}
	if into.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("got no object, want a kubeconfig")
	}
	target, source := into.Content[0], from.Content[0]
	for _, list := range []string{"clusters", "users", "contexts"} {
		// A context that leads to the right place may have been given a namespace; it stays.
		if err := putNamed(target, list, value(source, list).Content[0], name, list != "contexts" || replace); err != nil {
			return nil, err
		}
	}
	for _, key := range []string{"apiVersion", "kind", "current-context"} {
		if v := value(target, key); v == nil || v.Value == "" {
			set(target, key, value(source, key))
		}
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&into); err != nil {
		return nil, err
	}
	return out.Bytes(), enc.Close()
}

// checkSameCluster refuses to take a name away from another cluster.
func checkSameCluster(old, fresh []byte, name string) error {
	have, err := clientcmd.Load(old)
	if err != nil {
		return err
	}
	want, err := clientcmd.Load(fresh)
	if err != nil {
		return err
	}
	const otherwise = "; choose another name with --context, or take it over with --replace"
	if c := have.Contexts[name]; c != nil && (c.Cluster != name || c.AuthInfo != name) {
		return fmt.Errorf("context %q leads to cluster %q as user %q%s", name, c.Cluster, c.AuthInfo, otherwise)
	}
	// An address changes when a cloud is built anew, an authority when its volume is; both at once is another cloud.
	if h, w := have.Clusters[name], want.Clusters[name]; h != nil && h.Server != w.Server &&
		!bytes.Equal(h.CertificateAuthorityData, w.CertificateAuthorityData) {
		return fmt.Errorf("cluster %q is at %s with another authority, not at %s%s", name, h.Server, w.Server, otherwise)
	}
	return nil
}

// writeAtomically replaces a file, or what it links to, in one step.
func writeAtomically(file string, text []byte) error {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, filepath.Base(file)+".*") // made with mode 0600
	if err != nil {
		return err
	}
	_, err = temp.Write(text)
	err = errors.Join(err, temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}
