package stacks

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// TestConfigDoc holds docs/CONFIG.md against the comments of the configuration's own types.
func TestConfigDoc(t *testing.T) {
	text, err := configDoc()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("..", "docs", "CONFIG.md"), text)
}

const configDocHead = `# Configuration

Made out of the comments in ` + "`stacks/config.go`" + ` and ` + "`stacks/config_services.go`" + ` by ` + "`make golden`" + `; do not edit it here.

A stack's file, such as ` + "`Pulumi.prod.yaml`" + `, holds one object, ` + "`lvs-cloud:cloud`" + `. Unknown keys, wrong types and values out of
range are errors, reported all at once before anything is changed. A single key is set with
` + "`pulumi config set --path 'lvs-cloud:cloud.volume.sizeGB' 60`" + `.

`

const configDocTail = `## Secrets

Set with ` + "`pulumi config set --secret`" + `, which encrypts them in the stack's file.

| Key | Meaning |
|---|---|
| ` + "`hcloud:token`" + ` | API token, with read and write access, of the Hetzner project that holds the server. The environment variable HCLOUD_TOKEN serves as well. |
| ` + "`lvs-cloud:secrets.zoneToken`" + ` | API token of the Hetzner project that holds the DNS zone. Required with ` + "`zone`" + `. |
| ` + "`lvs-cloud:secrets.gitAppKey`" + ` | Private key of the GitHub App, as GitHub hands it out. Required with ` + "`git.app`" + `. |
| ` + "`lvs-cloud:secrets.gitStatusToken`" + ` | GitHub token that may set the statuses of commits. Required with ` + "`git.statuses`" + `, unless there is an App. |
| ` + "`lvs-cloud:secrets.users`" + ` | Who may sign on, by name, as ` + "`lvs user add`" + ` prints it: ` + "`email`, `displayName`, `groups`, `passwordHash`" + `. Without any, there is one called admin, whose password is the output ` + "`adminPassword`" + `. Those of the group ` + "`admins`" + ` come in everywhere. |
| ` + "`lvs-cloud:secrets.smtpPassword`" + ` | Password at the mail server. Required with ` + "`smtp`" + `. |
| ` + "`lvs-cloud:secrets.alertWebhookURL`" + ` | Every alert is sent there as JSON, as Alertmanager's webhooks are. |
| ` + "`lvs-cloud:secrets.deadMansSwitchURL`" + ` | Is called every five minutes for as long as alerts get through; somebody outside must notice when it is not. |
`

// configDoc renders the documentation of Config from the source of its package.
func configDoc() (string, error) {
	structs := map[string]*ast.StructType{}
	for _, name := range []string{"config.go", "config_services.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return "", err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					structs[spec.Name.Name] = s
				}
			}
			return true
		})
	}
	var b strings.Builder
	b.WriteString(configDocHead)
	if err := writeKeys(&b, structs, "Config", ""); err != nil {
		return "", err
	}
	b.WriteString(configDocTail)
	return b.String(), nil
}

func writeKeys(b *strings.Builder, structs map[string]*ast.StructType, name, prefix string) error {
	for _, field := range structs[name].Fields.List {
		tag, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			return err
		}
		key := prefix + reflect.StructTag(tag).Get("config")
		typeName := strings.TrimPrefix(exprString(field.Type), "*")
		_, object := structs[typeName]
		doc := strings.TrimSpace(field.Doc.Text())
		if doc == "" {
			return fmt.Errorf("%s: got no comment, want one", key)
		}
		fmt.Fprintf(b, "## `%s`\n\n%s\n\n", key, describeField(doc))
		if object {
			if err := writeKeys(b, structs, typeName, key+"."); err != nil {
				return err
			}
		}
	}
	return nil
}

// describeField turns a comment into prose and puts its labelled facts into a list.
func describeField(doc string) string {
	out := strings.ReplaceAll(doc, "\n", " ")
	// The field's own name, which begins a Go comment, is the heading already.
	if first, rest, ok := strings.Cut(out, " "); ok && ast.IsExported(first) {
		out = strings.TrimPrefix(strings.TrimPrefix(rest, "is "), "are ")
		out = strings.ToUpper(out[:1]) + out[1:]
	}
	for _, label := range []string{"Unit: ", "Default: ", "Range: ", "Source: "} {
		out = strings.Replace(out, " "+label, "\n- "+label, 1)
	}
	head, list, ok := strings.Cut(out, "\n- ")
	if !ok {
		return head
	}
	return head + "\n\n- " + list
}

func exprString(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return "*" + exprString(e.X)
	case *ast.Ident:
		return e.Name
	default:
		return ""
	}
}
