package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// TestMain lets the test binary be the k3s binary, so that servers are real processes.
func TestMain(m *testing.M) {
	if os.Getenv("K3S_TEST_COMMAND") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// machine is a host in a temporary folder, with ports of its own.
type machine struct {
	t      *testing.T
	root   string
	args   []string
	client int // etcd's port
	gauges int // that of its metrics
	notify *net.UnixConn
}

func newMachine(t *testing.T, configuration string) *machine {
	t.Helper()
	root, err := os.MkdirTemp("", "k3s") // short, for the socket's path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(root); err != nil {
			t.Error(err)
		}
	})
	notify, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(root, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { notify.Close() }) //nolint:errcheck
	m := &machine{t: t, root: root, client: freePort(t), gauges: freePort(t), notify: notify}
	m.args = []string{
		"--twin-root", root, "--twin-loopback-node", "--https-listen-port", fmt.Sprint(freePort(t)),
		"--twin-etcd-ports", fmt.Sprintf("%d,%d,%d", m.client, freePort(t), m.gauges),
	}
	m.write(m.paths().config(), configuration)
	return m
}

func (m *machine) paths() paths { return newPaths(m.root, "") }

func (m *machine) write(path, text string) {
	m.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) read(path string) string {
	m.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(data)
}

// command prepares `k3s args...` on the machine.
func (m *machine) command(args ...string) *exec.Cmd {
	command := exec.Command(os.Args[0], append(args, m.args...)...)
	command.Env = append(os.Environ(), "K3S_TEST_COMMAND=1", "NOTIFY_SOCKET="+filepath.Join(m.root, "notify"))
	return command
}

// refused runs a server that must end by itself, and returns what it said.
func (m *machine) refused(args ...string) string {
	m.t.Helper()
	out, err := m.command(append([]string{"server"}, args...)...).CombinedOutput()
	if err == nil {
		m.t.Fatalf("the server ended without an error:\n%s", out)
	}
	return string(out)
}

// process is a running server.
type process struct {
	m      *machine
	cmd    *exec.Cmd
	log    *bytes.Buffer
	exited chan error
}

func (m *machine) launch() *process {
	m.t.Helper()
	p := &process{m: m, cmd: m.command("server"), log: &bytes.Buffer{}, exited: make(chan error, 1)}
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	go func() { p.exited <- p.cmd.Wait() }()
	m.t.Cleanup(func() { p.cmd.Process.Kill() }) //nolint:errcheck // it may be gone
	return p
}

// ready says whether systemd was told so within the time.
func (p *process) ready(within time.Duration) bool {
	p.m.t.Helper()
	if err := p.m.notify.SetReadDeadline(time.Now().Add(within)); err != nil {
		p.m.t.Fatal(err)
	}
	message := make([]byte, 64)
	n, err := p.m.notify.Read(message)
	return err == nil && string(message[:n]) == "READY=1"
}

// start launches a server and waits for it and its node.
func (m *machine) start() *process {
	m.t.Helper()
	started := time.Now()
	p := m.launch()
	if !p.ready(90*time.Second) || !m.joined(started, 15*time.Second) {
		p.kill()
		m.t.Fatalf("the server is not ready:\n%s", p.log)
	}
	return p
}

// joined tells whether the node reports itself ready after a time.
func (m *machine) joined(since time.Time, within time.Duration) bool {
	m.t.Helper()
	client := m.kubernetes()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		nodes, err := client.CoreV1().Nodes().List(m.t.Context(), metav1.ListOptions{})
		if err != nil {
			m.t.Fatal(err)
		}
		for _, n := range nodes.Items {
			for _, c := range n.Status.Conditions {
				if c.Type == "Ready" && c.Status == "True" && !c.LastHeartbeatTime.Time.Before(since.Truncate(time.Second)) {
					return true
				}
			}
		}
	}
	return false
}

func (p *process) kill() {
	p.cmd.Process.Kill() //nolint:errcheck // it may be gone
	<-p.exited
}

// stop ends the server as systemd does; an orderly stop is no error.
func (p *process) stop() {
	p.m.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.m.t.Fatal(err)
	}
	select {
	case err := <-p.exited:
		if err != nil {
			p.m.t.Fatalf("stop: %v\n%s", err, p.log)
		}
	case <-time.After(30 * time.Second):
		p.kill()
		p.m.t.Fatalf("the server did not stop:\n%s", p.log)
	}
}

