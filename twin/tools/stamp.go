package tools

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// stamp identifies everything that a program is made of: its sources, its modules' versions and the compiler.
func (t Tool) stamp(root string) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n", runtime.Version(), t.Package, t.LDFlags)
	if t.Tags != "" {
		fmt.Fprintf(h, "%s\n", t.Tags)
	}
	files := []string{filepath.Join(root, t.Module, "go.mod"), filepath.Join(root, t.Module, "go.sum")}
	for _, dir := range t.Sources {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && !strings.HasSuffix(path, "_test.go") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return "", err
		}
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s", strings.TrimPrefix(path, root), len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// findOfficial looks for an official build of a plug-in: in Pulumi's own plug-in cache under its exact version, or on
// PATH outside the tools folder.
func (t Tool) findOfficial(dir string) string {
	if t.Official == "" {
		return ""
	}
	home := os.Getenv("PULUMI_HOME")
	if h, err := os.UserHomeDir(); home == "" && err == nil {
		home = filepath.Join(h, ".pulumi")
	}
	if strings.HasPrefix(t.Path, "plugins/") {
		if found := outside(filepath.Join(home, t.Path), dir); found != "" {
			return found
		}
	}
	onPath, err := exec.LookPath(t.Official)
	if err != nil {
		return ""
	}
	return outside(onPath, dir)
}

// outside resolves the path of a program, unless that is one of our own stand-ins.
func outside(path, dir string) string {
	found, err := filepath.EvalSymlinks(path)
	if err != nil || !executable(found) {
		return ""
	}
	if found, err = filepath.Abs(found); err != nil || strings.HasPrefix(found, dir+string(filepath.Separator)) {
		return ""
	}
	return found
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// link makes a symbolic link, in the place of whatever was there.
func link(to, path string) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.Symlink(to, path)
}
