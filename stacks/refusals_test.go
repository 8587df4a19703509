package stacks

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

// refusal is a configuration that must be refused: a good one with some keys of `cloud` replaced.
type refusal struct {
	name string
	// cloud replaces keys of the good configuration; an empty text takes a key away. With the key "" it is the
	// whole of it.
	cloud map[string]string
	// secrets is the object of secrets.
	secrets string
}

const goodKey = `"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl you@example.com"`

var refusals = []refusal{
	{"no configuration at all", map[string]string{"": ""}, ""},
	{"a text instead of an object", map[string]string{"": `hello`}, ""},
	{"a list instead of an object", map[string]string{"": `["domain"]`}, ""},
	{"a number instead of an object", map[string]string{"": `42`}, ""},
	{"an empty object", map[string]string{"": `{}`}, ""},
	{"an unknown key", map[string]string{"domian": `"example.com"`}, ""},
	{"a key in other letters", map[string]string{"Domain": `"example.com"`}, ""},
	{"an unknown key of server", map[string]string{"server": `{"typ": "cx23"}`}, ""},
	{"an unknown key of volume", map[string]string{"volume": `{"size": 50}`}, ""},
	{"a key without its unit", map[string]string{"volume": `{"sizeGb": 50}`}, ""},
	{"an unknown key of access", map[string]string{"access": `{"adminCidrs": ["192.0.2.1/32"]}`}, ""},
	{"an unknown key of k3s", map[string]string{"k3s": `{"channel": "stable"}`}, ""},
	{"an unknown key of zone", map[string]string{"zone": `{"name": "example.com", "token": "x"}`}, `{"zoneToken": "x"}`},
	{"an unknown secret", nil, `{"zonetoken": "x"}`},
	{"unknown keys at every level", map[string]string{
		"a": `1`, "server": `{"b": 1}`, "volume": `{"c": 1}`, "access": `{"d": 1}`, "k3s": `{"e": 1}`,
	}, `{"f": 1}`},
	{"proxies that are everybody, or twice the same", map[string]string{"ingress": `{"trustedProxies": ["0.0.0.0/0", "192.0.2.0/24", "192.0.2.0/24"]}`}, ""},
	{"an unknown key of ingress", map[string]string{"ingress": `{"proxies": []}`}, ""},
	{"an issuer that there is not, and no address", map[string]string{"certificates": `{"issuer": "me", "email": "You <you@example.com>"}`}, ""},
	{"another kind of storage", map[string]string{"storage": `{"kind": "ceph"}`}, ""},
	{"databases and images of no size", map[string]string{"postgres": `{"sizeGiB": -1}`, "registry": `{"sizeGiB": 20000}`}, ""},
	{"services that cannot be left out, or twice", map[string]string{"without": `["registry", "registry", "storage"]`}, ""},
	{"a start page without a sign-on, and a sign-on without its database", map[string]string{"without": `["postgres"]`}, ""},
	{"a start page without a sign-on", map[string]string{"without": `["authentication"]`}, ""},
	{"measurements and logs of no size, for no time", map[string]string{
		"monitoring": `{"sizeGiB": -1, "retentionDays": 5000}`, "logs": `{"sizeGiB": 20000, "retentionDays": -1}`, "grafana": `{"sizeGiB": -1}`,
	}, ""},
	{"alerts by mail without a mail server", map[string]string{"alerts": `{"email": "you@example.com"}`}, ""},
	{"alerts to nobody", map[string]string{"alerts": `{"email": "you"}`}, ""},
	{"a mail server without anything", map[string]string{"smtp": `{}`}, ""},
	{"a mail server without its password", map[string]string{"smtp": `{"host": "smtp.example.com", "username": "you", "from": "you@example.com"}`}, ""},
	{"a mail server that is none", map[string]string{"smtp": `{"host": "smtp", "port": 70000, "username": "you", "from": "You <you@example.com>"}`}, `{"smtpPassword": "x"}`},
	{"alerts to no URL", nil, `{"alertWebhookURL": "ntfy.sh", "deadMansSwitchURL": "http://hc-ping.com/hunter2"}`},
	{"a user with a password for a hash", nil, `{"users": {"Ann": {"email": "ann", "groups": [], "passwordHash": "hunter2"}}}`},
	{"a user as a text", nil, `{"users": {"ann": "hunter2"}}`},
	{"an unknown key of a user", nil, `{"users": {"ann": {"mail": "ann@example.com"}}}`},
	{"the whole on a small server in the large profile", map[string]string{"profile": `"standard"`}, ""},
	{"more than the volume holds", map[string]string{"postgres": `{"sizeGiB": 40}`}, ""},
	{"a pinned image with its host, and one twice", map[string]string{"registry": `{"pinned": ["registry.example.com:5000/web:1", "web:1", "web:1"]}`}, ""},
	{"git without a URL", map[string]string{"git": `{"branch": "main"}`}, ""},
	{"git by HTTPS, from a strange branch", map[string]string{"git": `{"url": "https://user:hunter2@github.com/you/cloud", "branch": "-x"}`}, ""},
	{"git of an unknown server", map[string]string{"git": `{"url": "ssh://git@git.example.com/you/cloud"}`}, ""},
	{"a known host that is none", map[string]string{"git": `{"url": "ssh://git@git.example.com/you/cloud", "knownHosts": ["git.example.com"]}`}, ""},
	{"an unknown key of git", map[string]string{"git": `{"url": "ssh://git@github.com/you/cloud", "token": "x"}`}, ""},
	{"a profile that there is not", map[string]string{"profile": `"fat"`}, ""},
	{"a server type that there is not", map[string]string{"server": `{"type": "cx99"}`}, ""},
	{"no domain", map[string]string{"domain": ""}, ""},
	{"an empty domain", map[string]string{"domain": `""`}, ""},
	{"a domain with a scheme", map[string]string{"domain": `"https://example.com"`}, ""},
	{"a domain with a path", map[string]string{"domain": `"example.com/cloud"`}, ""},
	{"a domain with a port", map[string]string{"domain": `"example.com:443"`}, ""},
	{"a domain in capitals", map[string]string{"domain": `"Example.com"`}, ""},
	{"a domain with a wildcard", map[string]string{"domain": `"*.example.com"`}, ""},
	{"a domain of one label", map[string]string{"domain": `"localhost"`}, ""},
	{"a domain with a closing dot", map[string]string{"domain": `"example.com."`}, ""},
	{"a domain with an underscore", map[string]string{"domain": `"my_cloud.example.com"`}, ""},
	{"an address for a domain", map[string]string{"domain": `"192.0.2.1"`}, ""},
	{"a domain that is too long", map[string]string{"domain": `"` + strings.Repeat("a.", 130) + `com"`}, ""},
	{"a number for a domain", map[string]string{"domain": `42`}, ""},
	{"a zone without its token", map[string]string{"zone": `{"name": "example.com"}`}, ""},
	{"a zone with an empty token", map[string]string{"zone": `{"name": "example.com"}`}, `{"zoneToken": ""}`},
	{"a zone without a name", map[string]string{"zone": `{}`}, `{"zoneToken": "x"}`},
	{"a zone of somebody else", map[string]string{"zone": `{"name": "example.org"}`}, `{"zoneToken": "x"}`},
	{"a zone that ends alike", map[string]string{"zone": `{"name": "ample.com"}`}, `{"zoneToken": "x"}`},
	{"a zone as a text", map[string]string{"zone": `"example.com"`}, `{"zoneToken": "x"}`},
	{"secrets as a text", nil, `hunter2`},
	{"a secret of another type", nil, `{"zoneToken": 42}`},
	{"a location that does not exist", map[string]string{"location": `"berlin"`}, ""},
	{"a data centre for a location", map[string]string{"location": `"nbg1-dc3"`}, ""},
	{"a location in capitals", map[string]string{"location": `"NBG1"`}, ""},
	{"a server type that is sold no more", map[string]string{"server": `{"type": "cx22"}`}, ""},
	{"a server type of another architecture", map[string]string{"server": `{"type": "cax11"}`}, ""},
	{"a server type of another cloud", map[string]string{"server": `{"type": "t3.micro"}`}, ""},
	{"an image of another family", map[string]string{"server": `{"image": "fedora-43"}`}, ""},
	{"an image by number", map[string]string{"server": `{"image": "45557056"}`}, ""},
	{"an image without a version", map[string]string{"server": `{"image": "debian"}`}, ""},
	{"a server as a text", map[string]string{"server": `"cx23"`}, ""},
	{"a volume of 5 GB", map[string]string{"volume": `{"sizeGB": 5}`}, ""},
	{"a volume of 20 TB", map[string]string{"volume": `{"sizeGB": 20480}`}, ""},
	{"a volume of less than nothing", map[string]string{"volume": `{"sizeGB": -50}`}, ""},
	{"a volume with a unit", map[string]string{"volume": `{"sizeGB": "50GB"}`}, ""},
	{"a volume in quotes", map[string]string{"volume": `{"sizeGB": "50"}`}, ""},
	{"half a gigabyte too much", map[string]string{"volume": `{"sizeGB": 50.5}`}, ""},
	{"a size larger than any number", map[string]string{"volume": `{"sizeGB": 1e99}`}, ""},
	{"a volume to adopt by name", map[string]string{"volume": `{"adoptID": "data"}`}, ""},
	{"a volume to adopt below zero", map[string]string{"volume": `{"adoptID": -1}`}, ""},
	{"a /33", map[string]string{"access": `{"adminCIDRs": ["192.0.2.1/33"]}`}, ""},
	{"an address without a prefix", map[string]string{"access": `{"adminCIDRs": ["192.0.2.1"]}`}, ""},
	{"a network with host bits", map[string]string{"access": `{"adminCIDRs": ["192.0.2.17/24"]}`}, ""},
	{"an IPv6 network with host bits", map[string]string{"access": `{"adminCIDRs": ["2001:db8::1/64"]}`}, ""},
	{"a name for a network", map[string]string{"access": `{"adminCIDRs": ["home.example.com"]}`}, ""},
	{"everyone as an operator", map[string]string{"access": `{"adminCIDRs": ["0.0.0.0/0"]}`}, ""},
	{"everyone as an operator in IPv6", map[string]string{"access": `{"adminCIDRs": ["::/0"]}`}, ""},
	{"the same network twice", map[string]string{"access": `{"adminCIDRs": ["192.0.2.0/24", "192.0.2.0/24"]}`}, ""},
	{"half of everyone", map[string]string{"access": `{"adminCIDRs": ["0.0.0.0/1", "128.0.0.0/1"]}`}, ""},
	{"half of everyone in IPv6", map[string]string{"access": `{"adminCIDRs": ["8000::/1"]}`}, ""},
	{"everyone as an operator, in disguise", map[string]string{"access": `{"adminCIDRs": ["::ffff:0.0.0.0/96"]}`}, ""},
	{"a network that is no list", map[string]string{"access": `{"adminCIDRs": "192.0.2.1/32"}`}, ""},
	{"a key that is none", map[string]string{"access": `{"adminCIDRs": ["192.0.2.0/24"], "sshKeys": ["hello"]}`}, ""},
	{"a key file instead of a key", map[string]string{"access": `{"adminCIDRs": ["192.0.2.0/24"], "sshKeys": ["~/.ssh/id_ed25519.pub"]}`}, ""},
	{"a private key", map[string]string{"access": `{"adminCIDRs": ["192.0.2.0/24"], "sshKeys": ["-----BEGIN OPENSSH PRIVATE KEY-----"]}`}, ""},
	{"a key with options", map[string]string{"access": `{"adminCIDRs": ["192.0.2.0/24"], "sshKeys": ["no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"]}`}, ""},
	{"a DSA key", map[string]string{"access": `{"adminCIDRs": ["192.0.2.0/24"], "sshKeys": ["ssh-dss AAAAB3NzaC1kc3MAAACB"]}`}, ""},
	{"the same key twice", map[string]string{"access": `{"adminCIDRs": ["192.0.2.0/24"], "sshKeys": [` + goodKey + `, ` + goodKey + `]}`}, ""},
	{"the newest k3s", map[string]string{"k3s": `{"version": "latest"}`}, ""},
	{"a channel of k3s", map[string]string{"k3s": `{"version": "v1.36"}`}, ""},
	{"a k3s that is not pinned", map[string]string{"k3s": `{"version": "v1.99.0+k3s1"}`}, ""},
	{"a k3s version as a number", map[string]string{"k3s": `{"version": 1.36}`}, ""},
	{"artifacts from a folder", map[string]string{"k3s": `{"artifactBaseURL": "/srv/k3s"}`}, ""},
	{"artifacts by FTP", map[string]string{"k3s": `{"artifactBaseURL": "ftp://example.com/k3s"}`}, ""},
	{"artifacts with a query", map[string]string{"k3s": `{"artifactBaseURL": "https://example.com/k3s?token=x"}`}, ""},
	{"artifacts from nowhere", map[string]string{"k3s": `{"artifactBaseURL": "https://"}`}, ""},
	{"a URL that is none", map[string]string{"k3s": `{"artifactBaseURL": "https://exa mple.com"}`}, ""},
	{"no checksum", map[string]string{"k3s": `{"checksum": "none"}`}, ""},
	{"artifacts with a password", map[string]string{"k3s": `{"artifactBaseURL": "https://me:secret@example.com/k3s"}`}, ""},
	{"a label without a key", map[string]string{"labels": `{"": "x"}`}, ""},
	{"a label with a space", map[string]string{"labels": `{"owner": "two words"}`}, ""},
	{"a label that is too long", map[string]string{"labels": `{"owner": "` + strings.Repeat("x", 64) + `"}`}, ""},
	{"a label of the cloud's own", map[string]string{"labels": `{"stack": "mine"}`}, ""},
	{"a label that is a number", map[string]string{"labels": `{"cost-centre": 42}`}, ""},
	{"labels as a list", map[string]string{"labels": `["owner"]`}, ""},
	{"half a protection", map[string]string{"protection": `"partial"`}, ""},
	{"protection as a truth", map[string]string{"protection": `true`}, ""},
	{"many problems at once", map[string]string{
		"domain": `"https://example.com"`, "location": `"berlin"`, "server": `{"type": "cax11", "image": "windows"}`,
		"volume": `{"sizeGB": 5}`, "access": `{"adminCIDRs": ["192.0.2.17/24"], "sshKeys": ["x"]}`,
		"k3s": `{"version": "latest"}`, "protection": `"off"`, "labels": `{"stack": "x"}`, "zone": `{"name": "example.com"}`,
	}, ""},
}