func (m *machine) kubernetes() kubernetes.Interface {
	m.t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", m.paths().kubeconfig())
	if err != nil {
		m.t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		m.t.Fatal(err)
	}
	return client
}

// stored reads a key of the datastore past the API server.
func (m *machine) stored(key string) []byte {
	m.t.Helper()
	c := &config{paths: m.paths()}
	secure, err := c.etcdTLS("client", "server-ca").ClientConfig()
	if err != nil {
		m.t.Fatal(err)
	}
	return get(m.t, fmt.Sprintf("https://127.0.0.1:%d", m.client), secure, key)
}

func get(t *testing.T, endpoint string, secure *tls.Config, key string) []byte {
	t.Helper()
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{endpoint}, TLS: secure, DialTimeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close() //nolint:errcheck
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	response, err := client.Get(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	if len(response.Kvs) != 1 {
		t.Fatalf("%s: got %d values, want 1", key, len(response.Kvs))
	}
	return response.Kvs[0].Value
}

const integration = `
cluster-init: true
token: first
secrets-encryption: true
node-name: main
node-ip: 127.0.0.1
node-label: [lvs-cloud.dev/role=main]
node-taint: [lvs-cloud.dev/test=true:PreferNoSchedule]
write-kubeconfig-mode: "0640"
kubelet-arg: [max-pods=80]
`

// TestServer follows one cluster through its life: first start, hard power-off, wrong token,
// lost certificates, restore of a snapshot, and a node that lost its password.
func TestServer(t *testing.T) {
	ctx := context.Background()
	m := newMachine(t, integration)
	p := m.start()
	client := m.kubernetes()
	uid := checkNewCluster(ctx, t, m, client)

	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "kept"}, StringData: map[string]string{"key": "plain-secret-text"}}
	secrets := client.CoreV1().Secrets("default")
	if _, err := secrets.Create(ctx, secret, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	raw := m.stored("/registry/secrets/default/kept")
	if !bytes.HasPrefix(raw, []byte("k8s:enc:aescbc:v1:")) || bytes.Contains(raw, []byte("plain-secret-text")) {
		t.Errorf("the secret is not encrypted: %.60q", raw)
	}
	if out, err := m.command("etcd-snapshot", "save", "--name=before").CombinedOutput(); err != nil {
		t.Fatalf("snapshot: %v\n%s", err, out)
	}
	out, err := m.command("etcd-snapshot", "list").Output()
	if err != nil || !strings.Contains(string(out), "before-main-") {
		t.Fatalf("snapshots: %v\n%s", err, out)
	}
	late := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "late"}}
	if _, err := client.CoreV1().ConfigMaps("default").Create(ctx, late, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	p.kill()

	if said := m.refused("--token=second"); !strings.Contains(said, errOtherToken.Error()) {
		t.Errorf("another token: got\n%s", said)
	}
	m.write(m.paths().config(), strings.Replace(integration, "127.0.0.1", "127.0.0.2", 1))
	if said := m.refused(); !strings.Contains(said, "not a member of the etcd cluster") {
		t.Errorf("another address: got\n%s", said)
	}

	m.write(m.paths().config(), integration)

	authority := m.read(m.paths().tls("server-ca.crt"))
	if err := os.RemoveAll(m.paths().tls()); err != nil {
		t.Fatal(err)
	}
	p = m.start()
	if m.read(m.paths().tls("server-ca.crt")) != authority {
		t.Error("the authority did not come back from the datastore")
	}
	node, err := m.kubernetes().CoreV1().Nodes().Get(ctx, "main", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if string(node.UID) != uid {
		t.Error("the node is another one after a restart")
	}
	p.stop()
	restoreSnapshot(ctx, t, m)
	refuseNode(t, m)
}

// untainted is the node once nothing says any more that it is not ready: that taint goes a moment after the condition.
func untainted(ctx context.Context, t *testing.T, client kubernetes.Interface) *corev1.Node {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		node, err := client.CoreV1().Nodes().Get(ctx, "main", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		late := slices.ContainsFunc(node.Spec.Taints, func(taint corev1.Taint) bool { return taint.Key == corev1.TaintNodeNotReady })
		if !late || time.Now().After(end) {
			return node
		}
	}
}

// checkNewCluster looks at what a first start leaves, and returns the node's UID.
func checkNewCluster(ctx context.Context, t *testing.T, m *machine, client kubernetes.Interface) string {
	t.Helper()
	namespaces, err := client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, namespace := range namespaces.Items {
		names = append(names, namespace.Name)
	}
	if got := strings.Join(names, " "); got != "default kube-node-lease kube-public kube-system" {
		t.Errorf("namespaces: got %s", got)
	}
	node := untainted(ctx, t, client)
	ready := false
	for _, c := range node.Status.Conditions {
		ready = ready || c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	}
	if !ready {
		t.Errorf("the node is not ready: %+v", node.Status.Conditions)
	}
	for label, want := range map[string]string{"node-role.kubernetes.io/control-plane": "true", "lvs-cloud.dev/role": "main"} {
		if node.Labels[label] != want {
			t.Errorf("label %s: got %q, want %q", label, node.Labels[label], want)
		}
	}
	if len(node.Spec.Taints) != 1 || node.Spec.Taints[0].Key != "lvs-cloud.dev/test" {
		t.Errorf("taints: got %+v", node.Spec.Taints)
	}
	if node.Annotations[twinAnnotation] != "simulated node" || node.Status.Capacity.Pods().Value() != 80 {
		t.Errorf("node: got %+v", node)
	}
	_, resources, err := client.Discovery().ServerGroupsAndResources()
	if err != nil {
		t.Fatal(err)
	}
	charts := false
	for _, list := range resources {
		charts = charts || list.GroupVersion == "helm.cattle.io/v1" && len(list.APIResources) > 1
	}
	if !charts {
		t.Error("HelmChart and HelmChartConfig are not served")
	}
	if info, err := os.Stat(m.paths().kubeconfig()); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("kubeconfig: got %v, %v", info, err)
	}
	if token := m.read(m.paths().server("node-token")); !strings.HasPrefix(token, "K10") || !strings.HasSuffix(token, "::server:first\n") {
		t.Errorf("node-token: got %q", token)
	}
	return string(node.UID)
}

