package checks

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/components/volume"
)

// socket listens on a free port of the loopback interface, for a process that is started in a network of its own. It keeps the
// network that it was opened in.
func socket(t *testing.T) (address string, file *os.File) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if file, err = l.(*net.TCPListener).File(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return l.Addr().String(), file
}

// apart starts a script in a network and with mounts and processes of its own; it gets the socket of an address, which is
// returned.
func apart(t *testing.T, name, script string, env []string, args ...string) string {
	t.Helper()
	address, file := socket(t)
	cmd := exec.Command(filepath.Join("testdata", script), args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.ExtraFiles = []*os.File{file}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID}
	p := startCommand(t, name, cmd)
	p.await(t, ok("http://"+address+"/metrics"))
	return address
}

// startNodeExporter starts node_exporter as it runs on the node, and returns where it tells its metrics.
func startNodeExporter(t *testing.T) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "host")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	args := append([]string{root, volume.MountPoint, tool(t, "node_exporter"), "--web.systemd-socket", "--path.rootfs=" + root}, nodeExporterFlags(t)...)
	return apart(t, "node_exporter", "node.sh", nil, args...)
}

// nodeExporterFlags are those that our values give it.
func nodeExporterFlags(t *testing.T) []string {
	t.Helper()
	var release struct {
		Values struct {
			Flags []string `json:"extraArgs"`
		} `json:"values"`
	}
	spec := monitoringGraph(t, monitoringArgs()).Get(t, "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease", "monitoring-node").JSON(t, "spec")
	if err := json.Unmarshal([]byte(spec), &release); err != nil {
		t.Fatal(err)
	}
	return release.Values.Flags
}

// startEtcd starts the k3s stand-in, which embeds etcd as k3s does, and returns where etcd tells its metrics.
func startEtcd(t *testing.T) string {
	t.Helper()
	root, err := os.MkdirTemp("", "k8s") // short, for the socket's path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(root); err != nil {
			t.Error(err)
		}
	})
	write(t, root, "etc/rancher/k3s/config.yaml", "cluster-init: true\n")
	var ports []string
	for range 4 {
		_, port, err := net.SplitHostPort(freeAddress(t))
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, port)
	}
	p := start(t, "k3s", "server", "--twin-root", root, "--twin-loopback-node", "--https-listen-port", ports[0], "--twin-etcd-ports", strings.Join(ports[1:], ","))
	address := "127.0.0.1:" + ports[3]
	p.await(t, ok("http://"+address+"/metrics"))
	return address
}
