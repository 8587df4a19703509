package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// errNoModule says that a program belongs to no Go module.
var errNoModule = errors.New("no go.mod")

// goModule is the module that a program belongs to.
type goModule struct {
	dir  string
	file *modfile.File
}

// moduleInfo is what `go list -m -json` tells of a module.
type moduleInfo struct {
	Path    string
	Version string
	Dir     string // empty if the module is not in the cache
}

// readModule reads the go.mod that governs a folder, which may lie above it.
// Errors: errNoModule.
func readModule(ctx context.Context, dir string) (*goModule, error) {
	// A workspace would list all of its modules instead of the one.
	out, err := goTool(ctx, dir, []string{"GOWORK=off"}, "list", "-m", "-f", "{{.GoMod}}")
	if err != nil {
		return nil, err
	}
	path := strings.TrimSpace(string(out))
	if path == "" || path == os.DevNull {
		return nil, fmt.Errorf("program %q: %w", dir, errNoModule)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read go.mod: %w", err)
	}
	file, err := modfile.Parse(path, b, nil)
	if err != nil {
		return nil, fmt.Errorf("parse go.mod: %w", err)
	}
	return &goModule{dir: filepath.Dir(path), file: file}, nil
}

// requirements are the required modules that are in the module cache.
func (m *goModule) requirements(ctx context.Context) ([]moduleInfo, error) {
	args := []string{"list", "-m", "-json"}
	for _, r := range m.file.Require {
		args = append(args, r.Mod.Path)
	}
	if len(args) == 3 {
		return nil, nil
	}
	out, err := goTool(ctx, m.dir, nil, args...)
	if err != nil {
		return nil, err
	}
	all, err := decodeModules(json.NewDecoder(bytes.NewReader(out)))
	if err != nil {
		return nil, err
	}
	var have []moduleInfo
	for _, info := range all {
		if info.Dir != "" {
			have = append(have, info)
		}
	}
	return have, nil
}

// goTool runs the go command and returns its standard output.
// Errors: with what the command wrote to standard error.
func goTool(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s %s: %w\n%s", args[0], args[1], err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}
