package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
)

func kubeconfigOf(name, server, authority string) string {
	return `apiVersion: v1
kind: Config
current-context: ` + name + `
clusters:
- name: ` + name + `
  cluster: {server: "` + server + `", certificate-authority-data: ` + authority + `}
contexts:
- name: ` + name + `
  context: {cluster: ` + name + `, user: ` + name + `}
users:
- name: ` + name + `
  user: {token: new}
`
}

const (
	here, elsewhere = "https://192.0.2.1:6443", "https://198.51.100.1:6443"
	own, foreign    = "b3du", "Zm9yZWlnbg=="
)

func TestMerge(t *testing.T) {
	fresh := kubeconfigOf("cloud", here, own)
	work := kubeconfigOf("work", elsewhere, foreign)
	for name, c := range map[string]struct {
		old     string
		replace bool
		// contexts are all that there are afterwards, the current one first.
		contexts []string
		wantText string
	}{
		"no file":               {"", false, []string{"cloud"}, ""},
		"only comments":         {"# mine\n", false, []string{"cloud"}, "# mine"},
		"another context":       {work, false, []string{"work", "cloud"}, ""},
		"no current context":    {strings.Replace(work, "current-context: work", `current-context: ""`, 1), false, []string{"cloud", "work"}, ""},
		"no key for it":         {strings.Replace(work, "current-context: work\n", "", 1), false, []string{"cloud", "work"}, ""},
		"empty lists":           {"apiVersion: v1\nkind: Config\nclusters: []\ncontexts: null\nusers: []\n", false, []string{"cloud"}, ""},
		"its own entries":       {kubeconfigOf("cloud", here, own), false, []string{"cloud"}, ""},
		"a new address":         {kubeconfigOf("cloud", elsewhere, own), false, []string{"cloud"}, ""},
		"a new authority":       {kubeconfigOf("cloud", here, foreign), false, []string{"cloud"}, ""},
		"another cluster":       {kubeconfigOf("cloud", elsewhere, foreign), true, []string{"cloud"}, ""},
		"a comment":             {work + "# the end\n", false, []string{"work", "cloud"}, "# the end"},
		"a namespace":           {strings.Replace(fresh, "user: cloud}", "user: cloud, namespace: blog}", 1), false, []string{"cloud"}, "namespace: blog"},
		"a field of the future": {"later: {a: 1}\n" + work, false, []string{"work", "cloud"}, "later: {a: 1}"},
		"JSON": {`{"apiVersion":"v1","kind":"Config","current-context":"work","clusters":[{"name":"work","cluster":{"server":"https://x"}}],` +
			`"contexts":[{"name":"work","context":{"cluster":"work","user":"me"}}],"users":[]}`, false, []string{"work", "cloud"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "sub", "config")
			if c.old != "" {
				if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(c.old), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			current, err := mergeInto(file, fresh, "cloud", c.replace)
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			config, err := clientcmd.Load(text)
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			var got []string
			for context := range config.Contexts {
				got = append(got, context)
			}
			slices.Sort(got)
			want := slices.Sorted(slices.Values(c.contexts))
			if !slices.Equal(got, want) || config.CurrentContext != c.contexts[0] || current != c.contexts[0] {
				t.Errorf("got contexts %q, current %q, want %q, the first current", got, config.CurrentContext, c.contexts)
			}
			if cluster := config.Clusters["cloud"]; cluster == nil || cluster.Server != here || string(cluster.CertificateAuthorityData) != "own" {
				t.Errorf("got cluster %+v, want the fresh one", cluster)
			}
			if config.AuthInfos["cloud"].Token != "new" || !strings.Contains(string(text), c.wantText) {
				t.Errorf("got\n%s\nwant the fresh user, and %q", text, c.wantText)
			}
			if config.Contexts["work"] != nil && strings.Contains(c.old, elsewhere) && config.Clusters["work"].Server != elsewhere {
				t.Errorf("got another context changed in\n%s", text)
			}
			if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 {
				t.Errorf("got %v (%v), want mode 0600", info.Mode(), err)
			}
			if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 {
				t.Errorf("got %v (%v) in the folder, want the file alone", left, err)
			}
		})
	}
}

func TestMergeRefuses(t *testing.T) {
	fresh := kubeconfigOf("cloud", here, own)
	for name, c := range map[string]struct{ old, want string }{
		"no YAML":                   {"clusters: [what", "is no kubeconfig, and is left as it is"},
		"a list":                    {"- a\n", "is no kubeconfig, and is left as it is"},
		"a text":                    {"hello\n", "is no kubeconfig, and is left as it is"},
		"another kind":              {"apiVersion: v1\nkind: Pod\n", "is no kubeconfig, and is left as it is"},
		"clusters that are no list": {"apiVersion: v1\nkind: Config\nclusters: {a: 1}\n", "is no kubeconfig, and is left as it is"},
		"another cluster":           {kubeconfigOf("cloud", elsewhere, foreign), `cluster "cloud" is at ` + elsewhere},
		"a context of others":       {strings.ReplaceAll(kubeconfigOf("cloud", here, own), "user: cloud}", "user: me}"), `context "cloud" leads to cluster "cloud" as user "me"`},
	} {
		file := filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(file, []byte(c.old), 0o640); err != nil {
			t.Fatal(err)
		}
		_, err := mergeInto(file, fresh, "cloud", false)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
		if text, err := os.ReadFile(file); err != nil || string(text) != c.old {
			t.Errorf("%s: got the file changed to\n%s(%v)", name, text, err)
		}
	}
}

func TestMergeFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.WriteFile(real, []byte(kubeconfigOf("work", elsewhere, foreign)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	if _, err := mergeInto(link, kubeconfigOf("cloud", here, own), "cloud", false); err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink(link); err != nil || target != real {
		t.Errorf("got a link to %q (%v), want it kept", target, err)
	}
	if text, err := os.ReadFile(real); err != nil || !strings.Contains(string(text), "cloud") {
		t.Errorf("got\n%s(%v), want the merged kubeconfig behind the link", text, err)
	}
}
