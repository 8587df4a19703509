package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// load reads a configuration file as `k3s server` would, below a root of its own.
func load(t *testing.T, text string, args ...string) (*config, error) {
	t.Helper()
	root := t.TempDir()
	file := newPaths(root, "").config()
	if err := os.MkdirAll(file+".d", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	flags, err := parseFlags(append([]string{"--twin-root", root}, args...))
	if err != nil {
		return nil, err
	}
	return newConfig(unreleased, flags)
}

const typical = `
cluster-init: true
token-file: /data/k3s/token
secrets-encryption: true
secrets-encryption-provider: secretbox
node-name: main
node-ip: 10.0.1.5
node-external-ip: 127.64.1.7
tls-san: [api.example.org, "127.64.1.7"]
disable: [local-storage, "traefik,servicelb"]
default-local-storage-path: /data/local-path
write-kubeconfig-mode: "0640"
etcd-snapshot-retention: 12
etcd-snapshot-schedule-cron: "0 */6 * * *"
etcd-arg: [quota-backend-bytes=2147483648]
kubelet-arg: [system-reserved=memory=300Mi, "eviction-hard=memory.available<150Mi,nodefs.available<8%", max-pods=80]
kube-controller-manager-arg: [bind-address=0.0.0.0]
kube-proxy-arg: [metrics-bind-address=0.0.0.0]
protect-kernel-defaults: true
`

func TestConfigOfASingleServer(t *testing.T) {
	c, err := load(t, typical, "--node-label=a=b")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.nodeIPs[0].String(); got != "10.0.1.5" {
		t.Errorf("node-ip: got %s", got)
	}
	if c.kubeconfigMode != 0o640 || c.snapshots.retention != 12 || c.encryptProvider != "secretbox" || !c.kernelDefaults {
		t.Errorf("scalars: got %+v", c)
	}
	if want := []string{"api.example.org", "127.64.1.7"}; !slices.Equal(c.sans, want) {
		t.Errorf("tls-san: got %v, want %v", c.sans, want)
	}
	if want := []string{"a=b"}; !slices.Equal(c.labels, want) {
		t.Errorf("node-label: got %v, want %v", c.labels, want)
	}
	if _, err := c.newKubelet(); err == nil {
		t.Fatal("the kubelet's drop-in folder does not exist, and is not missed")
	}
	if err := c.paths.create(); err != nil {
		t.Fatal(err)
	}
	k, err := c.newKubelet()
	if err != nil {
		t.Fatal(err)
	}
	if k.config.MaxPods != 80 || k.config.SystemReserved["memory"] != "300Mi" || k.config.EvictionHard["memory.available"] != "150Mi" {
		t.Errorf("kubelet: got %d pods, %v reserved, %v", k.config.MaxPods, k.config.SystemReserved, k.config.EvictionHard)
	}
}

func TestConfigRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown key":           {"cluster-int: true", `unknown key "cluster-int"`},
		"test option":           {"twin-root: /tmp", `unknown key "twin-root"`},
		"key twice":             {"debug: true\ndebug: false", `key "debug"`},
		"nested value":          {"node-label: {a: b}", `key "node-label": want a value`},
		"no bool":               {"cluster-init: perhaps", `invalid argument "perhaps"`},
		"no number":             {"etcd-snapshot-retention: many", `invalid argument "many"`},
		"component":             {"disable: [trafik]", `"trafik" is no packaged component`},
		"backend":               {"flannel-backend: calico", "flannel-backend"},
		"provider":              {"secrets-encryption-provider: rot13", "secrets-encryption-provider"},
		"mode":                  {"write-kubeconfig-mode: \"rw\"", "write-kubeconfig-mode"},
		"address":               {"node-ip: main", `--node-ip: "main" is no address`},
		"cron":                  {"etcd-snapshot-schedule-cron: often", "etcd-snapshot-schedule-cron"},
		"other datastore":       {"datastore-endpoint: mysql://x", "does not implement --datastore-endpoint"},
		"joining":               {"server: https://10.0.1.6:6443", "does not implement --server"},
		"controller flag":       {"kube-controller-manager-arg: [no-such=1]", "unknown flag: --no-such"},
		"scheduler flag":        {"kube-scheduler-arg: [no-such=1]", "unknown flag: --no-such"},
		"proxy flag":            {"kube-proxy-arg: [no-such=1]", "unknown flag: --no-such"},
		"restore without reset": {"cluster-reset-restore-path: /x", "needs --cluster-reset"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestConfigReportsEveryProblem(t *testing.T) {
	_, err := load(t, "flannel-backend: calico\nnode-ip: main\ndisable: [trafik]")
	for _, want := range []string{"flannel-backend", "node-ip", "disable"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

func TestConfigDropIns(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "config.yaml")
	for name, text := range map[string]string{
		"config.yaml":             "node-name: a\nnode-label: [x=1]\ntoken: t",
		"config.yaml.d/10.yaml":   "node-name: b\nnode-label+: [y=2]",
		"config.yaml.d/20.yml":    "tls-san: z",
		"config.yaml.d/30.ignore": "nonsense",
	} {
		if err := os.MkdirAll(filepath.Join(root, "config.yaml.d"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := readConfig(file, configurable)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"--node-name=b", "--node-label=x=1", "--node-label=y=2", "--token=t", "--tls-san=z"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestKubelet(t *testing.T) {
	const dropIn = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"
	for name, c := range map[string]struct{ text, file, want string }{
		"unknown flag":       {"kubelet-arg: [no-such-flag=1]", "", "unknown flag: --no-such-flag"},
		"malformed value":    {"kubelet-arg: [max-pods=lots]", "", `invalid argument "lots"`},
		"unknown gate":       {"kubelet-arg: [feature-gates=NoSuchGate=true]", "", "NoSuchGate"},
		"reserved label":     {"node-label: [kubernetes.io/x=1]", "", "unknown 'kubernetes.io' or 'k8s.io' labels"},
		"malformed taint":    {"node-taint: [a=b:Never]", "", "Never"},
		"unknown field":      {"", dropIn + "maxPodz: 3", `unknown field "maxPodz"`},
		"invalid value":      {"", dropIn + "maxPods: -3", "maxPods"},
		"no kind":            {"", "maxPods: 3", "Kind"},
		"swap without fails": {"", dropIn + "memorySwap: {swapBehavior: Always}", "memorySwap.swapBehavior"},
		"good":               {"", dropIn + "failSwapOn: false\nmemorySwap: {swapBehavior: LimitedSwap}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := load(t, "node-ip: 10.0.1.5\nnode-name: main\n"+c.text)
			if err != nil {
				t.Fatal(err)
			}
			if err := got.paths.create(); err != nil {
				t.Fatal(err)
			}
			if c.file != "" {
				if err := os.WriteFile(filepath.Join(got.paths.kubeletConfigDir(), "50-test.conf"), []byte(c.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			k, err := got.newKubelet()
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want == "" && k.config.MemorySwap.SwapBehavior != "LimitedSwap":
				t.Errorf("drop-in: got %+v", k.config.MemorySwap)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestNodeAddress(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.77": "not found in the host's network interfaces",
		"127.0.0.1":    "can't be loopback address",
		"0.0.0.0":      "not an address a node can have",
	} {
		c, err := load(t, "node-ip: "+address)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.complete(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", address, err, want)
		}
	}
}

// The metrics of etcd are plain text for whoever reaches them: at the node's address only when k3s is told so.
func TestEtcdMetricsAreWhereTheyAreWanted(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "http://127.0.0.1:2381",
		"etcd-expose-metrics: true": "http://127.0.0.1:2381 http://10.0.1.5:2381",
	} {
		c, err := load(t, "node-ip: 10.0.1.5\nnode-name: main\n"+text)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(c.paths.etcd(), 0o700); err != nil {
			t.Fatal(err)
		}
		e, err := c.etcdConfig()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, u := range e.ListenMetricsUrls {
			got = append(got, u.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %q, want %s", text, got, want)
		}
	}
}
