package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	// The SDK is read, not run; the import keeps its version in go.mod.
	_ "github.com/pulumi/pulumi-hcloud/sdk/go/hcloud/config"
)

// sdk is what the official Go SDK says to a plug-in, read from its source.
type sdk struct {
	structs map[string]properties // by Go type name
	// resources and functions map a token to the Go types of its inputs and its outputs.
	resources, functions map[string]signature
	config               []string
}

// properties maps a property to its Go type.
type properties map[string]ast.Expr

type signature struct {
	inputs, outputs string
	secretInputs    []string
	secretOutputs   []string
}

func readSDK(t *testing.T) *sdk {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi-hcloud/sdk").Output()
	if err != nil {
		t.Fatalf("where is the SDK: %v", err)
	}
	s := &sdk{structs: map[string]properties{}, resources: map[string]signature{}, functions: map[string]signature{}}
	dir := filepath.Join(strings.TrimSpace(string(out)), "go", "hcloud")
	for _, pattern := range []string{"*.go", "config/*.go"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("files of the SDK: got %d, %v", len(files), err)
		}
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatalf("parse the SDK: %v", err)
			}
			s.read(file)
		}
	}
	return s
}

func (s *sdk) read(file *ast.File) {
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if ts, ok := spec.(*ast.TypeSpec); ok {
					if st, ok := ts.Type.(*ast.StructType); ok {
						s.structs[ts.Name.Name] = fieldsOf(st)
					}
				}
			}
		case *ast.FuncDecl:
			s.readFunc(d)
		}
	}
}

func fieldsOf(st *ast.StructType) properties {
	out := properties{}
	for _, f := range st.Fields.List {
		if f.Tag == nil {
			continue
		}
		tag, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			continue
		}
		if name, ok := reflect.StructTag(tag).Lookup("pulumi"); ok {
			out[name] = f.Type
		}
	}
	return out
}

// readFunc finds what a function registers, invokes or reads from the configuration.
func (s *sdk) readFunc(fn *ast.FuncDecl) {
	var sig signature
	locals := map[string]string{}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			if id, ok := n.Type.(*ast.Ident); ok {
				locals[n.Names[0].Name] = id.Name
			}
		case *ast.CallExpr:
			sel, ok := n.Fun.(*ast.SelectorExpr)
			if !ok {
				break
			}
			switch sel.Sel.Name {
			case "ToSecret":
				if arg, ok := n.Args[0].(*ast.SelectorExpr); ok {
					sig.secretInputs = append(sig.secretInputs, lowerFirst(arg.Sel.Name))
				}
			case "AdditionalSecretOutputs":
				sig.secretOutputs = stringsIn(n.Args[0])
			case "RegisterResource":
				if literal(n.Args[0]) == "" {
					break // The SDK's reading of its own state, for every token alike.
				}
				sig.outputs = locals["resource"]
				sig.inputs = lowerFirst(sig.outputs) + "Args"
				s.resources[literal(n.Args[0])] = sig
			case "Invoke":
				sig.outputs, sig.inputs = locals["rv"], paramType(fn)
				s.functions[literal(n.Args[0])] = sig
			case "Get", "Try", "Require":
				if len(n.Args) == 2 && strings.HasPrefix(literal(n.Args[1]), "hcloud:") {
					s.config = append(s.config, strings.TrimPrefix(literal(n.Args[1]), "hcloud:"))
				}
			}
		}
		return true
	})
}

// paramType is the Go type of a function's arguments; those that take plain
// parameters build a struct named after the function instead.
func paramType(fn *ast.FuncDecl) string {
	for _, p := range fn.Type.Params.List {
		if star, ok := p.Type.(*ast.StarExpr); ok {
			if id, ok := star.X.(*ast.Ident); ok {
				return id.Name
			}
		}
	}
	return lowerFirst(fn.Name.Name) + "Args"
}

func literal(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok {
		if s, err := strconv.Unquote(lit.Value); err == nil {
			return s
		}
	}
	return ""
}

func stringsIn(e ast.Expr) (out []string) {
	ast.Inspect(e, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok {
			out = append(out, literal(lit))
		}
		return true
	})
	return out
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
