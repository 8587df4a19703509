package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// peerTools are the programs that are compared with: their Go modules, below bench, and what is built there.
var peerTools = []struct{ name, module, pkg, flags string }{
	// A release says so; a build without the flag calls itself a development version.
	{"tofu", "tofu", "github.com/opentofu/opentofu/cmd/tofu", "-X github.com/opentofu/opentofu/version.dev=no"},
	{"terraform-provider-hcloud", "tofu/provider", "github.com/hetznercloud/terraform-provider-hcloud", ""},
}

// buildPeer makes the peer's programs that are missing or outdated.
//
// Errors: with what the compiler said.
func buildPeer(ctx context.Context, root, dir string, out io.Writer) error {
	for _, tool := range peerTools {
		module := filepath.Join(root, "bench", tool.module)
		stamp, err := stampOf(tool.flags, filepath.Join(module, "go.mod"), filepath.Join(module, "go.sum"))
		if err != nil {
			return err
		}
		target := filepath.Join(dir, tool.name)
		if old, err := os.ReadFile(target + ".stamp"); err == nil && string(old) == stamp {
			continue
		}
		fmt.Fprintf(out, "building %s (minutes the first time)\n", tool.name)
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", strings.TrimSpace("-s -w "+tool.flags), "-o", target, tool.pkg)
		cmd.Dir = module
		cmd.Env = append(os.Environ(), "GOWORK=off")
		if said, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: go build: %w\n%s", tool.name, err, said)
		}
		if err := os.WriteFile(target+".stamp", []byte(stamp), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// stampOf identifies what a program is made of.
func stampOf(flags string, files ...string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), flags)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%d\n%s", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
