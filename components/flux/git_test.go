package flux

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"golang.org/x/crypto/ssh"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
	"github.com/lvs-cloud/lvs-cloud/internal/sshkey"
)

const appCanary, tokenCanary = "app-key-that-nobody-may-see", "status-token-that-nobody-may-see"

// seed is what the recorder makes of every password.
var seed = strings.Repeat("a-password", 7)

func TestDeployKey(t *testing.T) {
	g := graph.CheckComponent(t, program(withKey()))
	specs(t, g, map[[2]string]string{
		{sourceToken, "flux-source"}: `{"interval":"5m0s","ref":{"branch":"main"},"secretRef":{"name":"git-credentials"},"sparseCheckout":["applications"],` +
			`"timeout":"1m0s","url":"ssh://git@github.com/you/cloud.git"}`,
		{automationToken, "flux-automation"}: `{"git":{"checkout":{"ref":{"branch":"main"}},"commit":{"author":{"email":"flux@hooks.cloud.example.com","name":"Flux"},` +
			`"messageTemplate":"deploy:{{ range .Changed.Changes }} {{ .NewValue }}{{ end }}\n\n[skip ci]\n"},"push":{"branch":"main"}},"interval":"30m0s",` +
			`"sourceRef":{"kind":"GitRepository","name":"applications"},"update":{"path":"./applications","strategy":"Setters"}}`,
	})
	pair, err := sshkey.Derive(seed)
	if err != nil {
		t.Fatal(err)
	}
	data := secretData(t, g, "flux-git")
	for key, want := range map[string]string{"identity": pair.Private, "identity.pub": pair.Public, "known_hosts": gitHubHostKeys} {
		value := data[resource.PropertyKey(key)]
		if value.IsSecret() {
			value = value.SecretValue().Element
		}
		if value.StringValue() != want {
			t.Errorf("%s: got %q, want %q", key, value, want)
		}
	}
	if got := g.Get(t, secretToken, "flux-git").JSON(t, "metadata"); got != `{"name":"git-credentials","namespace":"flux-system"}` {
		t.Errorf("got %s, want the secret that the source names", got)
	}
	for _, r := range g.Resources {
		if r.Type == providerToken || r.Type == alertToken {
			t.Errorf("got %s, want nobody told without a token", r.Name)
		}
	}
}

