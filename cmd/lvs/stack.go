package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/lvs-cloud/lvs-cloud/stacks"
)

// Source: https://www.pulumi.com/docs/iac/concepts/stacks/
var stackForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)

// stack is one stack of the project, as it stands in the folder.
type stack struct {
	project, name string
	// dir is the folder of Pulumi.yaml, file the stack's own.
	dir, file string
}

// openStack finds the project and the stack's file; it does not read the latter.
func (a *app) openStack() (*stack, error) {
	if !stackForm.MatchString(a.stack) {
		return nil, usageError{fmt.Errorf("--stack: got %q, want letters, digits, dots, dashes and underscores", a.stack)}
	}
	dir, err := projectDir(a.dir)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "Pulumi.yaml"))
	if err != nil {
		return nil, err
	}
	var project struct {
		Name string `yaml:"name"`
	}
	if err := yaml.Unmarshal(text, &project); err != nil {
		return nil, fmt.Errorf("project file Pulumi.yaml: %w", err)
	}
	s := &stack{project: project.Name, name: a.stack, dir: dir, file: a.configFile}
	if s.file == "" {
		s.file = filepath.Join(dir, "Pulumi."+a.stack+".yaml")
	}
	return s, nil
}

// projectDir is the nearest folder upwards with a Pulumi.yaml.
func projectDir(from string) (string, error) {
	here, err := filepath.Abs(from)
	if err != nil {
		return "", err
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "Pulumi.yaml")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", usageError{fmt.Errorf("got no Pulumi.yaml in %s or above it, want to be run in the project or with --cwd", here)}
		}
	}
}

// text is the content of the stack's file.
func (s *stack) text() ([]byte, error) {
	text, err := os.ReadFile(s.file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("stack %q: got no %s, want one like Pulumi.prod.yaml, or another --stack", s.name, s.file)
	}
	return text, err
}

// config is the stack's configuration, as strictly read as the program reads it.
func (s *stack) config() (*stacks.Config, error) {
	text, err := s.text()
	if err != nil {
		return nil, err
	}
	return stacks.ParseFile(s.project, s.name, text)
}

// publicConfig is config for who needs no secret: those that are not set are no error.
func (s *stack) publicConfig() (*stacks.Config, error) {
	c, err := s.config()
	if errors.As(err, new(stacks.MissingSecrets)) {
		return c, nil
	}
	return c, err
}

// completeStack offers the stacks that have a file.
func (a *app) completeStack(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	dir, err := projectDir(a.dir)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	files, err := filepath.Glob(filepath.Join(dir, "Pulumi.*.yaml"))
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), "Pulumi."), ".yaml"))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
