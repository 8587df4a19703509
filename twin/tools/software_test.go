package tools

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/mod/modfile"
)

// The versions are those of the modules: a program that is not the tool of its module would come in whichever version some
// other module asks for.
func TestSoftwareIsToolOfItsModule(t *testing.T) {
	for _, tool := range Software() {
		if tool.Package == "." {
			continue // it is the module's own
		}
		path := filepath.Join(root, tool.Module, "go.mod")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := modfile.Parse(path, text, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(file.Tool, func(is *modfile.Tool) bool { return is.Path == tool.Package }) {
			t.Errorf("%s: got no line of %s among the tools of %s/go.mod, want one", tool.Path, tool.Package, tool.Module)
		}
	}
}

func TestTagsAreCompiledIn(t *testing.T) {
	src, dir := t.TempDir(), t.TempDir()
	tool := module(t, src, `println(tagged)`)
	if err := os.WriteFile(filepath.Join(src, "tagged.go"), []byte("//go:build special\n\npackage main\n\nconst tagged = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	stamp, err := tool.stamp(src)
	if err != nil {
		t.Fatal(err)
	}
	tool.Tags = "special"
	if err := tool.make(t.Context(), src, dir, t.Output()); err != nil {
		t.Error(err)
	}
	if tagged, err := tool.stamp(src); err != nil || tagged == stamp {
		t.Errorf("got the same stamp with tags and without (%v), want another", err)
	}
}