func TestApp(t *testing.T) {
	for name, tc := range map[string]struct {
		installation int
		url          string
		want, page   string
	}{
		"owner":        {0, "https://github.com/you/cloud", "githubAppID=12 githubAppInstallationOwner=you", "https://github.com/you/cloud"},
		"installation": {34, "https://github.com/you/cloud.git", "githubAppID=12 githubAppInstallationID=34", "https://github.com/you/cloud"},
		"enterprise": {34, "https://git.example.com/you/cloud", "githubAppBaseURL=https://git.example.com/api/v3 githubAppID=12 githubAppInstallationID=34",
			"https://git.example.com/you/cloud"},
	} {
		args := withApp()
		args.Git.URL, args.Git.App.InstallationID = tc.url, tc.installation
		g := graph.CheckComponent(t, program(args))
		var got []string
		for key, value := range secretData(t, g, "flux-git") {
			if key != "githubAppPrivateKey" {
				got = append(got, fmt.Sprintf("%s=%s", key, value.StringValue()))
			} else if value.StringValue() != appCanary {
				t.Errorf("%s: got %v, want the key of the App", name, value)
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
		specs(t, g, map[[2]string]string{
			{sourceToken, "flux-source"}: `{"interval":"5m0s","provider":"github","ref":{"branch":"main"},"secretRef":{"name":"git-credentials"},"sparseCheckout":["applications"],` +
				`"timeout":"1m0s","url":"` + tc.url + `"}`,
			{providerToken, "flux-status"}: `{"address":"` + tc.page + `","secretRef":{"name":"git-credentials"},"type":"github"}`,
		})
		if _, err := g.Find(passwordToken, "flux-deploy-key"); err == nil {
			t.Errorf("%s: got a deploy key besides an App, want none", name)
		}
	}
}

func TestCommitsAreToldByAToken(t *testing.T) {
	args := withKey()
	args.Git.StatusToken = pulumi.String(tokenCanary)
	g := graph.CheckComponent(t, program(args))
	specs(t, g, map[[2]string]string{
		{providerToken, "flux-status"}: `{"address":"https://github.com/you/cloud","secretRef":{"name":"commit-status"},"type":"github"}`,
		{alertToken, "flux-statuses"}:  `{"eventSeverity":"info","eventSources":[{"kind":"Kustomization","name":"*"}],"providerRef":{"name":"commit-status"}}`,
	})
	if got := secretData(t, g, "flux-status-token")["token"].StringValue(); got != tokenCanary {
		t.Errorf("got %q, want the token", got)
	}
}

func TestHook(t *testing.T) {
	g := graph.CheckComponent(t, program(withKey()))
	specs(t, g, map[[2]string]string{
		{receiverToken, "flux-hook"}: `{"events":["ping","push","workflow_run"],"resources":[{"apiVersion":"source.toolkit.fluxcd.io/v1","kind":"GitRepository","name":"applications"},` +
			`{"apiVersion":"image.toolkit.fluxcd.io/v1","kind":"ImageRepository","matchLabels":{"` + HookLabel + `":"` + HookValue + `"},"name":"*"}],` +
			`"secretRef":{"name":"hook-token"},"type":"github"}`,
		{ingressToken, "flux-hook"}: `{"ingressClassName":"traefik","rules":[{"host":"hooks.cloud.example.com","http":{"paths":[{"backend":{"service":{"name":"webhook-receiver","port":{"number":80}}},` +
			`"path":"/hook/","pathType":"Prefix"}]}}],"tls":[{"hosts":["hooks.cloud.example.com"]}]}`,
	})
	if got := secretData(t, g, "flux-hook-token")["token"]; !strings.Contains(got.String(), seed) {
		t.Errorf("got %v, want the token that is an output", got)
	}
	// Source: printf tokenhookflux-system | sha256sum
	if got, want := hookPath("token", "hook", "flux-system"), "/hook/972cfccde884c3c9f7e679bd3637a6c3a8c5b326aed2853ddaea8b0ce0aa1cea"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestOutputs reads what others get to see, through a secret of theirs.
func TestOutputs(t *testing.T) {
	for name, tc := range map[string]struct {
		args            *Args
		key, path, sign string
	}{
		"nothing": {valid(), "", "", ""},
		"key":     {withKey(), "ssh-ed25519 AAAA", hookPath(seed, "hook", "flux-system"), seed},
		"App":     {withApp(), "", hookPath(seed, "hook", "flux-system"), seed},
	} {
		g, err := graph.Run(func(ctx *pulumi.Context) error {
			f, err := New(ctx, "flux", tc.args)
			if err != nil {
				return err
			}
			return ctx.RegisterComponentResourceV2("test:index:Reader", "reader", pulumi.Map{
				"key": f.DeployKey, "path": f.WebhookPath, "token": f.WebhookToken,
			}, &pulumi.ResourceState{})
		}, graph.Options{})
		if err != nil {
			t.Fatal(err)
		}
		in := g.Get(t, "test:index:Reader", "reader").Inputs
		if key := in["key"]; key.ContainsSecrets() || !strings.HasPrefix(key.StringValue(), tc.key) || (key.StringValue() == "") != (tc.key == "") {
			t.Errorf("%s: deploy key: got %v, want %q, readable", name, key, tc.key)
		}
		for output, want := range map[string]string{"path": tc.path, "token": tc.sign} {
			value := in[resource.PropertyKey(output)]
			if value.IsSecret() != (want != "") {
				t.Errorf("%s: %s: got a secret: %t, want one if there is anything", name, output, value.IsSecret())
			} else if want != "" && value.SecretValue().Element.StringValue() != want || want == "" && value.StringValue() != "" {
				t.Errorf("%s: %s: got %v, want %q", name, output, value, want)
			}
		}
	}
}

func TestSecretsAreInSecretsAlone(t *testing.T) {
	token := withKey()
	token.Git.StatusToken = pulumi.String(tokenCanary)
	pair, err := sshkey.Derive(seed)
	if err != nil {
		t.Fatal(err)
	}
	body := strings.Split(pair.Private, "\n")[2]
	for name, args := range map[string]*Args{"key": token, "App": withApp()} {
		for _, r := range graph.CheckComponent(t, program(args)).Resources {
			if r.Type == secretToken {
				if !r.Inputs["stringData"].IsSecret() {
					t.Errorf("%s: %s: got it readable, want a secret", name, r.Name)
				}
				continue
			}
			for _, canary := range []string{appCanary, tokenCanary, seed, body, hookPath(seed, "hook", "flux-system")} {
				if strings.Contains(fmt.Sprint(r.Inputs), canary) {
					t.Errorf("%s: %s %s: got %q in it, want a reference", name, r.Type, r.Name, canary)
				}
			}
		}
	}
}

// The fingerprints are those that GitHub publishes beside its keys.
func TestGitHubsHostKeys(t *testing.T) {
	want := []string{
		"SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU", "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM",
		"SHA256:uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s",
	}
	var got []string
	for rest := []byte(gitHubHostKeys); len(rest) > 0; {
		_, hosts, key, _, next, err := ssh.ParseKnownHosts(rest)
		if err != nil || len(hosts) != 1 || hosts[0] != "github.com" {
			t.Fatalf("got %q: %v, want keys of github.com", hosts, err)
		}
		got, rest = append(got, ssh.FingerprintSHA256(key)), next
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
