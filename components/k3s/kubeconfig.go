package k3s

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// kubeconfig is the part of Kubernetes' client configuration that k3s writes.
// Source: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
type kubeconfig struct {
	APIVersion     string         `yaml:"apiVersion"`
	Kind           string         `yaml:"kind"`
	CurrentContext string         `yaml:"current-context"`
	Clusters       []namedCluster `yaml:"clusters"`
	Contexts       []namedContext `yaml:"contexts"`
	Users          []namedUser    `yaml:"users"`
}

// ContextName is what a stack's cluster is called in a kubeconfig.
func ContextName(project, stack string) string { return project + "-" + stack }

type namedCluster struct {
	Name    string `yaml:"name"`
	Cluster struct {
		CertificateAuthorityData string `yaml:"certificate-authority-data"`
		Server                   string `yaml:"server"`
	} `yaml:"cluster"`
}

type namedContext struct {
	Name    string `yaml:"name"`
	Context struct {
		Cluster string `yaml:"cluster"`
		User    string `yaml:"user"`
	} `yaml:"context"`
}

type namedUser struct {
	Name string `yaml:"name"`
	User struct {
		ClientCertificateData string `yaml:"client-certificate-data,omitempty"`
		ClientKeyData         string `yaml:"client-key-data,omitempty"`
		Token                 string `yaml:"token,omitempty"`
	} `yaml:"user"`
}

// Localise turns a kubeconfig that was made on the node, which calls everything "default" and itself 127.0.0.1, into one that
// works from elsewhere and can be merged with others: cluster, user and context are called name.
//
// Errors: a text that is no kubeconfig of one cluster with authority and proof of identity inline.
func Localise(raw, name, server string) (string, error) {
	var k kubeconfig
	if err := yaml.Unmarshal([]byte(raw), &k); err != nil {
		return "", fmt.Errorf("kubeconfig: %w", err)
	}
	if len(k.Clusters) != 1 || len(k.Contexts) != 1 || len(k.Users) != 1 {
		return "", fmt.Errorf("kubeconfig: got %d clusters, %d contexts and %d users, want one of each",
			len(k.Clusters), len(k.Contexts), len(k.Users))
	}
	if user := k.Users[0].User; k.Clusters[0].Cluster.CertificateAuthorityData == "" || user.ClientKeyData == "" && user.Token == "" {
		return "", errors.New("kubeconfig: got no certificate authority, or neither a client key nor a token, want both inline")
	}
	k.CurrentContext, k.Clusters[0].Name, k.Contexts[0].Name, k.Users[0].Name = name, name, name, name
	k.Contexts[0].Context.Cluster, k.Contexts[0].Context.User = name, name
	k.Clusters[0].Cluster.Server = server
	return render("kubeconfig", k)
}
