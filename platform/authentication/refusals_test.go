package authentication

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func TestRefusals(t *testing.T) {
	lone := func(args *Args) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			_, err := New(ctx, "authentication", args)
			return err
		}
	}
	graph.CheckRefused(t, lone(nil), "got nil")
	graph.CheckRefused(t, lone(&Args{
		Namespace: "a.b", Domain: "localhost", Home: "auth", Image: testImage, Size: Size{footprint.Resources{MemoryLimit: 100}, footprint.Resources{MemoryLimit: 10}},
		Rules: []Rule{{"a.b", TwoFactor, nil}, {"auth", TwoFactor, nil}, {"x", "none", nil}, {"y", Public, []string{"admins"}}, {"z", OneFactor, []string{"A B"}}, {"z", OneFactor, nil}},
		Clients: []Client{
			{ID: "A B"}, {ID: "open", Policy: Public, RedirectURIs: []string{"http://x.example.com"}, Scopes: []string{"offline_access"}, Groups: []string{"g", "g"}},
			{ID: "open", SecretHash: pulumi.String("h"), Policy: OneFactor, RedirectURIs: []string{"https://x.example.com"}},
		},
		Mail: &Mail{Host: "localhost", Port: -1, Sender: "nobody"},
	}), `namespace: got "a.b"`, `priorityClass: got ""`, `and "" for the store`, `domain: got "localhost"`, `home: got "auth"`, "users: got none", "server: got none",
		"size: got a limit of 100 MiB", "size: got a limit of 10 MiB for the store", `rules: got the host "a.b"`, `rules: got the host "auth"`,
		`rules: x: got the policy "none"`, `rules: y: got groups ["admins"]`, `rules: z: got the group "A B"`, `rules: got "z" twice`,
		`clients: got the ID "A B"`, "clients: A B: secretHash: got none", "clients: A B: redirectURIs: got none", `clients: A B: got the policy ""`,
		`clients: open: got the policy "public"`, `redirectURIs: got "http://x.example.com"`, `clients: open: got the scope "offline_access"`,
		`want openid among them`, `clients: open: got the group "g"`, `clients: got "open" twice`,
		`mail.host: got "localhost"`, "mail.port: got -1", "mail: got no user name", `mail.sender: got "nobody"`)
	graph.CheckRefused(t, func(ctx *pulumi.Context) error {
		_, err := NewGate(ctx, "gate", nil)
		return err
	}, "got nil")
	graph.CheckRefused(t, func(ctx *pulumi.Context) error {
		_, err := NewGate(ctx, "gate", &GateArgs{Namespace: "a.b"})
		return err
	}, `namespace: got "a.b"`, `server: got ""`)
}

// goodHash is the hash of "correct horse". Authelia's own `crypto hash validate` takes it for that.
const goodHash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$AdweBLwcflnNX2HVW8i1Mtu7frrn4Ki7h/rYSGuU7Is"

func TestHash(t *testing.T) {
	got, err := Hash("correct horse", []byte("saltsaltsaltsalt"))
	if err != nil || got != goodHash {
		t.Errorf("got %s (%v), want %s", got, err, goodHash)
	}
	if err := CheckHash(goodHash); err != nil {
		t.Errorf("got %v, want it taken", err)
	}
	if _, err := Hash("correct horse", []byte("salt")); err == nil {
		t.Error("got a hash with a salt of 4 bytes, want it refused")
	}
	for bad, want := range map[string]string{
		"": "got something else", "my-password": "got something else", "$2a$10$abc": "got something else", goodHash + "\n": "got something else",
		strings.Replace(goodHash, "argon2id", "argon2i", 1): "got something else", strings.Replace(goodHash, "m=19456", "m=65536", 1): "got m=65536",
		strings.Replace(goodHash, "m=19456", "m=4096", 1): "got m=4096", strings.Replace(goodHash, "t=2", "t=1", 1): "got t=1 and p=1",
		strings.Replace(goodHash, "p=1", "p=0", 1): "got t=2 and p=0", strings.Replace(goodHash, "c2FsdHNhbHRzYWx0c2FsdA", "c2FsdA", 1): "got a salt of 4 bytes",
	} {
		err := CheckHash(bad)
		if err == nil || !strings.Contains(err.Error(), want) || (bad == "my-password" && strings.Contains(err.Error(), bad)) {
			t.Errorf("%q: got %v, want %q and not the text", bad, err, want)
		}
	}
}

func TestRenderUsers(t *testing.T) {
	got, err := RenderUsers([]User{
		{Name: "ben", Email: "ben@example.com", Groups: []string{"family"}, PasswordHash: goodHash},
		{Name: "ann", DisplayName: "Ann: #1", Email: "ann@example.com", Groups: []string{"admins", "family"}, PasswordHash: goodHash},
	})
	want := `users:
    ann:
        disabled: false
        displayname: 'Ann: #1'
        password: ` + goodHash + `
        email: ann@example.com
        groups:
            - admins
            - family
    ben:
        disabled: false
        displayname: ben
        password: ` + goodHash + `
        email: ben@example.com
        groups:
            - family
`
	if err != nil || got != want {
		t.Errorf("got\n%s(%v)\nwant\n%s", got, err, want)
	}
	_, err = RenderUsers([]User{
		{Name: "Ann", DisplayName: "a\nb", Email: "Ann <ann@example.com>", PasswordHash: "hunter2-hunter2"},
		{Name: "ben", Email: "ben@example.com", Groups: []string{"a b"}, PasswordHash: goodHash}, {Name: "ben", Email: "BEN@example.com", Groups: []string{"x"}, PasswordHash: goodHash},
	})
	for _, want := range []string{
		`users: Ann: name: got "Ann"`, `users: Ann: displayName: got "a\nb"`, `users: Ann: email: got "Ann <ann@example.com>"`, "users: Ann: groups: got none",
		"users: Ann: passwordHash: got something else", `users: ben: groups: got the group "a b"`, `users: got "ben" twice`, "users: ben: email: got that of ben",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if err != nil && strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v, want no password in it", err)
	}
	if _, err := RenderUsers(nil); err == nil || !strings.Contains(err.Error(), "users: got none") {
		t.Errorf("got %v, want at least one user", err)
	}
}

func decode(t *testing.T, text string) []byte {
	t.Helper()
	out, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
