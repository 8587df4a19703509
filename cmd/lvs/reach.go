package main

import (
	"context"
	"errors"
	"net"
	"time"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/lvs-cloud/lvs-cloud/components/k3s"
	"github.com/lvs-cloud/lvs-cloud/review"
)

const apiTimeout = 5 * time.Second

// overSSH logs in, and looks how long the server's own kubeconfig is valid.
func (e *examination) overSSH(ctx context.Context, o *outputs, r *review.Reach) {
	keys, done, err := e.login.signers(ctx)
	defer done()
	if err != nil {
		r.LoginRefused = true
		return
	}
	client, err := dial(ctx, net.JoinHostPort(o.ServerAddress, "22"), o.SSHHostKey, keys)
	if err != nil {
		r.HostKeyDiffers, r.LoginRefused, r.SSHError = errors.Is(err, errHostKey), errors.Is(err, errLogin), err
		return
	}
	raw, err := readFile(client, nodeKubeconfig)
	if err := errors.Join(err, client.Close()); err != nil {
		return // without k3s there is none, which the API server's silence says
	}
	if end, err := certificateEnd([]byte(raw), "default"); err == nil {
		r.NodeExpiry = end
	}
}

// overAPI asks the API server whether it is ready, and which version it is.
func (e *examination) overAPI(ctx context.Context, o *outputs, r *review.Reach) {
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(o.Kubeconfig))
	if err != nil {
		r.APIError = err
		return
	}
	config.Timeout = apiTimeout
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		r.APIError = err
		return
	}
	if r.APIError = client.RESTClient().Get().AbsPath("/readyz").Do(ctx).Error(); r.APIError != nil {
		return
	}
	version, err := client.ServerVersion()
	if err != nil {
		r.APIError = err
		return
	}
	r.Version = version.GitVersion
}

// ownFile looks how long the operator's own kubeconfig is valid, if the cloud is in it.
func (e *examination) ownFile(r *review.Reach) {
	file, err := kubeconfigFile()
	if err != nil {
		return
	}
	text, err := readKubeconfig(file)
	if err != nil || text == nil {
		return
	}
	if end, err := certificateEnd(text, k3s.ContextName(e.stack.project, e.stack.name)); err == nil {
		r.FileExpiry, r.File = end, file
	}
}
