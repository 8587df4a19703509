package flux

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const hostKey = " ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n"

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{OperatorVersion: "0.x", Version: "v2.9.6", Git: &Git{}}), `namespace: got ""`, `operatorVersion: got "0.x"`,
		`version: got "v2.9.6"`, `priorityClass: got ""`, "size: got none", "connection: got no host or no host key",
		`git.branch: got ""`, `git.hookHost: got ""`, `git.url: got ""`)
}

func TestRefusedRepositories(t *testing.T) {
	for url, want := range map[string]string{
		"git@github.com:you/cloud":                   "want a URL such as ssh://git@github.com/you/cloud",
		"http://github.com/you/cloud":                "want a URL such as",
		"ssh://git:word@github.com/you/cloud":        `git.url: got "ssh://…@github.com/you/cloud", want it without a password`,
		"https://ghp_word@github.com/you/cloud":      `git.url: got "https://…@github.com/you/cloud", want it without a password`,
		"ssh://git@github.com/cloud":                 "want one that ends with an owner and a repository",
		"ssh://git@github.com/you/cloud?ref=main":    "want one that ends with an owner and a repository",
		"https://github.com/you/cloud":               "want ssh://git@github.com/you/cloud, which takes a deploy key, or git.app",
		"ssh://git@git.example.com/you/cloud":        "git.knownHosts: got none, want those of git.example.com",
		"ssh://git@git.example.com:2222/you/cloud":   "git.knownHosts: got none, want those of git.example.com:2222",
		"https://you:word@github.com/you/cloud?x#yz": `got "https://…@github.com/you/cloud?x#yz"`,
	} {
		args := withKey()
		args.Git.URL = url
		graph.CheckRefused(t, program(args), want)
	}
	for _, branch := range []string{"", "-x", "a b", "a..b", "/x", "x."} {
		args := withKey()
		args.Git.Branch = branch
		graph.CheckRefused(t, program(args), "git.branch: got")
	}
	args := withApp()
	args.Git.URL, args.Git.KnownHosts, args.Git.StatusToken, args.Git.App = "ssh://git@github.com/you/cloud", "x", pulumi.String("x"), &App{InstallationID: -1}
	graph.CheckRefused(t, program(args), "want https://github.com/you/cloud, since an App has no SSH key", "app.id: got 0", "app.installationID: got -1",
		"app.privateKey: got none", "statusToken: got one besides an App", "knownHosts: got some besides an App")
}

func TestKnownHosts(t *testing.T) {
	for _, tc := range []struct{ host, lines, want string }{
		{"git.example.com", "git.example.com" + hostKey, ""},
		{"git.example.com", "# the office\nother.example.com,git.example.com" + hostKey + "# that is all\n", ""},
		{"git.example.com:2222", "[git.example.com]:2222" + hostKey, ""},
		{"git.example.com:2222", "git.example.com" + hostKey, `got none of git.example.com:2222, want one that names it as "[git.example.com]:2222"`},
		{"git.example.com", "github.com" + hostKey, "got none of git.example.com"},
		{"git.example.com", "git.example.com hello\n", `got "git.example.com hello\n", want lines such as`},
		{"git.example.com", "@revoked git.example.com" + hostKey, "want lines such as"},
	} {
		args := withKey()
		args.Git.URL, args.Git.KnownHosts = "ssh://git@"+tc.host+"/you/cloud", tc.lines
		if tc.want != "" {
			graph.CheckRefused(t, program(args), "git.knownHosts: ", tc.want)
			continue
		}
		data := secretData(t, graph.CheckComponent(t, program(args)), "flux-git")
		if got := data["known_hosts"].StringValue(); got != tc.lines {
			t.Errorf("got %q, want %q", got, tc.lines)
		}
	}
}
