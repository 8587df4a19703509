package postgres

import (
	"fmt"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	roleObject     = "kubernetes:postgresql.cnpg.io/v1:DatabaseRole"
	databaseObject = "kubernetes:postgresql.cnpg.io/v1:Database"
	passwordToken  = "random:index/randomPassword:RandomPassword"
)

// canary is the password that the recorder makes up.
var canary = strings.Repeat("a-password", 7)

// withServer runs a server with one database, which may be changed before it is made.
func withServer(change func(*DatabaseArgs)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		server, err := New(ctx, "postgres", valid())
		if err != nil {
			return err
		}
		space, err := corev1.NewNamespace(ctx, "shop", &corev1.NamespaceArgs{})
		if err != nil {
			return err
		}
		args := &DatabaseArgs{Server: server, Name: "shop", Namespace: "shop-space", After: []pulumi.Resource{space}}
		change(args)
		_, err = NewDatabase(ctx, "shop", args)
		return err
	}
}

func TestDatabase(t *testing.T) {
	// The namespace of withServer belongs to no component, so that preview and update are compared here.
	run := withServer(func(*DatabaseArgs) {})
	preview, err := graph.Run(run, graph.Options{Preview: true})
	if err != nil {
		t.Fatal(err)
	}
	g, err := graph.Run(run, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(preview.Resources) != len(g.Resources) || g.Outputs[databaseToken+" shop"] != 1 {
		t.Errorf("got %d resources in a preview, %d in an update, outputs %v; want as many, and outputs once", len(preview.Resources), len(g.Resources), g.Outputs)
	}
	for _, o := range [][3]string{
		{roleObject, "shop-role", `{"cluster":{"name":"shared"},"connectionLimit":10,"databaseRoleReclaimPolicy":"retain","login":true,"name":"shop","passwordSecret":{"name":"shop-role"}}`},
		{databaseObject, "shop", `{"cluster":{"name":"shared"},"databaseReclaimPolicy":"retain","name":"shop","owner":"shop"}`},
	} {
		r := g.Get(t, o[0], o[1])
		if got := r.JSON(t, "spec"); got != o[2] {
			t.Errorf("%s: got  %s\nwant %s", o[0], got, o[2])
		}
		want := `{"annotations":{"pulumi.com/waitFor":"jsonpath={.status.applied}=true"},"name":"shop","namespace":"postgres"}`
		if got := r.JSON(t, "metadata"); got != want || r.Parent != databaseToken+" shop" {
			t.Errorf("%s: got %s below %s, want %s below the component", o[0], got, r.Parent, want)
		}
	}
}

func TestPasswordIsInTwoSecretsAlone(t *testing.T) {
	g, err := graph.Run(withServer(func(*DatabaseArgs) {}), graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"shop-role":   "map[password:" + canary + " username:shop]",
		"shop-client": "map[DB_HOST:shared-rw.postgres.svc DB_NAME:shop DB_PASSWORD:" + canary + " DB_PORT:5432 DB_USER:shop]",
	}
	meta := map[string]string{
		"shop-role":   `{"labels":{"cnpg.io/reload":"true"},"name":"shop-role","namespace":"postgres"}`,
		"shop-client": `{"name":"shop-database","namespace":"shop-space"}`,
	}
	for _, r := range g.Resources {
		if r.Type != secretToken {
			if strings.Contains(fmt.Sprint(r.Inputs), canary) {
				t.Errorf("%s %s: got the password in it, want it in secrets alone", r.Type, r.Name)
			}
			continue
		}
		data := r.Inputs["stringData"]
		if !data.ContainsSecrets() {
			t.Errorf("%s: got %v, want it a secret", r.Name, data)
		}
		if got := fmt.Sprint(bare(data).Mappable()); got != want[r.Name] {
			t.Errorf("%s: got %s, want %s", r.Name, got, want[r.Name])
		}
		if got := r.JSON(t, "metadata"); got != meta[r.Name] {
			t.Errorf("%s: got %s, want %s", r.Name, got, meta[r.Name])
		}
		delete(want, r.Name)
	}
	if len(want) > 0 {
		t.Errorf("got no secret %v, want each", want)
	}
	if got := g.Get(t, secretToken, "shop-role").Inputs["type"].StringValue(); got != "kubernetes.io/basic-auth" {
		t.Errorf("got a secret of type %q, want the one that the operator reads", got)
	}
}

// bare is a value without the wrapping of secrets.
func bare(v resource.PropertyValue) resource.PropertyValue {
	switch {
	case v.IsSecret():
		return bare(v.SecretValue().Element)
	case v.IsOutput():
		return bare(v.OutputValue().Element)
	case v.IsObject():
		out := resource.PropertyMap{}
		for k, e := range v.ObjectValue() {
			out[k] = bare(e)
		}
		return resource.NewObjectProperty(out)
	}
	return v
}

func TestDatabaseOrder(t *testing.T) {
	checkOrder(t, withServer(func(*DatabaseArgs) {}),
		before{secretToken, "shop-role", clusterToken, "postgres"},
		before{secretToken, "shop-role", passwordToken, "shop-password"},
		before{roleObject, "shop-role", secretToken, "shop-role"},
		before{roleObject, "shop-role", clusterToken, "postgres"},
		before{databaseObject, "shop", roleObject, "shop-role"},
		before{databaseObject, "shop", clusterToken, "postgres"},
		before{secretToken, "shop-client", databaseObject, "shop"},
		before{secretToken, "shop-client", namespaceToken, "shop"},
	)
}

func TestRotation(t *testing.T) {
	for rotation, want := range map[int]string{0: `{"length":40,"special":false}`, 2: `{"keepers":{"rotation":"2"},"length":40,"special":false}`} {
		g, err := graph.Run(withServer(func(a *DatabaseArgs) { a.Rotation = rotation }), graph.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := g.Get(t, passwordToken, "shop-password").JSON(t, ""); got != want {
			t.Errorf("%d: got %s, want %s", rotation, got, want)
		}
	}
}

func TestDatabaseRefusals(t *testing.T) {
	lone := func(args *DatabaseArgs) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			_, err := NewDatabase(ctx, "shop", args)
			return err
		}
	}
	graph.CheckRefused(t, lone(nil), "got nil")
	graph.CheckRefused(t, lone(&DatabaseArgs{Name: "my_shop", Rotation: -1}), `name: got "my_shop"`, `namespace: got ""`, "rotation: got -1", "server: got none")
	server := &Postgres{connections: 22}
	for _, name := range []string{"postgres", "template0", "template1", "public", "none", "unused"} {
		graph.CheckRefused(t, lone(&DatabaseArgs{Server: server, Name: name, Namespace: "shop"}), fmt.Sprintf("name: got %q, which is reserved", name))
	}
	for _, limit := range []int{-1, 23} {
		graph.CheckRefused(t, lone(&DatabaseArgs{Server: server, Name: "shop", Namespace: "shop", ConnectionLimit: limit}), fmt.Sprintf("connectionLimit: got %d, want 1 to 22", limit))
	}
}
