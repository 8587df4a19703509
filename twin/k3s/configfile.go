package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// configFile finds the configuration file named on the command line or in the environment.
func configFile(args []string, preset string) (path string, named bool) {
	if path := os.Getenv("K3S_CONFIG_FILE"); path != "" {
		return path, true
	}
	for i, arg := range args {
		for _, flag := range []string{"--config", "-c"} {
			if value, ok := strings.CutPrefix(arg, flag+"="); ok {
				return value, true
			}
			if arg == flag && i+1 < len(args) {
				return args[i+1], true
			}
		}
	}
	return preset, false
}

// readConfig turns a configuration file and the drop-ins in its .d folder into command-line
// arguments, in k3s's way: a later file replaces a key, or appends to it when the key ends in "+".
// Where k3s skips an unknown key with a warning, it is an error here.
func readConfig(path string, known func(name string) bool) ([]string, error) {
	files, err := configFiles(path)
	if err != nil {
		return nil, err
	}
	values := map[string][]string{}
	var order []string
	var problems []error
	for _, file := range files {
		settings, err := readSettings(file)
		if err != nil {
			return nil, err
		}
		for _, s := range settings {
			name, more := strings.CutSuffix(s.key, "+")
			if !known(name) {
				problems = append(problems, fmt.Errorf("%s:%d: unknown key %q (k3s would skip it)", file, s.line, s.key))
				continue
			}
			if _, seen := values[name]; !seen {
				order = append(order, name)
			}
			if more {
				values[name] = append(values[name], s.values...)
			} else {
				values[name] = s.values
			}
		}
	}
	var args []string
	for _, name := range order {
		dashes := "--"
		if len(name) == 1 {
			dashes = "-"
		}
		for _, value := range values[name] {
			args = append(args, dashes+name+"="+value)
		}
	}
	return args, errors.Join(problems...)
}

// configFiles lists the file, when there is one, and its drop-ins in lexical order.
func configFiles(path string) ([]string, error) {
	var files []string
	if _, err := os.Stat(path); err == nil {
		files = append(files, path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	entries, err := os.ReadDir(path + ".d")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		extension := strings.ToLower(filepath.Ext(entry.Name()))
		if !entry.IsDir() && (extension == ".yaml" || extension == ".yml") {
			files = append(files, filepath.Join(path+".d", entry.Name()))
		}
	}
	return files, nil
}

// setting is one key of a configuration file; a scalar has one value.
type setting struct {
	key    string
	line   int
	values []string
}

func readSettings(file string) ([]setting, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(document.Content) == 0 {
		return nil, nil // an empty file
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: want a mapping of options", file, root.Line)
	}
	var settings []setting
	seen := map[string]bool{}
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if seen[key.Value] {
			return nil, fmt.Errorf("%s:%d: key %q is set twice", file, key.Line, key.Value)
		}
		seen[key.Value] = true
		values, err := settingValues(value)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: key %q: %w", file, key.Line, key.Value, err)
		}
		settings = append(settings, setting{key: key.Value, line: key.Line, values: values})
	}
	return settings, nil
}

func settingValues(node *yaml.Node) ([]string, error) {
	switch node.Kind {
	case yaml.ScalarNode:
		value, err := scalar(node)
		return []string{value}, err
	case yaml.SequenceNode:
		values := []string{}
		for _, item := range node.Content {
			if item.Kind != yaml.ScalarNode {
				return nil, errors.New("want a value or a list of values")
			}
			value, err := scalar(item)
			if err != nil {
				return nil, err
			}
			values = append(values, value)
		}
		return values, nil
	default:
		return nil, errors.New("want a value or a list of values")
	}
}

// scalar renders a value as k3s hands it to its flags: numbers in decimal, null as nothing.
func scalar(node *yaml.Node) (string, error) {
	switch node.Tag {
	case "!!null":
		return "", nil
	case "!!int":
		var number int64
		if err := node.Decode(&number); err != nil {
			return "", err
		}
		return strconv.FormatInt(number, 10), nil
	default:
		return node.Value, nil
	}
}
