package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// k3s is where `make tools` leaves the stand-in of k3s, which has a real API server in it.
const k3s = "../../../.twin/tools/k3s"

var shared struct {
	once       sync.Once
	stop       func()
	kubeconfig string
	err        error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.stop != nil {
		shared.stop()
	}
	os.Exit(code)
}

// kubeconfig leads to an API server that all tests share.
func kubeconfig(t *testing.T) string {
	t.Helper()
	shared.once.Do(func() { shared.kubeconfig, shared.stop, shared.err = serve() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.kubeconfig
}

// script leaves Deployments to the tests, and one release that never gets ready.
const script = `{"delays": {"Deployment": "1h"}, "faults": [{"kind": "HelmRelease", "name": "spoilt", "effect": "never", "message": "no such image"}]}`

// serve runs an API server on loopback, in a folder of its own.
func serve() (kubeconfig string, stop func(), err error) {
	if _, err := os.Stat(k3s); err != nil {
		return "", nil, fmt.Errorf("the k3s stand-in is missing: %w; build it with `make tools`", err)
	}
	root, err := os.MkdirTemp("", "k8s") // short, for the socket's path
	if err != nil {
		return "", nil, err
	}
	stop = func() { os.RemoveAll(root) } //nolint:errcheck
	config := filepath.Join(root, "etc", "rancher", "k3s")
	if err := os.MkdirAll(config, 0o755); err != nil {
		return "", stop, err
	}
	if err := os.WriteFile(filepath.Join(config, "config.yaml"), []byte("cluster-init: true\n"), 0o600); err != nil {
		return "", stop, err
	}
	log, err := os.Create(filepath.Join(root, "log"))
	if err != nil {
		return "", stop, err
	}
	ports, err := freePorts(4)
	if err != nil {
		return "", stop, err
	}
	readiness := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, script) }))
	cmd := exec.Command(k3s, "server", "--twin-root", root, "--twin-loopback-node", "--https-listen-port", ports[0],
		"--twin-etcd-ports", strings.Join(ports[1:], ","), "--twin-readiness", readiness.URL)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return "", stop, err
	}
	stop = func() {
		readiness.Close()
		cmd.Process.Kill() //nolint:errcheck
		cmd.Wait()         //nolint:errcheck
		os.RemoveAll(root) //nolint:errcheck
	}
	text, err := awaitServer(filepath.Join(config, "k3s.yaml"))
	if err != nil {
		said, _ := os.ReadFile(log.Name())
		err = fmt.Errorf("%w; the API server said:\n%s", err, said)
	}
	return text, stop, err
}

// awaitServer returns the kubeconfig when the API server serves the default namespace.
func awaitServer(file string) (string, error) {
	var err error
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		var text []byte
		if text, err = os.ReadFile(file); err != nil {
			continue
		}
		var c *cluster
		if c, err = connect(string(text), false); err != nil {
			continue
		}
		namespaces := c.objects.Resource(schema.GroupVersionResource{Version: "v1", Resource: "namespaces"})
		if _, err = namespaces.Get(context.Background(), "default", metav1.GetOptions{}); err == nil {
			return string(text), nil
		}
	}
	return "", fmt.Errorf("no API server after 2 min: %w", err)
}

func freePorts(n int) ([]string, error) {
	var ports []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		ports = append(ports, fmt.Sprint(l.Addr().(*net.TCPAddr).Port))
	}
	return ports, nil
}

// recorder keeps what the engine was told.
type recorder struct {
	mu    sync.Mutex
	lines []string
}

func (r *recorder) Status(_ context.Context, _ resource.URN, s string) { r.add(s) }
func (r *recorder) Warn(_ context.Context, _ resource.URN, s string)   { r.add("warning: " + s) }

func (r *recorder) add(s string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, s)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "\n")
}

type values = map[string]any

func props(v values) resource.PropertyMap { return resource.NewPropertyMapFromMap(v) }

func secret(v any) resource.PropertyValue { return resource.MakeSecret(resource.NewPropertyValue(v)) }

// configured is the plug-in with these settings. Unless they say otherwise, it has the cluster's kubeconfig, and content
// is changed in place.
func configured(t *testing.T, settings values) (*provider, *recorder) {
	t.Helper()
	in := props(settings)
	if _, ok := in["kubeconfig"]; !ok {
		in["kubeconfig"] = secret(kubeconfig(t))
	}
	for _, key := range []resource.PropertyKey{"enableConfigMapMutable", "enableSecretMutable"} {
		if _, ok := in[key]; !ok {
			in[key] = resource.NewProperty(true)
		}
	}
	log := &recorder{}
	p := &provider{engine: log}
	p.cancelled, p.cancel = context.WithCancel(context.Background())
	t.Cleanup(p.cancel)
	checked, err := p.CheckConfig(t.Context(), plugin.CheckConfigRequest{News: in})
	if err != nil || len(checked.Failures) > 0 {
		t.Fatalf("settings: %v %v", checked.Failures, err)
	}
	if _, err := p.Configure(t.Context(), plugin.ConfigureRequest{Inputs: in}); err != nil {
		t.Fatal(err)
	}
	return p, log
}
