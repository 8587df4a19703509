package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/controller-tools/pkg/crd"
	"sigs.k8s.io/controller-tools/pkg/genall"
	"sigs.k8s.io/controller-tools/pkg/loader"
	"sigs.k8s.io/yaml"
)

// generated makes definitions from Go types.
func (b bundle) generated() ([]apiextensions.CustomResourceDefinition, error) {
	var generator genall.Generator = &crd.Generator{}
	generators := genall.Generators{&generator}
	runtime, err := generators.ForRoots(b.packages...)
	if err != nil {
		return nil, err
	}
	files := &collected{}
	runtime.OutputRules.Default = files
	if failed := runtime.Run(); failed {
		return nil, errors.New("the types have errors, see above")
	}
	return parse(files.documents)
}

// collected keeps what a generator writes.
type collected struct{ documents [][]byte }

type document struct {
	bytes.Buffer
	into *collected
}

func (c *collected) Open(*loader.Package, string) (io.WriteCloser, error) {
	return &document{into: c}, nil
}

func (d *document) Close() error {
	d.into.documents = append(d.into.documents, d.Bytes())
	return nil
}

// documentEnd separates the documents of a YAML file.
var documentEnd = regexp.MustCompile(`(?m)^---\s*$`)

// shipped reads definitions out of a module's archive, which the Go command has checked.
func (b bundle) shipped() ([]apiextensions.CustomResourceDefinition, error) {
	// A command that fails prints the reason as JSON, and one that does not run prints nothing.
	text, failed := exec.Command("go", "mod", "download", "-json", b.module).Output()
	var at struct{ Dir, Error string }
	if err := json.Unmarshal(text, &at); err != nil {
		return nil, fmt.Errorf("go mod download: %w", errors.Join(failed, err))
	}
	if at.Dir == "" {
		return nil, fmt.Errorf("go mod download: got no folder of %s: %s", b.module, at.Error)
	}
	files, err := filepath.Glob(filepath.Join(at.Dir, filepath.FromSlash(b.files)))
	if err != nil {
		return nil, err
	}
	var documents [][]byte
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, part := range documentEnd.Split(string(text), -1) {
			documents = append(documents, []byte(part))
		}
	}
	return parse(documents)
}

// parse reads documents strictly: a field that this version does not know would be lost.
func parse(documents [][]byte) (list []apiextensions.CustomResourceDefinition, err error) {
	for _, d := range documents {
		var one apiextensions.CustomResourceDefinition
		if err := yaml.UnmarshalStrict(d, &one); err != nil {
			return nil, err
		}
		if one.Kind == "" {
			continue // nothing but a comment
		}
		list = append(list, one)
	}
	return list, nil
}
