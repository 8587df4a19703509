package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// buildErrorLimit bounds how much of the compiler's output an error repeats.
// Unit: bytes.
const buildErrorLimit = 4096

// build compiles the program in a folder and returns the path of the executable. Without
// a target that is a temporary file, for the caller to remove.
// Errors: with what the compiler wrote.
func (h *host) build(ctx context.Context, dir, target string) (string, error) {
	if files, err := filepath.Glob(filepath.Join(dir, "*.go")); err != nil || len(files) == 0 {
		return "", fmt.Errorf("no Go files in %q", dir)
	}
	out := target
	if out == "" {
		f, err := os.CreateTemp("", "pulumi-go.*")
		if err != nil {
			return "", fmt.Errorf("make room for the program: %w", err)
		}
		if err := f.Close(); err != nil {
			return "", fmt.Errorf("make room for the program: %w", err)
		}
		out = f.Name()
	}
	if err := h.compile(ctx, dir, out); err != nil {
		if target == "" {
			err = errors.Join(err, os.Remove(out))
		}
		return "", err
	}
	return out, nil
}

// compile uses the official host's flags, so that both share the build cache.
func (h *host) compile(ctx context.Context, dir, out string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", out, "-trimpath", "-ldflags", "-w -s")
	cmd.Dir = dir
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	h.say(ctx, "Compiling the program ...")
	if err := cmd.Run(); err != nil {
		text := strings.TrimSpace(said.String())
		if len(text) > buildErrorLimit {
			text = text[:buildErrorLimit] + "\n(and more)"
		}
		return fmt.Errorf("compile the program in %q: %w\n%s", dir, err, text)
	}
	info, err := os.Stat(out)
	if err != nil {
		return fmt.Errorf("compile the program: %w", err)
	}
	if info.Mode()&0o111 == 0 {
		return fmt.Errorf("%q makes no executable, want a package main", dir)
	}
	return nil
}
