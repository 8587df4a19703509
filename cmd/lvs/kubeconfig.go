package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/lvs-cloud/lvs-cloud/components/k3s"
)

// nodeKubeconfig is where k3s keeps the administrator's kubeconfig.
// Source: https://docs.k3s.io/cluster-access
const nodeKubeconfig = "/etc/rancher/k3s/k3s.yaml"

func (a *app) kubeconfigCommand() *cobra.Command {
	var file, name string
	var l login
	var replace bool
	cmd := &cobra.Command{
		Use:   "kubeconfig",
		Short: "Fetch a fresh kubeconfig from the server and merge it into a file",
		Long: `kubeconfig fetches the administrator's kubeconfig from the server over SSH, gives its entries the name of the stack,
and merges it into a kubeconfig file. What else is in that file stays, comments included; the current context is set
only if there is none. The file is replaced in one step, readable by you alone; one that is broken is refused and left
as it is.

The server must show the host key that Pulumi pinned. You log in with a key of your SSH agent or with --identity. The
certificate in a kubeconfig ends after a year; running this again renews it.`,
		Example: `  lvs kubeconfig --stack prod
  lvs kubeconfig --stack prod --file prod.kubeconfig --context prod
  kubectl --context lvs-cloud-prod get nodes`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l.chosen = cmd.Flags().Changed("identity")
			return a.kubeconfig(cmd.Context(), file, name, replace, l)
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "file to merge into (default: the first of KUBECONFIG, or ~/.kube/config)")
	cmd.Flags().StringVar(&name, "context", "", "name of the context, cluster and user (default: <project>-<stack>)")
	cmd.Flags().StringVarP(&l.identity, "identity", "i", defaultIdentity(), "your private key, if it is not in the SSH agent")
	cmd.Flags().BoolVar(&replace, "replace", false, "replace entries of that name even if they lead to another cluster")
	return cmd
}

func (a *app) kubeconfig(ctx context.Context, file, name string, replace bool, l login) error {
	s, err := a.openStack()
	if err != nil {
		return err
	}
	if name == "" {
		name = k3s.ContextName(s.project, s.name)
	}
	if file == "" {
		if file, err = kubeconfigFile(); err != nil {
			return err
		}
	}
	// A file that will be refused is refused before the server is asked.
	if _, err := readKubeconfig(file); err != nil {
		return err
	}
	done := a.watch("asking Pulumi for the stack's outputs")
	o, err := s.outputs(ctx)
	done()
	if err != nil {
		return err
	}
	done = a.watch("fetching the kubeconfig from " + o.ServerAddress)
	raw, err := fetchKubeconfig(ctx, o, l)
	done()
	if err != nil {
		return fmt.Errorf("server %s: %w", o.ServerAddress, err)
	}
	fresh, err := k3s.Localise(raw, name, o.APIServer)
	if err != nil {
		return err
	}
	end, err := certificateEnd([]byte(fresh), name)
	if err != nil {
		return err
	}
	current, err := mergeInto(file, fresh, name, replace)
	if err != nil {
		return err
	}
	if a.output == formatJSON {
		return a.writeJSON(struct {
			Stack   string    `json:"stack"`
			File    string    `json:"file"`
			Context string    `json:"context"`
			Current string    `json:"currentContext"`
			Server  string    `json:"server"`
			Expires time.Time `json:"expires"`
		}{s.name, file, name, current, o.APIServer, end})
	}
	_, err = fmt.Fprintf(a.out, "%s now has the context %s, which leads to %s.\nIts certificate is valid until %s.\nThe current context is %s.\n",
		file, name, o.APIServer, end.Format(time.DateOnly), current)
	return err
}

// kubeconfigFile is the file that kubectl would write to.
func kubeconfigFile() (string, error) {
	for _, f := range filepath.SplitList(os.Getenv("KUBECONFIG")) {
		if f != "" {
			return f, nil
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".kube", "config"), nil
}

func fetchKubeconfig(ctx context.Context, o *outputs, l login) (string, error) {
	keys, done, err := l.signers(ctx)
	defer done()
	if err != nil {
		return "", err
	}
	client, err := dial(ctx, net.JoinHostPort(o.ServerAddress, "22"), o.SSHHostKey, keys)
	if err != nil {
		return "", err
	}
	text, err := readFile(client, nodeKubeconfig)
	return text, errors.Join(err, client.Close())
}

// certificateEnd is when the client certificate of a context ends.
func certificateEnd(kubeconfig []byte, name string) (time.Time, error) {
	config, err := clientcmd.Load(kubeconfig)
	if err != nil {
		return time.Time{}, fmt.Errorf("kubeconfig: %w", err)
	}
	var data []byte
	if c := config.Contexts[name]; c != nil && config.AuthInfos[c.AuthInfo] != nil {
		data = config.AuthInfos[c.AuthInfo].ClientCertificateData
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return time.Time{}, fmt.Errorf("kubeconfig: got no certificate for context %q, want one", name)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return time.Time{}, fmt.Errorf("kubeconfig: certificate of context %q: %w", name, err)
	}
	return cert.NotAfter, nil
}
