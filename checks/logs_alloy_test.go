package checks

import (
	"slices"
	"strings"
	"testing"

	"github.com/grafana/alloy/syntax/ast"
	"github.com/grafana/alloy/syntax/parser"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/platform/logs"
)

// logsArgs are those of a small cloud.
func logsArgs() *logs.Args {
	return &logs.Args{
		Namespace: "monitoring", AgentNamespace: "host-agents", LokiChartVersion: "18.13.8", AlloyChartVersion: "1.11.1",
		StorageClass: "standard", PriorityClass: "lvs-observability", Size: logs.SizeFor(footprint.Lean), RetentionDays: 1,
	}
}

// TestAlloyReadsItsConfiguration has Alloy's own parser read what is rendered, and follows each reference between its blocks.
func TestAlloyReadsItsConfiguration(t *testing.T) {
	text, err := logs.AlloyConfig(logsArgs())
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile("config.alloy", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, statement := range file.Body {
		block, is := statement.(*ast.BlockStmt)
		if !is {
			t.Errorf("got %T at the top, want a block", statement)
			continue
		}
		blocks = append(blocks, strings.TrimSuffix(strings.Join(append(slices.Clone(block.Name), block.Label), "."), "."))
	}
	want := []string{
		"logging", "local.file_match.pods", "discovery.relabel.pods", "loki.source.file.pods", "loki.process.pods",
		"loki.relabel.host", "loki.source.journal.host", "loki.process.host", "loki.process.all", "loki.write.loki",
	}
	if !slices.Equal(blocks, want) {
		t.Errorf("got the blocks %q, want %q", blocks, want)
	}
	used := references(file)
	for _, r := range used {
		if r != "sys.env" && !slices.ContainsFunc(blocks, func(b string) bool { return strings.HasPrefix(r, b+".") }) {
			t.Errorf("got the reference %s, want one to a block that is there", r)
		}
	}
	// Nothing is read that goes nowhere: every block but the last is referred to, sources aside.
	for _, b := range blocks {
		source := b == "logging" || strings.HasPrefix(b, "loki.source.")
		if !source && !slices.ContainsFunc(used, func(r string) bool { return strings.HasPrefix(r, b+".") }) {
			t.Errorf("got %s referred to by nothing, want it used", b)
		}
	}
	if _, err := parser.ParseFile("config.alloy", []byte(strings.Replace(text, "[", "", 1))); err == nil {
		t.Error("got a text with a bracket missing accepted, want it refused")
	}
}

// references are the dotted names that a file's expressions use.
func references(file *ast.File) (found []string) {
	ast.Walk(visitor(func(node ast.Node) bool {
		access, is := node.(*ast.AccessExpr)
		if !is {
			return true
		}
		name := access.Name.Name
		for {
			switch inner := access.Value.(type) {
			case *ast.AccessExpr:
				name, access = inner.Name.Name+"."+name, inner
				continue
			case *ast.IdentifierExpr:
				found = append(found, inner.Ident.Name+"."+name)
			}
			return false
		}
	}), file)
	return found
}

// visitor visits the nodes below those that it says yes to.
type visitor func(ast.Node) bool

func (v visitor) Visit(node ast.Node) ast.Visitor {
	if v(node) {
		return v
	}
	return nil
}
