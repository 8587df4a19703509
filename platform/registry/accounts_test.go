package registry

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

// TestAccounts reads what each secret holds: the registry hashes, and who pulls a password.
func TestAccounts(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	for _, user := range []string{PushUser, PullUser} {
		if got := g.Get(t, passwordToken, "accounts-"+user).JSON(t, ""); got != `{"length":40,"special":false}` {
			t.Errorf("%s: got %s, want 40 letters and digits", user, got)
		}
	}
	hashes := g.Get(t, secretToken, "registry-accounts").Inputs["stringData"]
	if want := "push:$2a$10$a-hash\npull:$2a$10$a-hash\n"; !hashes.ContainsSecrets() || !strings.Contains(hashes.String(), want) {
		t.Errorf("got %v, want %q as a secret", hashes, want)
	}
	scan := g.Get(t, secretToken, "registry-scan")
	if got, want := scan.JSON(t, "metadata"), `{"name":"registry-pull","namespace":"flux-system"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := scan.JSON(t, "type"), `"kubernetes.io/dockerconfigjson"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	login := `{"auth":"` + base64.StdEncoding.EncodeToString([]byte("pull:"+canary)) + `"}`
	want := `{"auths":{"registry.cloud.example.com":` + login + `,"registry.registry.svc.cluster.local:5000":` + login + `}}`
	if data := scan.Inputs["stringData"]; !data.ContainsSecrets() || !strings.Contains(data.String(), want) {
		t.Errorf("got %v, want %s as a secret", data, want)
	}
}

// TestPasswordsAreInSecretsAlone looks for them in everything else, as they are and as a login.
func TestPasswordsAreInSecretsAlone(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	for _, r := range g.Resources {
		text := fmt.Sprint(r.Inputs)
		if r.Type == secretToken {
			if !r.Inputs["stringData"].ContainsSecrets() {
				t.Errorf("%s: got content that can be read, want a secret", r.Name)
			}
			continue
		}
		for _, user := range []string{PushUser, PullUser} {
			login := base64.StdEncoding.EncodeToString([]byte(user + ":" + canary))
			if strings.Contains(text, canary) || strings.Contains(text, login) || strings.Contains(text, "$2a$") {
				t.Errorf("%s %s: got a password in it, want a reference", r.Type, r.Name)
			}
		}
	}
}

// TestPasswordsStaySecret hands them on as a program does: to a node, to an output, to whoever reads.
func TestPasswordsStaySecret(t *testing.T) {
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		a, err := NewAccounts(ctx, "accounts")
		if err != nil {
			return err
		}
		_, err = corev1.NewConfigMap(ctx, "reader", &corev1.ConfigMapArgs{Data: pulumi.StringMap{
			"push": a.PushPassword, "pull": a.PullPassword, "hashes": a.htpasswd,
			"docker": DockerConfig(PushUser, pulumi.String("x"), Host("example.com")),
		}})
		return err
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range g.Get(t, "kubernetes:core/v1:ConfigMap", "reader").Inputs["data"].ObjectValue() {
		if !value.ContainsSecrets() {
			t.Errorf("%s: got %v, want a secret", key, value)
		}
	}
}

func TestPullSecretRefusals(t *testing.T) {
	secret := func(args *PullSecretArgs) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			_, err := NewPullSecret(ctx, "pull", args)
			return err
		}
	}
	graph.CheckRefused(t, secret(nil), "got nil")
	graph.CheckRefused(t, secret(&PullSecretArgs{Namespace: "a.b"}), `namespace: got "a.b"`, "hosts: got none", "password: got none")
}
