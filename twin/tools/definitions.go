package tools

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// definitions is the program that makes the CustomResourceDefinitions which are built into the k3s stand-in.
var definitions = Tool{Module: "twin/definitions", Package: ".", Sources: []string{"twin/definitions"}, Takes: "a minute"}

// definitionsDir is where they are put, below the repository's root; git ignores them there.
const definitionsDir = "twin/k3s/crds/generated"

// generate makes the definitions anew when their sources changed, or when somebody took one away.
//
// Errors: what the program said. What was there before stays.
func generate(ctx context.Context, root, dir string, out io.Writer) error {
	stamp, err := definitions.stamp(root)
	if err != nil {
		return err
	}
	target, mark := filepath.Join(root, definitionsDir), filepath.Join(dir, "definitions.stamp")
	made, err := content(target)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(mark); err == nil && string(old) == stamp+made {
		return nil
	}
	fresh, err := os.MkdirTemp(dir, "definitions-")
	if err != nil {
		return err
	}
	defer func() {
		if err := os.RemoveAll(fresh); err != nil {
			fmt.Fprintf(out, "  %v\n", err)
		}
	}()
	fmt.Fprintf(out, "making the definitions of the cluster's kinds (about %s the first time)\n", definitions.Takes)
	if err := definitions.run(ctx, root, out, "run", "-v", "-trimpath", ".", fresh); err != nil {
		return err
	}
	if err := replace(target, fresh); err != nil {
		return err
	}
	if made, err = content(target); err != nil {
		return err
	}
	return os.WriteFile(mark, []byte(stamp+made), 0o644)
}

// replace puts the definitions of one folder in the place of those in another.
func replace(target, fresh string) error {
	old, err := filepath.Glob(filepath.Join(target, "*.json"))
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(fresh, "*.json"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return errors.New("got no definitions, want some")
	}
	for _, file := range old {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file) // they may lie on another file system
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(target, filepath.Base(file)), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// content identifies the definitions in a folder.
func content(dir string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s", filepath.Base(file), len(text), text)
	}
	return fmt.Sprintf("\n%x", h.Sum(nil)), nil
}