// restoreSnapshot brings back the snapshot on a machine that lost its datastore.
func restoreSnapshot(ctx context.Context, t *testing.T, m *machine) {
	t.Helper()
	files, err := filepath.Glob(m.paths().server("db", "snapshots", "before-*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("snapshots: got %v, %v", files, err)
	}
	if said := m.refused("--cluster-reset", "--cluster-reset-restore-path="+files[0], "--token=second"); !strings.Contains(said, errOtherToken.Error()) {
		t.Errorf("restore with another token: got\n%s", said)
	}
	out, err := m.command("server", "--cluster-reset", "--cluster-reset-restore-path="+files[0]).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "membership has been reset") {
		t.Fatalf("restore: %v\n%s", err, out)
	}
	p := m.start()
	client := m.kubernetes()
	secret, err := client.CoreV1().Secrets("default").Get(ctx, "kept", metav1.GetOptions{})
	if err != nil || string(secret.Data["key"]) != "plain-secret-text" {
		t.Errorf("the secret after a restore: %v, %v", secret, err)
	}
	if _, err := client.CoreV1().ConfigMaps("default").Get(ctx, "late", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("an object younger than the snapshot: got %v, want not found", err)
	}
	p.stop()
}

// refuseNode starts with a node password that is not the first one's.
func refuseNode(t *testing.T, m *machine) {
	t.Helper()
	first := m.read(m.paths().nodePassword())
	m.write(m.paths().nodePassword(), "another\n")
	started := time.Now()
	p := m.launch()
	if !p.ready(90 * time.Second) {
		t.Fatalf("k3s is not up; it says\n%s", p.log)
	}
	if m.joined(started, 7*time.Second) {
		t.Error("a node with another password joined")
	}
	m.write(m.paths().nodePassword(), first)
	if !m.joined(started, 15*time.Second) {
		t.Error("the node did not join with its own password")
	}
	p.stop()
	if !strings.Contains(p.log.String(), "Node password rejected") {
		t.Errorf("got\n%s", p.log)
	}
}
