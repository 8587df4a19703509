package authentication

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"golang.org/x/crypto/argon2"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func firstUser(domain, group string, see func(password, users string)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		u, err := NewFirstUser(ctx, "first", domain, group)
		if err != nil {
			return err
		}
		pulumi.All(u.Password, u.Users).ApplyT(func(v []any) error {
			see(v[0].(string), v[1].(string))
			return nil
		})
		return nil
	}
}

func TestFirstUser(t *testing.T) {
	var seen []string
	g := graph.CheckComponent(t, firstUser("cloud.example.com", "admins", func(password, users string) { seen = append(seen, password, users) }))
	if len(seen) != 2 || seen[0] != passwordCanary {
		t.Fatalf("got %q, want the password once, in the update alone", seen)
	}
	before, after, _ := strings.Cut(seen[1], "password: ")
	hash, after, _ := strings.Cut(after, "\n")
	if want := "users:\n    admin:\n        disabled: false\n        displayname: admin\n        "; before != want {
		t.Errorf("got\n%s\nwant\n%s", before, want)
	}
	if want := "        email: admin@cloud.example.com\n        groups:\n            - admins\n"; after != want {
		t.Errorf("got\n%s\nwant\n%s", after, want)
	}
	if err := CheckHash(hash); err != nil {
		t.Error(err)
	}
	salt, sum := decode(t, strings.Split(hash, "$")[4]), decode(t, strings.Split(hash, "$")[5])
	if got := argon2.IDKey([]byte(passwordCanary), salt, 2, 19*1024, 1, 32); string(got) != string(sum) {
		t.Errorf("got %s, want the hash of the password", hash)
	}
	for _, name := range []string{"first", "first-salt"} {
		if got, want := g.Get(t, passwordToken, name).JSON(t, ""), `{"length":40,"special":false}`; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestFirstUserRefusals(t *testing.T) {
	see := func(_, _ string) {}
	graph.CheckRefused(t, firstUser("localhost", "admins", see), `domain: got "localhost"`)
	graph.CheckRefused(t, firstUser("cloud.example.com", "A B", see), `groups: got the group "A B"`)
}
