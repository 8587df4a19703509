package tools

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDefinitionsAreMadeWhenSomethingChanged(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	source, target := filepath.Join(root, "twin", "definitions"), filepath.Join(root, definitionsDir)
	for _, d := range []string{source, target} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write := func(body string) {
		module(t, source, body)
		text := "package main\n\nimport \"os\"\n\nfunc main() { " + body + " }\n"
		if err := os.WriteFile(filepath.Join(source, "main.go"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	made := func() (bool, error) {
		var out bytes.Buffer
		err := generate(t.Context(), root, dir, &out)
		return strings.Contains(out.String(), "making the definitions"), err
	}
	one, two := filepath.Join(target, "one.json"), filepath.Join(target, "two.json")
	for _, step := range []struct {
		name   string
		change func()
		makes  bool
		left   string
	}{
		{"at first", func() { write(`os.WriteFile(os.Args[1]+"/one.json", []byte("1"), 0o644)`) }, true, one},
		{"again", func() {}, false, one},
		{"one was taken away", func() { os.Remove(one) }, true, one},
		{"one was changed", func() { os.WriteFile(one, nil, 0o644) }, true, one},
		{"the program has changed", func() { write(`os.WriteFile(os.Args[1]+"/two.json", []byte("2"), 0o644)`) }, true, two},
	} {
		step.change()
		got, err := made()
		if err != nil || got != step.makes {
			t.Errorf("%s: got made: %t (%v), want %t", step.name, got, err, step.makes)
		}
		files, err := filepath.Glob(filepath.Join(target, "*.json"))
		if err != nil || len(files) != 1 || files[0] != step.left {
			t.Errorf("%s: got %q (%v), want %s alone", step.name, files, err, step.left)
		}
	}
	write(`os.Exit(3)`)
	if _, err := made(); err == nil {
		t.Error("got no error of a program that fails")
	}
	if _, err := os.Stat(two); err != nil {
		t.Errorf("got %v, want what was there before to stay", err)
	}
}
