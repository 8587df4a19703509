package stacks

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// unproposed are the constants of versions.go that no bot raises, and why.
var unproposed = map[string]string{
	"defaultImage":      "Hetzner's images have no list that a bot could read; another image is for new servers only",
	"defaultServerType": "a type is bought, not released",
	"OldestPulumi":      "the oldest that works, not the one that is used; that one is in twin/pulumi/go.mod",
}

// renovateFinds are the pins that the configuration of Renovate finds in a file: value by constant.
func renovateFinds(t *testing.T, source string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "renovate.json"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		CustomManagers []struct {
			ManagerFilePatterns, MatchStrings []string
		}
	}
	if err := json.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, m := range config.CustomManagers {
		for _, pattern := range m.ManagerFilePatterns {
			if !regexp.MustCompile(strings.Trim(pattern, "/")).MatchString("stacks/versions.go") {
				t.Errorf("got the pattern %s, want one that matches stacks/versions.go", pattern)
			}
		}
		for _, match := range m.MatchStrings {
			form := regexp.MustCompile(match)
			for _, at := range form.FindAllStringSubmatchIndex(source, -1) {
				group := func(name string) string {
					i := 2 * form.SubexpIndex(name)
					if at[i] < 0 {
						return ""
					}
					return source[at[i]:at[i+1]]
				}
				if group("datasource") == "" || group("depName") == "" {
					t.Errorf("got %s, want a datasource and a name", source[at[0]:at[1]])
				}
				lines := strings.Split(source[at[0]:at[1]], "\n")
				name, _, _ := strings.Cut(strings.TrimSpace(lines[len(lines)-1]), " ")
				found[name] = group("currentValue")
				if digest := group("currentDigest"); digest != "" {
					found[name] += "@" + digest
				}
			}
		}
	}
	return found
}

// TestRenovateFindsEveryPin holds what Renovate finds against the constants that the compiler sees.
func TestRenovateFindsEveryPin(t *testing.T) {
	text, err := os.ReadFile("versions.go")
	if err != nil {
		t.Fatal(err)
	}
	found := renovateFinds(t, string(text))
	file, err := parser.ParseFile(token.NewFileSet(), "versions.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	pins := 0
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			constant := spec.(*ast.ValueSpec)
			name := constant.Names[0].Name
			value, err := strconv.Unquote(constant.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			if unproposed[name] != "" {
				continue
			}
			pins++
			if got := found[name]; got == "" || !strings.HasSuffix(value, got) {
				t.Errorf("%s: got %q found, want the version in %q", name, got, value)
			}
		}
	}
	if pins < 10 || len(found) != pins {
		t.Errorf("got %d pins and %d found, want at least ten, and as many", pins, len(found))
	}
}

// versionInCode is a version outside of versions.go: of a chart, an image or a release.
var versionInCode = regexp.MustCompile(`"v?\d+\.\d+\.\d+([-+@][^"]*)?"|:v?\d+\.\d+(\.\d+)?[-@"]`)

// TestVersionsStandInOnePlace looks through the program for versions that stand elsewhere.
func TestVersionsStandInOnePlace(t *testing.T) {
	for _, folder := range []string{"stacks", "platform", "components"} {
		err := filepath.WalkDir(filepath.Join("..", folder), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || d.Name() == "versions.go" {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for n, line := range strings.Split(string(text), "\n") {
				code, _, _ := strings.Cut(line, "// ")
				// An example in a message; the version of a format, which nothing is downloaded by.
				if strings.Contains(code, "want ") || strings.Contains(code, "DistSpecVersion:") {
					continue
				}
				if got := versionInCode.FindString(code); got != "" {
					t.Errorf("%s:%d: got the version %s, want it in stacks/versions.go", path, n+1, got)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
