package checks

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
	"github.com/lvs-cloud/lvs-cloud/platform/authentication"
	"github.com/lvs-cloud/lvs-cloud/platform/postgres"
)

const (
	// autheliaModule is the newest source of 4.39 that the Go proxy has. Its schemas are those that Authelia publishes for all of
	// 4.39.
	// Source: https://www.authelia.com/reference/guides/schemas/
	autheliaModule = "github.com/authelia/authelia/v4@v4.39.20"
	autheliaSum    = "h1:nM/fmvpLtlJ1Nx9SttGsVFQF6NRun85en8y/MiVJeAk="
	schemas        = "docs/static/schemas/v4.39/json-schema"

	// bcryptHash is of the form that the random provider makes.
	bcryptHash = "$2a$10$4RKWPGq3RG0ldam4/p3HOeoVY//./gqQK8tBOXL8a9mE17vy59Kqy"
)

// autheliaSchema is one of Authelia's schemas, out of its own source.
func autheliaSchema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", autheliaModule)
	// The sum is compared here.
	cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "GOWORK=off", "GONOSUMDB=github.com/authelia/*")
	said, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", autheliaModule, err, said)
	}
	var module struct{ Dir, Sum string }
	if err := json.Unmarshal(said, &module); err != nil {
		t.Fatal(err)
	}
	if module.Sum != autheliaSum {
		t.Fatalf("%s: got the sum %s, want %s", autheliaModule, module.Sum, autheliaSum)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile(filepath.Join(module.Dir, schemas, name))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func authenticationArgs() *authentication.Args {
	return &authentication.Args{
		Namespace: "authentication", Image: "docker.io/authelia/authelia:4.39.28", StoreImage: "docker.io/valkey/valkey:9.1.2-alpine",
		Domain: "cloud.example.com", Home: "home", Users: pulumi.String("users"),
		Rules: []authentication.Rule{
			{Host: "traefik", Policy: authentication.TwoFactor, Groups: []string{"admins", "family"}}, {Host: "shop", Policy: authentication.OneFactor}, {Host: "blog", Policy: authentication.Public},
		},
		Clients: []authentication.Client{
			{ID: "grafana", SecretHash: pulumi.String(bcryptHash), Policy: authentication.TwoFactor, Groups: []string{"admins"}, RedirectURIs: []string{"https://grafana.cloud.example.com/login/generic_oauth"}},
			{ID: "wiki", SecretHash: pulumi.String(bcryptHash), Policy: authentication.OneFactor, RedirectURIs: []string{"https://wiki.cloud.example.com/back"}},
		},
		Mail:          &authentication.Mail{Host: "smtp.example.com", Port: 465, Username: "you", Password: pulumi.String("word"), Sender: "Cloud <you@example.com>"},
		PriorityClass: "lvs-gitops", Size: authentication.SizeFor(footprint.Lean),
	}
}

// autheliaConfig is what Authelia reads, with the files put in that its template filter puts in.
func autheliaConfig(t *testing.T, args *authentication.Args) string {
	t.Helper()
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		server, err := postgres.New(ctx, "postgres", &postgres.Args{
			OperatorNamespace: "postgres-operator", Namespace: "postgres", OperatorVersion: "0.29.1", StorageClass: "standard",
			ImageName:     "ghcr.io/cloudnative-pg/postgresql:18.6-minimal-trixie@sha256:" + strings.Repeat("0a", 32),
			PriorityClass: "lvs-database", Size: postgres.SizeFor(footprint.Lean),
		})
		if err != nil {
			return err
		}
		a := *args
		a.Server = server
		_, err = authentication.New(ctx, "authentication", &a)
		return err
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := g.Get(t, "kubernetes:core/v1:ConfigMap", "authentication").Inputs["data"].ObjectValue()["configuration.yml"].StringValue()
	parsed, err := template.New("configuration").Funcs(template.FuncMap{
		"secret": func(path string) string {
			if strings.HasSuffix(path, "/DB_HOST") {
				return "shared-rw.postgres.svc"
			}
			return bcryptHash
		},
		"fileContent": func(string) string { return rsaKey(t) },
		"nindent": func(n int, text string) string {
			pad := "\n" + strings.Repeat(" ", n)
			return pad + strings.ReplaceAll(text, "\n", pad)
		},
	}).Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, nil); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// rsaKey is a key in the form in which cert-manager makes it.
func rsaKey(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// holds checks a YAML text against a schema.
func holds(t *testing.T, schema *jsonschema.Schema, text string) error {
	t.Helper()
	var content any
	if err := yaml.Unmarshal([]byte(text), &content); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return schema.Validate(content)
}

// TestAutheliaConfiguration checks what is rendered against Authelia's schema, and that the schema would find a mistake.
func TestAutheliaConfiguration(t *testing.T) {
	schema := autheliaSchema(t, "configuration.json")
	full := autheliaConfig(t, authenticationArgs())
	small := authenticationArgs()
	small.Rules, small.Clients, small.Mail, small.Home = nil, nil, nil, ""
	for name, text := range map[string]string{"with everything": full, "with nothing": autheliaConfig(t, small)} {
		if err := holds(t, schema, text); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	for mistake, as := range map[string][2]string{
		"a key that is unknown":    {"default_policy:", "default_polcy:"},
		"a policy that is unknown": {"policy: one_factor", "policy: onefactor"},
		"a group without a kind":   {"group:family", "family"},
		"a secret in the clear":    {bcryptHash, "not-a-hash"},
		"a broken key":             {"-----BEGIN PRIVATE KEY-----", "-----BEGIN-----"},
		"a duration without unit":  {"find_time: 5m", "find_time: five"},
		"an address":               {"address: submissions://", "address: smtps://"},
	} {
		wrong := strings.Replace(full, as[0], as[1], 1)
		if err := holds(t, schema, wrong); wrong == full || err == nil {
			t.Errorf("%s: got it taken, want it refused", mistake)
		}
	}
}

// TestAutheliaUsers checks the file of the users against Authelia's schema.
func TestAutheliaUsers(t *testing.T) {
	hash, err := authentication.Hash("correct horse", []byte("saltsaltsaltsalt"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := authentication.RenderUsers([]authentication.User{
		{Name: "ann", DisplayName: "Ann", Email: "ann@example.com", Groups: []string{"admins"}, PasswordHash: hash},
		{Name: "ben.b", Email: "ben@example.com", Groups: []string{"family"}, PasswordHash: hash},
	})
	if err != nil {
		t.Fatal(err)
	}
	schema := autheliaSchema(t, "user-database.json")
	if err := holds(t, schema, text); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	for mistake, as := range map[string][2]string{"a password in the clear": {hash, "correct horse"}, "a key that is unknown": {"displayname:", "display:"}} {
		if holds(t, schema, strings.Replace(text, as[0], as[1], 1)) == nil {
			t.Errorf("%s: got it taken, want it refused", mistake)
		}
	}
}
