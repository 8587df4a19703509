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
