package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/lvs-cloud/lvs-cloud/platform/authentication"
)

const testPassword = "correct horse battery"

// typed makes a text the standard input of the test.
func typed(t *testing.T, text string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stdin")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdin
	os.Stdin = in
	t.Cleanup(func() {
		os.Stdin = before
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
}

// hashIn finds a hash, and its salt and sum.
var hashIn = regexp.MustCompile(`\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}`)

func TestUserAdd(t *testing.T) {
	typed(t, testPassword+"\nanother line\n")
	out, said, code := call(t, "user", "add", "ann", "--stack", "prod", "--email", "ann@example.com", "--group", "admins", "--group", "family", "--display-name", "Ann O'Hara")
	if code != exitDone || strings.Contains(out+said, testPassword) {
		t.Fatalf("got exit code %d, %q and %q, want 0 and no password", code, out, said)
	}
	hash := hashIn.FindString(out)
	want := `pulumi config set-all --stack prod --path --secret 'lvs-cloud:secrets.users.ann.email=ann@example.com'` +
		` --secret 'lvs-cloud:secrets.users.ann.displayName=Ann O'\''Hara' --secret 'lvs-cloud:secrets.users.ann.groups[0]=admins'` +
		` --secret 'lvs-cloud:secrets.users.ann.groups[1]=family' --secret 'lvs-cloud:secrets.users.ann.passwordHash=` + hash + `'`
	if hash == "" || !strings.Contains(out, want) {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	if err := authentication.CheckHash(hash); err != nil {
		t.Error(err)
	}
	checkHashOf(t, testPassword, hash)
}

// checkHashOf hashes the password anew with the salt that the hash names.
func checkHashOf(t *testing.T, password, hash string) {
	t.Helper()
	parts := strings.Split(hash, "$")
	salt, sum := decode(t, parts[4]), decode(t, parts[5])
	if got := argon2.IDKey([]byte(password), salt, 2, 19*1024, 1, 32); string(got) != string(sum) {
		t.Errorf("got %x, want the hash of the password", sum)
	}
}

func TestUserAddAsJSON(t *testing.T) {
	hashes := map[string]bool{}
	for range 2 {
		typed(t, testPassword)
		out, said, code := call(t, "user", "add", "ben.b-x", "--stack", "twin", "--email", "ben@example.com", "--group", "family", "--output", "json")
		var answer struct{ Stack, Name, PasswordHash, Command string }
		if err := json.Unmarshal([]byte(out), &answer); err != nil || code != exitDone {
			t.Fatalf("got exit code %d, %q and %q (%v), want 0 and JSON", code, out, said, err)
		}
		want := `pulumi config set-all --stack twin --path --secret 'lvs-cloud:secrets.users["ben.b-x"].email=ben@example.com'` +
			` --secret 'lvs-cloud:secrets.users["ben.b-x"].groups[0]=family' --secret 'lvs-cloud:secrets.users["ben.b-x"].passwordHash=` + answer.PasswordHash + `'`
		if answer.Command != want || answer.Stack != "twin" || answer.Name != "ben.b-x" {
			t.Errorf("got  %+v\nwant %s", answer, want)
		}
		checkHashOf(t, testPassword, answer.PasswordHash)
		hashes[answer.PasswordHash] = true
	}
	if len(hashes) != 2 {
		t.Errorf("got the same hash twice, want another salt each time: %v", hashes)
	}
}

func TestUserAddRefusals(t *testing.T) {
	right := []string{"--email", "ann@example.com", "--group", "admins"}
	for name, c := range map[string]struct {
		args  []string
		typed string
		code  int
		said  string
	}{
		"no command":       {[]string{"user"}, testPassword, exitUsage, "got no command, want add"},
		"no name":          {append([]string{"user", "add"}, right...), testPassword, exitUsage, "accepts 1 arg(s)"},
		"a strange name":   {append([]string{"user", "add", "Ann"}, right...), testPassword, exitUsage, `name: got "Ann"`},
		"no address":       {[]string{"user", "add", "ann", "--group", "admins"}, testPassword, exitUsage, `email: got ""`},
		"no group":         {[]string{"user", "add", "ann", "--email", "ann@example.com"}, testPassword, exitUsage, "groups: got none"},
		"short":            {append([]string{"user", "add", "ann"}, right...), "elf letters\n", exitFailed, "got 11 characters, want at least 12"},
		"nothing":          {append([]string{"user", "add", "ann"}, right...), "", exitFailed, "got 0 characters, want at least 12"},
		"cannot be typed":  {append([]string{"user", "add", "ann"}, right...), "correct\x00horse battery\n", exitFailed, "cannot be typed"},
		"a strange stack":  {append([]string{"user", "add", "ann", "--stack", "../prod"}, right...), testPassword, exitUsage, `--stack: got "../prod"`},
		"not even letters": {append([]string{"user", "add", "ann"}, right...), "correct\xffhorse battery\n", exitFailed, "cannot be typed"},
	} {
		typed(t, c.typed)
		out, said, code := call(t, c.args...)
		if code != c.code || out != "" || !strings.Contains(said, c.said) {
			t.Errorf("%s: got exit code %d, %q and %q, want %d and %q", name, code, out, said, c.code, c.said)
		}
		if text := strings.TrimSpace(c.typed); text != "" && strings.Contains(said, text) {
			t.Errorf("%s: got %q, want no password in it", name, said)
		}
	}
}

func TestAskTwice(t *testing.T) {
	answers := func(lines ...string) func(string) (string, error) {
		return func(string) (string, error) {
			if len(lines) == 0 {
				return "", errors.New("no more")
			}
			line := lines[0]
			lines = lines[1:]
			return line, nil
		}
	}
	if got, err := askTwice(answers("a", "a")); err != nil || got != "a" {
		t.Errorf("got %q (%v), want what was said twice", got, err)
	}
	if _, err := askTwice(answers("a", "b")); err == nil || !strings.Contains(err.Error(), "two that differ") {
		t.Errorf("got %v, want two that differ refused", err)
	}
	for _, lines := range [][]string{{}, {"a"}} {
		if _, err := askTwice(answers(lines...)); err == nil || !strings.Contains(err.Error(), "no more") {
			t.Errorf("%q: got %v, want the error of reading", lines, err)
		}
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
