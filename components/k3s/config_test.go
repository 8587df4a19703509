package k3s

import (
	"strings"
	"testing"
)

func TestLocalStorage(t *testing.T) {
	for wanted, want := range map[bool]string{
		false: "disable:\n    - local-storage\n", true: "default-local-storage-path: /data/k3s/storage\n",
	} {
		args := validArgs()
		args.LocalStorage = wanted
		got, err := renderConfig(args, "192.0.2.1", "/data")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(got, want) || strings.Contains(got, "local-storage-path") != wanted || strings.Contains(got, "disable:") == wanted {
			t.Errorf("%t: got\n%s\nwant %s", wanted, got, want)
		}
	}
	// It is the folder that install.sh mounts on k3s' own, so that nothing moves when k3s is asked for it by another name.
	if want := "[/var/lib/rancher/k3s/storage]=k3s/storage\n"; !strings.Contains(installScript, want) {
		t.Errorf("got no %q in install.sh, want the storage bound from the volume", want)
	}
}

// Prometheus reads etcd at the node's private address, which is what k3s serves its metrics at beside loopback.
func TestEtcdIsMeasured(t *testing.T) {
	got, err := renderConfig(validArgs(), "192.0.2.1", "/data")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"etcd-expose-metrics: true\n", "node-ip: 10.0.1.10\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant %s", got, want)
		}
	}
}
