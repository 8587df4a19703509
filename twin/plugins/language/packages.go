package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"golang.org/x/mod/module"
)

// GetRequiredPackages names the plug-ins that the program's modules ask for, each in the
// version its pulumi-plugin.json states or, without one, in the module's own version.
// A module that is not in the module cache is passed over: it cannot be built either.
func (h *host) GetRequiredPackages(
	ctx context.Context, req *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	res := &pulumirpc.GetRequiredPackagesResponse{}
	mod, err := readModule(ctx, req.GetInfo().GetProgramDirectory())
	if errors.Is(err, errNoModule) {
		return res, nil
	}
	if err != nil {
		return nil, err
	}
	modules, err := mod.requirements(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range modules {
		pkg, err := m.plugin()
		if err != nil {
			return nil, fmt.Errorf("module %q: %w", m.Path, err)
		}
		if pkg != nil {
			res.Packages = append(res.Packages, pkg)
		}
	}
	return res, nil
}

// plugin is the resource plug-in a module asks for, nil if it asks for none.
func (m *moduleInfo) plugin() (*pulumirpc.PackageDependency, error) {
	meta, err := m.pluginFile()
	if err != nil || meta == nil || !meta.Resource {
		return nil, err
	}
	name := meta.Name
	if name == "" {
		// github.com/pulumi/pulumi-random/sdk/v4 stands for random.
		parts := strings.SplitN(m.Path+"//", "/", 4)
		_, name, _ = strings.Cut(parts[2], "-")
	}
	version := meta.Version
	if version == "" {
		version = m.Version
	}
	if version, err = released(version); err != nil {
		return nil, err
	}
	return &pulumirpc.PackageDependency{
		Kind: "resource", Name: name, Version: version, Server: meta.Server,
		Parameterization: parameterization(meta.Parameterization),
		Extension:        parameterization(meta.ExtensionParameterization),
	}, nil
}

func parameterization(p *plugin.PulumiParameterizationJSON) *pulumirpc.PackageParameterization {
	if p == nil {
		return nil
	}
	return &pulumirpc.PackageParameterization{Name: p.Name, Version: p.Version, Value: p.Value}
}

// pluginFile reads a module's pulumi-plugin.json from the places where SDKs keep it.
func (m *moduleInfo) pluginFile() (*plugin.PulumiPluginJSON, error) {
	for _, pattern := range []string{".", "go", filepath.Join("go", "*"), "*"} {
		files, err := filepath.Glob(filepath.Join(m.Dir, pattern, "pulumi-plugin.json"))
		if err != nil {
			return nil, fmt.Errorf("look for pulumi-plugin.json: %w", err)
		}
		for _, file := range files {
			meta, err := plugin.LoadPulumiPluginJSON(file)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			if err == nil {
				return meta, nil
			}
		}
	}
	return nil, nil
}

// released is the released version that a module version stands for: of a commit
// between two releases, the one before.
func released(version string) (string, error) {
	v, err := semver.ParseTolerant(version)
	if err != nil {
		return "", fmt.Errorf("version %q: %w", version, err)
	}
	if !module.IsPseudoVersion(version) {
		return version, nil
	}
	if v.Major == 0 && v.Minor == 0 && v.Patch == 0 {
		return "", fmt.Errorf("version %q: no release comes before it", version)
	}
	return fmt.Sprintf("v%d.%d.%d", v.Major, v.Minor, max(v.Patch, 1)-1), nil
}

// GetProgramDependencies lists the modules of the program's go.mod. A replaced module
// has no version.
func (h *host) GetProgramDependencies(
	ctx context.Context, req *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	mod, err := readModule(ctx, req.GetInfo().GetProgramDirectory())
	if err != nil {
		return nil, err
	}
	res := &pulumirpc.GetProgramDependenciesResponse{}
	for _, r := range mod.file.Require {
		if r.Indirect && !req.GetTransitiveDependencies() {
			continue
		}
		version := r.Mod.Version
		for _, replaced := range mod.file.Replace {
			if strings.TrimRight(replaced.Old.Path, "/") == strings.TrimRight(r.Mod.Path, "/") {
				version = ""
			}
		}
		res.Dependencies = append(res.Dependencies, &pulumirpc.DependencyInfo{Name: r.Mod.Path, Version: version})
	}
	return res, nil
}

// decodeModules reads the stream of JSON objects that `go list -m -json` writes.
func decodeModules(dec *json.Decoder) ([]moduleInfo, error) {
	var out []moduleInfo
	for dec.More() {
		var m moduleInfo
		if err := dec.Decode(&m); err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		out = append(out, m)
	}
	return out, nil
}
