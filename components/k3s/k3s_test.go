package k3s

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func validArgs() *Args {
	return &Args{
		Version: "v1.36.5+k3s1", Checksum: strings.Repeat("0a", 32),
		ArtifactBaseURL: &url.URL{Scheme: "https", Host: "example.com", Path: "/k3s"},
		ServerType:      "cx23", NodeName: "lvs-cloud-test-node", NodeIP: netip.MustParseAddr("10.0.1.10"), APIHost: "api.example.com",
		PublicIPv4: pulumi.String("192.0.2.1"), ServerID: pulumi.Int(7), MountPoint: pulumi.String("/data"),
		Connection: remote.ConnectionArgs{Host: pulumi.String("192.0.2.1"), HostKey: pulumi.String("ssh-ed25519 AAAA")},
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "k3s", args)
		return err
	}
}

func TestCluster(t *testing.T) {
	g := graph.CheckComponent(t, program(validArgs()))
	install, err := g.Find("command:remote:Command", "k3s-install")
	if err != nil {
		t.Fatal(err)
	}
	if install.Inputs["stdin"].IsSecret() {
		t.Errorf("install: got a secret, want settings that a preview shows")
	}
	token, err := g.Find("command:remote:Command", "k3s-write-token")
	if err != nil {
		t.Fatal(err)
	}
	if !token.Inputs["stdin"].IsSecret() {
		t.Errorf("token: got it plain, want a secret")
	}
	kubeconfig, err := g.Find("command:remote:Command", "k3s-kubeconfig")
	if err != nil {
		t.Fatal(err)
	}
	if got := kubeconfig.Inputs["logging"].StringValue(); got != "none" {
		t.Errorf("kubeconfig: got logging %q, want none", got)
	}
}

func TestClusterRefuses(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{Checksum: "abc"}), `version: got ""`, `checksum: got "abc"`, "artifactBaseURL: got",
		"serverType: got none", "nodeName: got none", "nodeIP: got", "publicIPv4: got nil", "serverID: got nil", "connection.host: got nil", "mountPoint: got nil")
	for _, version := range []string{"latest", "v1.36", "1.36.5+k3s1", "v1.36.5", ">=v1.36.5+k3s1"} {
		args := validArgs()
		args.Version = version
		graph.CheckRefused(t, program(args), "want an exact release")
	}
}

const nodeKubeconfig = `apiVersion: v1
kind: Config
current-context: default
clusters:
- name: default
  cluster: {certificate-authority-data: Y2E=, server: "https://127.0.0.1:6443"}
contexts:
- name: default
  context: {cluster: default, user: default}
users:
- name: default
  user: {client-certificate-data: Y2VydA==, client-key-data: a2V5}
`

func TestLocalise(t *testing.T) {
	got, err := Localise(nodeKubeconfig, "lvs-cloud-test", "https://192.0.2.1:6443")
	if err != nil {
		t.Fatal(err)
	}
	for _, leftover := range []string{"default", "127.0.0.1"} {
		if strings.Contains(got, leftover) {
			t.Errorf("got %q left in\n%s", leftover, got)
		}
	}
	if n := strings.Count(got, "lvs-cloud-test"); n != 6 {
		t.Errorf("got the name %d times, want it for cluster, user, context and what refers to them (6) in\n%s", n, got)
	}
	for name, bad := range map[string]string{
		"no kubeconfig": "permission denied", "no yaml": "{", "no authority": strings.Replace(nodeKubeconfig, "Y2E=", `""`, 1),
	} {
		if _, err := Localise(bad, "x", "https://192.0.2.1:6443"); err == nil || !strings.HasPrefix(err.Error(), "kubeconfig: ") {
			t.Errorf("%s: got %v, want an error about the kubeconfig", name, err)
		}
	}
}
