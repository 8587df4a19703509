// Package tools builds what a rehearsal runs: the Pulumi CLI, its plug-ins and the k3s stand-in with the definitions that
// it serves, each from a Go module of this repository, pinned by its go.mod. It builds the software that tests check our
// configuration with as well, which no rehearsal needs.
//
// An official plug-in that is installed on the machine is taken instead of a stand-in. A tool is built again only
// when its module changes.
package tools

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
)

// Tool is one program and how it is made.
type Tool struct {
	// Path is where the program is put, below the tools folder.
	Path string
	// Module is the folder of its Go module, below the repository's root; Package is what is built there.
	Module, Package string
	// Sources are the folders whose files the program is made of, below the repository's root.
	Sources []string
	// LDFlags are passed to the linker, Tags to the compiler.
	LDFlags, Tags string
	// Official is the name under which an official build may be found on PATH or in Pulumi's plug-in cache.
	// Default: none; the tool is always built.
	Official string
	// Takes says how long a first build takes on two cores.
	Takes string
}

// List returns every tool of a rehearsal. Versions of plug-ins are those of the SDKs in the program's own go.mod, which are the ones
// the engine asks for.
func List(root string) ([]Tool, error) {
	program, err := requirements(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	cli, err := requirements(filepath.Join(root, "twin", "pulumi", "go.mod"))
	if err != nil {
		return nil, err
	}
	version := cli["github.com/pulumi/pulumi/pkg/v3"]
	list := []Tool{{
		Path: "pulumi", Module: "twin/pulumi", Package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
		Sources: []string{"twin/pulumi"}, Takes: "5 minutes",
		LDFlags: "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=" + version,
	}, {
		Path: "pulumi-language-go", Module: "twin", Package: "./plugins/language", Official: "pulumi-language-go",
		Sources: []string{"twin/plugins"}, Takes: "1 minute",
	}}
	for _, plugin := range []struct{ name, sdk, module, pkg, takes string }{
		{"random", "github.com/pulumi/pulumi-random/sdk/v4", "twin", "./plugins/random", "half a minute"},
		{"command", "github.com/pulumi/pulumi-command/sdk", "twin", "./plugins/command", "half a minute"},
		{"kubernetes", "github.com/pulumi/pulumi-kubernetes/sdk/v4", "twin", "./plugins/kubernetes", "1 minute"},
		{"hcloud", "github.com/pulumi/pulumi-hcloud/sdk", "twin/hcloud", ".", "2 minutes"},
	} {
		v := program[plugin.sdk]
		if v == "" {
			return nil, fmt.Errorf("go.mod: got no requirement of %s, want one", plugin.sdk)
		}
		list = append(list, Tool{
			Path:   fmt.Sprintf("plugins/resource-%s-%s/pulumi-resource-%s", plugin.name, v, plugin.name),
			Module: plugin.module, Package: plugin.pkg,
			Sources:  []string{filepath.Join(plugin.module, map[bool]string{true: "plugins"}[plugin.module == "twin"])},
			Official: "pulumi-resource-" + plugin.name, Takes: plugin.takes,
		})
	}
	return append(list, Tool{
		Path: "k3s", Module: "twin/k3s", Package: ".", Sources: []string{"twin/k3s"}, Takes: "5 minutes",
	}), nil
}

// requirements reads the versions of the modules that a go.mod file requires.
func requirements(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file, err := modfile.Parse(path, text, nil)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, r := range file.Require {
		out[r.Mod.Path] = r.Mod.Version
	}
	return out, nil
}
