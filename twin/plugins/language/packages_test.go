package main

import (
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// withModules is a program that requires modules which lie beside it.
func withModules(t *testing.T) string {
	return program(t, map[string]string{
		"go.mod": `module example

go 1.26

require (
	example.com/pulumi/pulumi-plain/sdk v1.4.0
	example.com/pulumi/pulumi-named/sdk v0.0.0
	example.com/pulumi/other v1.0.0 // indirect
)

replace (
	example.com/pulumi/pulumi-plain/sdk => ./plain
	example.com/pulumi/pulumi-named/sdk => ./named
	example.com/pulumi/other => ./other
)
`,
		"plain/go.mod":                      "module example.com/pulumi/pulumi-plain/sdk\n",
		"plain/go/plain/pulumi-plugin.json": `{"resource": true}`,
		"named/go.mod":                      "module example.com/pulumi/pulumi-named/sdk\n",
		"named/pulumi-plugin.json":          `{"resource": true, "name": "chosen", "version": "3.2.1", "server": "https://example.com"}`,
		"other/go.mod":                      "module example.com/pulumi/other\n",
		"other/internal/pulumi-plugin.json": `{"resource": false, "name": "none"}`,
		"main.go":                           "package main\n\nfunc main() {}\n",
	})
}

func TestRequiredPackages(t *testing.T) {
	res, err := newHost("e", silent, nil, nil).GetRequiredPackages(t.Context(), &pulumirpc.GetRequiredPackagesRequest{
		Info: &pulumirpc.ProgramInfo{ProgramDirectory: withModules(t)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range res.Packages {
		got = append(got, strings.Join([]string{p.Kind, p.Name, p.Version, p.Server}, " "))
	}
	if strings.Join(got, ", ") != "resource plain v1.4.0 , resource chosen 3.2.1 https://example.com" &&
		strings.Join(got, ", ") != "resource chosen 3.2.1 https://example.com, resource plain v1.4.0 " {
		t.Errorf("got %q", got)
	}
}

func TestProgramDependencies(t *testing.T) {
	for transitive, want := range map[bool]int{false: 2, true: 3} {
		res, err := newHost("e", silent, nil, nil).GetProgramDependencies(t.Context(), &pulumirpc.GetProgramDependenciesRequest{
			Info: &pulumirpc.ProgramInfo{ProgramDirectory: withModules(t)}, TransitiveDependencies: transitive,
		})
		if err != nil || len(res.Dependencies) != want {
			t.Errorf("transitive %v: got %v, %v, want %d", transitive, res, err, want)
		}
		for _, d := range res.GetDependencies() {
			if d.Version != "" {
				t.Errorf("%s is replaced but has version %s", d.Name, d.Version)
			}
		}
	}
}

func TestReleased(t *testing.T) {
	for version, want := range map[string]string{
		"v1.41.0":                               "v1.41.0",
		"3.2.1":                                 "3.2.1",
		"v1.29.1-0.20200403140640-efb5e2a48a86": "v1.29.0",
		"v1.29.0-alpha.1":                       "v1.29.0-alpha.1",
	} {
		if got, err := released(version); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", version, got, err, want)
		}
	}
	for _, version := range []string{"v0.0.0-20200403140640-efb5e2a48a86", "latest"} {
		if got, err := released(version); err == nil {
			t.Errorf("%s: got %q, want an error", version, got)
		}
	}
}

func TestAbout(t *testing.T) {
	res, err := newHost("e", silent, nil, nil).About(t.Context(), nil)
	if err != nil || !strings.HasPrefix(res.Version, "go version go") {
		t.Errorf("got %v, %v", res, err)
	}
	if !strings.HasPrefix(version(), "v3.") {
		t.Errorf("version %q, want the Pulumi SDK's", version())
	}
}
