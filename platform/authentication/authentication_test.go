package authentication

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
	"github.com/lvs-cloud/lvs-cloud/platform/postgres"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	deploymentToken  = "kubernetes:apps/v1:Deployment"
	serviceToken     = "kubernetes:core/v1:Service"
	configToken      = "kubernetes:core/v1:ConfigMap"
	secretToken      = "kubernetes:core/v1:Secret"
	namespaceToken   = "kubernetes:core/v1:Namespace"
	certificateToken = "kubernetes:cert-manager.io/v1:Certificate"
	issuerToken      = "kubernetes:cert-manager.io/v1:Issuer"
	databaseToken    = "kubernetes:postgresql.cnpg.io/v1:Database"
	passwordToken    = "random:index/randomPassword:RandomPassword"

	testImage      = "docker.io/authelia/authelia:4.39.28@sha256:bd97cff4fcbf715b5ff1f9ae286afbe6033afce385302520b0368122d43a6f54"
	testStoreImage = "docker.io/valkey/valkey:9.1.2-alpine@sha256:48332870af354a799964c0012ae1194a0bf2bf894eb508f945810596dc2d8d11"

	// What nobody may see.
	usersCanary, mailCanary = "the-users-file", "the-mail-password"
	bcryptCanary            = "$2a$10$a-hash"
)

// passwordCanary is the password that the recorder makes.
var passwordCanary = strings.Repeat("a-password", 7)

// valid is what a cloud with everything asks for; the server and the secret of the client are made by withServer.
func valid() *Args {
	return &Args{
		Namespace: "authentication", Image: testImage, StoreImage: testStoreImage, Domain: "cloud.example.com", Home: "home",
		Users: pulumi.String(usersCanary),
		Rules: []Rule{{"grafana", Public, nil}, {"traefik", TwoFactor, []string{"admins", "operators"}}, {"shop", OneFactor, nil}},
		Clients: []Client{{
			ID: "grafana", Name: "Grafana", Policy: TwoFactor, Groups: []string{"admins"},
			RedirectURIs: []string{"https://grafana.cloud.example.com/login/generic_oauth"},
		}, {ID: "wiki", Policy: OneFactor, RedirectURIs: []string{"https://wiki.cloud.example.com/back"}, Scopes: []string{"openid", "email"}}},
		Mail:          &Mail{Host: "smtp.example.com", Username: "you", Password: pulumi.String(mailCanary), Sender: "Cloud <you@example.com>"},
		PriorityClass: "lvs-gitops", Size: SizeFor(footprint.Lean),
	}
}

// small is what a cloud without clients and without a mail server asks for.
func small() *Args {
	args := valid()
	args.Clients, args.Mail, args.Home, args.Rules = nil, nil, "", nil
	return args
}

func withServer(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		server, err := postgres.New(ctx, "postgres", &postgres.Args{
			OperatorNamespace: "postgres-operator", Namespace: "postgres", OperatorVersion: "0.29.1", StorageClass: "standard",
			ImageName:     "ghcr.io/cloudnative-pg/postgresql:18.6-minimal-trixie@sha256:" + strings.Repeat("0a", 32),
			PriorityClass: "lvs-database", Size: postgres.SizeFor(footprint.Lean),
		})
		if err != nil {
			return err
		}
		a := *args
		a.Server, a.Clients = server, append([]Client(nil), args.Clients...)
		for i, c := range a.Clients {
			made, err := NewClientSecret(ctx, c.ID)
			if err != nil {
				return err
			}
			a.Clients[i].SecretHash = made.Hash
		}
		_, err = New(ctx, "authentication", &a)
		return err
	}
}

// TestConfiguration holds the whole of it, with everything and with nothing.
func TestConfiguration(t *testing.T) {
	for name, args := range map[string]*Args{"configuration": valid(), "configuration-small": small()} {
		g := graph.CheckComponent(t, withServer(args))
		got := g.Get(t, configToken, "authentication").Inputs["data"].ObjectValue()["configuration.yml"].StringValue()
		file := filepath.Join("testdata", name+".yml")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestSecretsAreInSecrets looks for every secret in every input of everything.
func TestSecretsAreInSecrets(t *testing.T) {
	g, err := graph.Run(withServer(valid()), graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]string{
		"authentication-keys": {
			"storage-encryption-key": passwordCanary, "session-secret": passwordCanary, "oidc-hmac-secret": passwordCanary, "store-password": passwordCanary,
			"mail-password": mailCanary, "client-grafana": bcryptCanary, "client-wiki": bcryptCanary,
		},
		"authentication-users": {"users.yml": usersCanary},
		"authentication-store": {"valkey.conf": "port 6379\nrequirepass " + passwordCanary + "\ndatabases 1\nmaxclients 64\nsave \"\"\nappendonly no\nmaxmemory 8mb\nmaxmemory-policy volatile-ttl\n"},
	}
	for _, r := range g.Resources {
		if r.Type == secretToken {
			data := r.Inputs["stringData"]
			if wrapped := data.IsSecret() || data.IsOutput() && data.OutputValue().Secret; !wrapped {
				t.Errorf("%s: got %v, want it encrypted in the state", r.Name, data)
			}
			if got := fmt.Sprint(bare(data).Mappable()); want[r.Name] != nil && got != fmt.Sprint(want[r.Name]) {
				t.Errorf("%s: got %s, want %s", r.Name, got, want[r.Name])
			}
			delete(want, r.Name)
			continue
		}
		for _, canary := range []string{usersCanary, mailCanary, bcryptCanary, passwordCanary} {
			if text := fmt.Sprint(r.Inputs); strings.Contains(text, canary) {
				t.Errorf("%s %s: got %q in it, want it in secrets alone", r.Type, r.Name, canary)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("got no secrets %v, want each", want)
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

func TestFootprint(t *testing.T) {
	for _, p := range []footprint.Profile{footprint.Lean, footprint.Standard} {
		s := SizeFor(p)
		f := s.Footprint()
		if len(f.Parts) != 2 || f.Parts[0].Resources != s.Server || f.Parts[1].Resources != s.Store || f.Parts[0].Replicas != 1 || f.Parts[1].Replicas != 1 {
			t.Errorf("%s: got %+v, want both pods once", p, f.Parts)
		}
	}
	if s := SizeFor(footprint.Lean); s.Server.Memory+s.Store.Memory > 70 {
		t.Errorf("got %d MiB, want at most the 70 that a node of 4 GB has for it", s.Server.Memory+s.Store.Memory)
	}
}