// config returns the configuration as the engine hands it to the program.
func (r refusal) config() map[string]string {
	out := map[string]string{}
	if r.secrets != "" {
		out[graph.Project+":secrets"] = r.secrets
	}
	if whole, ok := r.cloud[""]; ok {
		if whole != "" {
			out[graph.Project+":cloud"] = whole
		}
		return out
	}
	keys := map[string]string{"domain": `"example.com"`, "access": `{"adminCIDRs": ["192.0.2.0/24"]}`}
	for k, v := range r.cloud {
		if keys[k] = v; v == "" {
			delete(keys, k)
		}
	}
	var fields []string
	for k, v := range keys {
		fields = append(fields, fmt.Sprintf("%q: %s", k, v))
	}
	out[graph.Project+":cloud"] = "{" + strings.Join(fields, ", ") + "}"
	return out
}

// TestRefusals shows what each bad configuration is answered with; nothing may be registered before.
func TestRefusals(t *testing.T) {
	var b strings.Builder
	for _, r := range refusals {
		g, err := graph.Run(Program, graph.Options{Config: r.config()})
		if err == nil {
			t.Errorf("%s: got no error, want it refused", r.name)
			continue
		}
		if len(g.Resources) > 0 {
			t.Errorf("%s: got %d resources registered, want none", r.name, len(g.Resources))
		}
		message := err.Error()
		if i := strings.Index(message, "configuration of stack"); i >= 0 {
			message = message[i:]
		}
		fmt.Fprintf(&b, "## %s\n%s\n\n", r.name, strings.TrimSpace(message))
	}
	golden(t, filepath.Join("testdata", "refusals.golden"), b.String())
}

// golden compares a text with a file, or writes it with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what there is now; write it anew with `make golden` and read the difference", path)
	}
}
