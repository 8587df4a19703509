// Command definitions writes the CustomResourceDefinitions that the k3s stand-in serves, in one JSON file for each
// operator that brings some along.
//
// They are made from the upstream Go types at build time, so that nothing of theirs is committed and a version is changed
// in go.mod alone. All that an API server judges objects by is in them; descriptions are left out, which are most of the
// text.
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/controller-tools/pkg/crd"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: definitions FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "definitions:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	for _, b := range bundles {
		list, err := b.make()
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		text, err := json.Marshal(list)
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, b.name+".json"), text, 0o644); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		if _, err := fmt.Fprintf(os.Stdout, "  %s: %d kinds, %d KiB\n", b.name, len(list), len(text)>>10); err != nil {
			return err
		}
	}
	return nil
}

// make returns the definitions of a bundle, sorted by name.
func (b bundle) make() (list []apiextensions.CustomResourceDefinition, err error) {
	if b.module != "" {
		list, err = b.shipped()
	} else {
		list, err = b.generated()
	}
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("got no definition from %v%s", b.packages, b.module)
	}
	for i := range list {
		for v := range list[i].Spec.Versions {
			if s := list[i].Spec.Versions[v].Schema; s != nil {
				crd.TruncateDescription(s.OpenAPIV3Schema, 0)
			}
		}
	}
	slices.SortFunc(list, func(x, y apiextensions.CustomResourceDefinition) int { return cmp.Compare(x.Name, y.Name) })
	return list, nil
}
