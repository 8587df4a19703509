package k3s

import (
	"fmt"
	"net/netip"

	"go.yaml.in/yaml/v3"
)

// Memory that pods never get. What a pod can be given is the server's memory less these three.
const (
	// SystemReservedMiB is for the operating system: systemd, sshd, journald.
	SystemReservedMiB = 300
	// KubeReservedMiB is for k3s itself: API server, etcd, kubelet and containerd.
	KubeReservedMiB = 700
	// EvictionMiB is left free; below it the kubelet ends pods before the kernel does.
	EvictionMiB = 150
)

// config is the k3s configuration file.
// Source: https://docs.k3s.io/cli/server
type config struct {
	// Embedded etcd from the first day: a single server can later be joined by others, and snapshots exist.
	ClusterInit       bool   `yaml:"cluster-init"`
	TokenFile         string `yaml:"token-file"`
	SecretsEncryption bool   `yaml:"secrets-encryption"`

	NodeName       string   `yaml:"node-name"`
	NodeIP         string   `yaml:"node-ip"`
	NodeExternalIP string   `yaml:"node-external-ip"`
	TLSSAN         []string `yaml:"tls-san"`

	// Disable leaves out local-storage alone, or nothing. Traefik, its load balancer, CoreDNS and metrics stay.
	Disable []string `yaml:"disable,omitempty"`
	// LocalStoragePath is where the provisioner makes volumes. It is named by its place on the data volume, not by the one
	// that is bound to it, so that nothing but a mounted volume is ever written to.
	LocalStoragePath string `yaml:"default-local-storage-path,omitempty"`

	WriteKubeconfigMode   string `yaml:"write-kubeconfig-mode"`
	ProtectKernelDefaults bool   `yaml:"protect-kernel-defaults"`
	EtcdSnapshotSchedule  string `yaml:"etcd-snapshot-schedule-cron"`
	EtcdSnapshotRetention int    `yaml:"etcd-snapshot-retention"`
	// EtcdExposeMetrics serves etcd's metrics at the node's private address too, port 2381, in plain HTTP: a slow disk shows
	// there first. At loopback alone, no pod could read them.
	EtcdExposeMetrics bool `yaml:"etcd-expose-metrics"`
}

func renderConfig(a *Args, publicIPv4, mountPoint string) (string, error) {
	san := []string{publicIPv4}
	if a.APIHost != "" {
		san = append(san, a.APIHost)
	}
	c := config{
		ClusterInit:           true,
		TokenFile:             mountPoint + "/k3s/token",
		SecretsEncryption:     true,
		NodeName:              a.NodeName,
		NodeIP:                a.NodeIP.String(),
		NodeExternalIP:        publicIPv4,
		TLSSAN:                san,
		WriteKubeconfigMode:   "0600",
		ProtectKernelDefaults: true,
		EtcdSnapshotSchedule:  "0 */6 * * *",
		EtcdSnapshotRetention: 12,
		EtcdExposeMetrics:     true,
	}
	if a.LocalStorage {
		c.LocalStoragePath = mountPoint + "/k3s/storage"
	} else {
		c.Disable = []string{"local-storage"}
	}
	return render("k3s configuration", c)
}

// kubeletConfig is a drop-in that the kubelet merges over what k3s sets itself.
// Source: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
type kubeletConfig struct {
	APIVersion                  string            `yaml:"apiVersion"`
	Kind                        string            `yaml:"kind"`
	SystemReserved              map[string]string `yaml:"systemReserved"`
	KubeReserved                map[string]string `yaml:"kubeReserved"`
	EvictionHard                map[string]string `yaml:"evictionHard"`
	FailSwapOn                  bool              `yaml:"failSwapOn"`
	MemorySwap                  map[string]string `yaml:"memorySwap"`
	MaxPods                     int               `yaml:"maxPods"`
	ImageGCHighThresholdPercent int               `yaml:"imageGCHighThresholdPercent"`
	ImageGCLowThresholdPercent  int               `yaml:"imageGCLowThresholdPercent"`
	ContainerLogMaxSize         string            `yaml:"containerLogMaxSize"`
	ContainerLogMaxFiles        int               `yaml:"containerLogMaxFiles"`
}

func renderKubeletConfig() (string, error) {
	return render("kubelet configuration", kubeletConfig{
		APIVersion:     "kubelet.config.k8s.io/v1beta1",
		Kind:           "KubeletConfiguration",
		SystemReserved: map[string]string{"memory": fmt.Sprintf("%dMi", SystemReservedMiB)},
		KubeReserved:   map[string]string{"memory": fmt.Sprintf("%dMi", KubeReservedMiB)},
		EvictionHard: map[string]string{
			"memory.available": fmt.Sprintf("%dMi", EvictionMiB),
			"nodefs.available": "8%", "imagefs.available": "8%",
		},
		// The host's swap is compressed memory; pods get their share of it only within their limits.
		FailSwapOn:                  false,
		MemorySwap:                  map[string]string{"swapBehavior": "LimitedSwap"},
		MaxPods:                     80,
		ImageGCHighThresholdPercent: 75,
		ImageGCLowThresholdPercent:  60,
		ContainerLogMaxSize:         "5Mi",
		ContainerLogMaxFiles:        2,
	})
}

func render(what string, v any) (string, error) {
	text, err := yaml.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	return string(text), nil
}

// apiServer is the address of the Kubernetes API.
func apiServer(publicIPv4 string) (string, error) {
	addr, err := netip.ParseAddr(publicIPv4)
	if err != nil {
		return "", fmt.Errorf("public address: %w", err)
	}
	return "https://" + netip.AddrPortFrom(addr, 6443).String(), nil
}
