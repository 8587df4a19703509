package tools

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// A stand-in follows one version of the official plug-in: it must be the one whose SDK the program uses, or the engine
// would never find it. Raising an SDK means reading what changed in its plug-in.
func TestStandInsFollowTheProgramsSDKs(t *testing.T) {
	list, err := List(root)
	if err != nil {
		t.Fatal(err)
	}
	says := regexp.MustCompile(`version += "([0-9.]+)"`)
	plugins := 0
	for _, tool := range list {
		if !strings.HasPrefix(tool.Path, "plugins/") {
			continue
		}
		plugins++
		files, err := filepath.Glob(filepath.Join(root, tool.Module, tool.Package, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		var source []byte
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			source = append(source, text...)
		}
		got := says.FindSubmatch(source)
		if got == nil || !strings.Contains(tool.Path, "-v"+string(got[1])+"/") {
			t.Errorf("%s: got a stand-in of version %q, want the one in its path", tool.Path, got)
		}
	}
	if plugins != 4 {
		t.Errorf("got %d plug-ins, want random, command, kubernetes and hcloud", plugins)
	}
}

// module writes a Go module of one program that prints a word, or does not compile.
func module(t *testing.T, dir, body string) Tool {
	t.Helper()
	for name, text := range map[string]string{
		"go.mod": "module example.com/hello\n\ngo 1.26.0\n", "go.sum": "", "main.go": "package main\n\nfunc main() { " + body + " }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Tool{Path: "hello", Module: ".", Package: ".", Sources: []string{"."}, Takes: "a second"}
}

func TestMakeBuildsOnlyWhatChanged(t *testing.T) {
	src, dir := t.TempDir(), t.TempDir()
	build := func(body string) (string, error) {
		tool := module(t, src, body)
		var out bytes.Buffer
		err := tool.make(t.Context(), src, dir, &out)
		return out.String(), err
	}
	for _, step := range []struct {
		name, body string
		says       bool
	}{{"first", `println("a")`, true}, {"the same again", `println("a")`, false}, {"changed", `println("b")`, true}} {
		out, err := build(step.body)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := strings.Contains(out, "building hello"); got != step.says {
			t.Errorf("%s: got output %q, want a build: %t", step.name, out, step.says)
		}
	}
	before, err := os.ReadFile(filepath.Join(dir, "hello"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := build(`no such thing`); err == nil || !strings.Contains(err.Error(), "main.go:3") {
		t.Errorf("a program that does not compile: got %v, want what the compiler says", err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, "hello")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("got the tool gone or changed after a failed build (%v), want it as before", err)
	}
}

func TestOfficialPluginIsPreferred(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	t.Setenv("PULUMI_HOME", home)
	official := filepath.Join(home, "plugins", "resource-random-v1.2.3", "pulumi-resource-random")
	if err := os.MkdirAll(filepath.Dir(official), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(official, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	tool := module(t, t.TempDir(), "")
	tool.Path, tool.Official = "plugins/resource-random-v1.2.3/pulumi-resource-random", "pulumi-resource-random"
	var out bytes.Buffer
	if err := tool.make(t.Context(), "/nowhere", dir, &out); err != nil {
		t.Fatal(err)
	}
	if got, err := os.Readlink(filepath.Join(dir, tool.Path)); err != nil || got != official {
		t.Errorf("got a link to %q (%v), want %q", got, err, official)
	}
	// The twin's own Pulumi home leads back to the tools folder; what lies there is no official build.
	if err := os.Remove(filepath.Join(dir, tool.Path)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, tool.Path), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PULUMI_HOME", dir)
	if got := tool.findOfficial(dir); got != "" {
		t.Errorf("got the stand-in %q taken for an official build", got)
	}
}
