package sshkey

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"golang.org/x/crypto/ssh"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func TestDerive(t *testing.T) {
	seed := strings.Repeat("x", SeedLength)
	pair, err := Derive(seed)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey([]byte(pair.Private))
	if err != nil {
		t.Fatalf("private key: %v", err)
	}
	if got := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey()))); got != pair.Public {
		t.Errorf("got public key %q of the private one, want %q", got, pair.Public)
	}
	again, err := Derive(seed)
	if err != nil || again != pair {
		t.Errorf("got another key of the same seed (%v), want the same", err)
	}
	if other, err := Derive(seed + "y"); err != nil || other == pair {
		t.Errorf("got the same key of another seed (%v), want another", err)
	}
	if _, err := Derive(seed[1:]); err == nil || !strings.Contains(err.Error(), "got 63 characters, want at least 64") {
		t.Errorf("a short seed: got %v, want it refused", err)
	}
}

// A key that is made of the same seed in another way locks the program out of every server there is.
func TestKeysStayWhatTheyAre(t *testing.T) {
	pair, err := Derive(strings.Repeat("x", SeedLength))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(pair.Private))
	if got, want := hex.EncodeToString(sum[:]), "2e9bcc6511a892737dc5e63846ffcf97150289e7f779ed0389ff5763800e00be"; got != want {
		t.Errorf("private key: got SHA-256 %s, want %s", got, want)
	}
	if want := "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILhHpjD4eecT7bycO8eYMkire9Bo6s24cnDmfsNTlKqw"; pair.Public != want {
		t.Errorf("public key: got %s, want %s", pair.Public, want)
	}
}

func TestThePrivateKeyAloneIsSecret(t *testing.T) {
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		seed, err := random.NewRandomPassword(ctx, "seed", &random.RandomPasswordArgs{Length: pulumi.Int(SeedLength)})
		if err != nil {
			return err
		}
		_, err = random.NewRandomPassword(ctx, "keys", &random.RandomPasswordArgs{Length: pulumi.Int(1), Keepers: pulumi.StringMap{
			"public": Public(pulumi.ToSecret(seed.Result).(pulumi.StringOutput)), "private": Private(seed.Result),
		}})
		return err
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys := g.Get(t, "random:index/randomPassword:RandomPassword", "keys").Inputs["keepers"].ObjectValue()
	if keys["public"].ContainsSecrets() || !strings.HasPrefix(keys["public"].StringValue(), "ssh-ed25519 ") {
		t.Errorf("public key: got %v, want it readable", keys["public"])
	}
	if !keys["private"].IsSecret() {
		t.Errorf("private key: got it readable, want a secret")
	}
}
