package main

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The flags of the components that the twin does not run, one "component flag" a line.
//
//go:generate sh -c "go run -tags generate ./internal/flagnames >flagnames.txt"
//go:embed flagnames.txt
var flagNames string

// knownFlags checks the names of flags given as name=value; their values are not looked at.
func knownFlags(component string, args []string) error {
	for _, arg := range args {
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if !strings.Contains("\n"+flagNames, "\n"+component+" "+strings.ReplaceAll(name, "_", "-")+"\n") {
			return fmt.Errorf("unknown flag: --%s", name)
		}
	}
	return nil
}

// mergeArgs lays extra flags, given as name=value, over defaults as k3s does: a name given
// again replaces the default, and a name given twice is passed twice.
func mergeArgs(defaults map[string]string, extra []string) []string {
	defaults = maps.Clone(defaults)
	var given []string
	for _, arg := range extra {
		name, value, found := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if !found {
			value = "true"
		}
		if name == "feature-gates" && defaults[name] != "" {
			value = defaults[name] + "," + value
		}
		delete(defaults, name)
		given = append(given, "--"+name+"="+value)
	}
	var args []string
	for _, name := range slices.Sorted(maps.Keys(defaults)) {
		args = append(args, "--"+name+"="+defaults[name])
	}
	return append(args, given...)
}
