package k3s

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/script"
	"github.com/lvs-cloud/lvs-cloud/internal/change"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	commandToken = "command:remote:Command"
	canary       = "registry-password: that 'nobody' may see"
)

func withRegistry(password string) *Args {
	args := validArgs()
	args.Registry = &Registry{Host: "registry.example.com", Endpoint: &url.URL{Scheme: "http", Host: "10.43.0.50:5000"}}
	if password != "" {
		args.Registry.User, args.Registry.Password = "node", pulumi.String(password)
	}
	return args
}

// registriesFile is what the script writes, as it stands encoded in its settings.
func registriesFile(t *testing.T, g *graph.Graph) string {
	t.Helper()
	text := change.Plain(g.Get(t, commandToken, "k3s-registries").Inputs["stdin"]).StringValue()
	m := regexp.MustCompile(`REGISTRIES="\$\(base64 -d <<<([A-Za-z0-9+/=]+)\)"`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("got no registries in the settings of\n%s", text)
	}
	file, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

func TestRegistries(t *testing.T) {
	g := graph.CheckComponent(t, program(withRegistry(canary)))
	want := "mirrors:\n    registry.example.com:\n        endpoint:\n            - http://10.43.0.50:5000\n" +
		"configs:\n    10.43.0.50:5000:\n        auth:\n            username: node\n            password: 'registry-password: that ''nobody'' may see'\n"
	if got := registriesFile(t, g); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	written, install := g.Get(t, commandToken, "k3s-registries"), g.Get(t, commandToken, "k3s-install")
	if !written.Inputs["stdin"].IsSecret() || install.Inputs["stdin"].IsSecret() {
		t.Errorf("got the file secret: %t, and the installation: %t, want the file alone", written.Inputs["stdin"].IsSecret(), install.Inputs["stdin"].IsSecret())
	}
	if got := strings.Join(install.Dependencies, "|") + "|"; !strings.Contains(got, commandToken+" k3s-registries|") || !strings.Contains(got, commandToken+" k3s-write-token|") {
		t.Errorf("got the installation after %s, want it after the token and the registries", got)
	}
	if got, ok := script.Setting(written.Inputs, "SERVER_ID"); got != "7" || !ok {
		t.Errorf("got server %q, want another server to get the file anew", got)
	}
	for _, r := range g.Resources {
		if text := fmt.Sprint(r.Inputs); strings.Contains(text, canary) || r.Name != "k3s-registries" && strings.Contains(text, "cmVnaXN0cnktcGFzc3dvcmQ") {
			t.Errorf("%s %s: got the password in it", r.Type, r.Name)
		}
	}
	want = "mirrors:\n    registry.example.com:\n        endpoint:\n            - http://10.43.0.50:5000\n"
	if got := registriesFile(t, graph.CheckComponent(t, program(withRegistry("")))); got != want {
		t.Errorf("without a password: got %s, want %s", got, want)
	}
}

// The installation restarts k3s for another file, and must learn of it although it may not know the password.
func TestInstallationLearnsOfOtherRegistries(t *testing.T) {
	digest := func(args *Args) string {
		t.Helper()
		got, ok := script.Setting(graph.CheckComponent(t, program(args)).Get(t, commandToken, "k3s-install").Inputs, "REGISTRIES")
		if !ok {
			t.Fatal("got no registries among the settings of the installation")
		}
		return got
	}
	if got := digest(validArgs()); got != "" {
		t.Errorf("without any: got %q, want nothing", got)
	}
	one, again, other := digest(withRegistry("one")), digest(withRegistry("one")), digest(withRegistry("other"))
	if one != again || one == other {
		t.Errorf("got %q, %q and for another password %q, want the same twice and then another", one, again, other)
	}
	mac := hmac.New(sha256.New, []byte(strings.Repeat("a-password", 7))) // the recorder's token
	mac.Write([]byte(registriesFile(t, graph.CheckComponent(t, program(withRegistry("one"))))))
	if want := hex.EncodeToString(mac.Sum(nil)); one != want {
		t.Errorf("got %q, want %q: without the token nobody may try passwords on it", one, want)
	}
}

func TestRegistryRefusals(t *testing.T) {
	for _, endpoint := range []*url.URL{
		nil, {}, {Scheme: "oci", Host: "a:1"}, {Scheme: "http", Host: "a"}, {Scheme: "http", Host: "a:1", Path: "/v2"}, {Scheme: "http", Host: "a:1", User: url.User("x")},
	} {
		args := withRegistry("x")
		args.Registry.Endpoint = endpoint
		graph.CheckRefused(t, program(args), "registry.endpoint: got")
	}
	args := withRegistry("")
	args.Registry.Host, args.Registry.User = "localhost", "node"
	graph.CheckRefused(t, program(args), `registry.host: got "localhost"`, "registry.password: got a user or a password alone")
	args.Registry.User, args.Registry.Password = "", pulumi.String("x")
	graph.CheckRefused(t, program(args), "registry.password: got a user or a password alone")
}

// onServer runs lines of install.sh on a server whose files lie in a folder, and whose k3s started at that time. It returns
// what the lines say.
func onServer(t *testing.T, dir, registries, lines string, started time.Time) string {
	t.Helper()
	body := installScript
	for name, path := range map[string]string{
		"k3s": "/usr/local/bin/k3s", "config.yaml": "/etc/rancher/k3s/config.yaml", "registries.yaml": "/etc/rancher/k3s/registries.yaml",
		"k3s.service": "/etc/systemd/system/k3s.service", "kubelet.conf": "/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/10-lvs-cloud.conf",
	} {
		if !strings.Contains(body, "="+path+"\n") {
			t.Fatalf("got no %s in install.sh, want the path that is tried here", path)
		}
		body = strings.Replace(body, "="+path+"\n", "="+filepath.Join(dir, name)+"\n", 1)
	}
	since := started.UTC().Format("Mon 2006-01-02 15:04:05.000000 UTC")
	cmd := exec.Command("bash", "-c", "set -euo pipefail\nsay() { echo \"$*\"; }\nsystemctl() { echo '"+since+"'; }\n"+body+lines)
	for _, name := range []string{"SERVER_ID", "SERVER_TYPE", "NODE_NAME", "VERSION", "ARTIFACT_BASE_URL", "CHECKSUM", "MOUNT_POINT", "CONFIG", "KUBELET_CONFIG"} {
		cmd.Env = append(cmd.Env, name+"=x")
	}
	cmd.Env = append(cmd.Env, "REGISTRIES="+registries, "PATH="+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

const outdated = "\nif is_outdated; then say outdated; else say current; fi"

// write makes files, and returns a time between theirs and that of whatever is written next.
func write(t *testing.T, dir string, names ...string) time.Time {
	t.Helper()
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(20 * time.Millisecond) // a file system's clock ticks more slowly than ours
	started := time.Now()
	time.Sleep(20 * time.Millisecond)
	return started
}

func TestK3sRestartsForNewerRegistries(t *testing.T) {
	dir := t.TempDir()
	started := write(t, dir, "k3s", "config.yaml", "kubelet.conf", "k3s.service")
	if got := onServer(t, dir, "x", outdated, started); got != "current" {
		t.Errorf("without registries: got %q, want current", got)
	}
	restarted := write(t, dir, "registries.yaml")
	for want, started := range map[string]time.Time{"outdated": started, "current": restarted} {
		if got := onServer(t, dir, "x", outdated, started); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestRegistriesThatAreNotWantedGo(t *testing.T) {
	dir := t.TempDir()
	started := write(t, dir, "k3s", "config.yaml", "kubelet.conf", "k3s.service", "registries.yaml")
	if got := onServer(t, dir, "wanted", "\ndrop_registries"+outdated, started); got != "current" {
		t.Errorf("wanted: got %q, want them left alone", got)
	}
	if got, want := onServer(t, dir, "", "\ndrop_registries"+outdated, started), "k3s: no registries any more\noutdated"; got != want {
		t.Errorf("not wanted: got %q, want %q", got, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "registries.yaml")); !os.IsNotExist(err) {
		t.Errorf("got %v, want no file any more", err)
	}
	if got := onServer(t, dir, "", "\ndrop_registries"+outdated, time.Now().Add(time.Minute)); got != "current" {
		t.Errorf("again: got %q, want nothing to be done", got)
	}
}

// An upgrade that is undone must not bring back the password of another day.
func TestNoSnapshotHasTheRegistries(t *testing.T) {
	for line := range strings.Lines(installScript) {
		if strings.Contains(line, "take_snapshot ") && strings.Contains(line, "registries") {
			t.Errorf("got %q, want a snapshot without the registries", line)
		}
	}
}
