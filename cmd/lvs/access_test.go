package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAccessRefusesAllAtOnce(t *testing.T) {
	t.Setenv("HCLOUD_TOKEN", "")
	_, said, code := call(t, "access", "open", "--stack", "nope", "--for", "25h",
		"--from", "0.0.0.0/0", "--from", "::/0", "--from", "128.0.0.0/1", "--from", "::ffff:192.0.2.1", "--from", "192.0.2.17/24", "--from", "home", "--from", "fe80::1%eth0")
	for _, want := range []string{
		`--for: got "25h", want 1m to 24h`,
		"--from: got 0.0.0.0/0, which is everyone", "--from: got ::/0, which is everyone", "--from: got 128.0.0.0/1, which is nearly everyone",
		"--from: got ::ffff:192.0.2.1/128, want an IPv4 network", "--from: got 192.0.2.17/24, want a network without host bits",
		`--from: got "home", want a network`, `--from: got "fe80::1%eth0", want a network`,
		"HCLOUD_TOKEN: got nothing", `stack "nope": got no `,
	} {
		if !strings.Contains(said, want) {
			t.Errorf("got\n%s\nwant %q in it", said, want)
		}
	}
	if code != exitUsage {
		t.Errorf("got exit code %d, want %d", code, exitUsage)
	}
}

func TestAccessExitCodes(t *testing.T) {
	t.Setenv("HCLOUD_TOKEN", "")
	for name, c := range map[string]struct {
		args []string
		code int
		said string
	}{
		"help":                {[]string{"access", "open", "--help"}, exitDone, ""},
		"no command":          {[]string{"access"}, exitUsage, "want open, close or show"},
		"unknown command":     {[]string{"access", "opne"}, exitUsage, `unknown command "opne"`},
		"an argument":         {[]string{"access", "open", "192.0.2.1"}, exitUsage, "192.0.2.1"},
		"too short":           {[]string{"access", "open", "--stack", "twin", "--for", "1s"}, exitUsage, `--for: got "1s"`},
		"no duration":         {[]string{"access", "open", "--stack", "twin", "--for", "1"}, exitUsage, `--for: got "1"`},
		"expired and from":    {[]string{"access", "close", "--stack", "twin", "--expired", "--from", "192.0.2.1"}, exitUsage, "--expired, --from: got both"},
		"no token":            {[]string{"access", "show", "--stack", "twin"}, exitFailed, "HCLOUD_TOKEN: got nothing"},
		"no such stack":       {[]string{"access", "close", "--stack", "nope"}, exitFailed, `stack "nope": got no `},
		"a name for no label": {[]string{"access", "show", "--stack", "twin-"}, exitFailed, `label value 'twin-' (key: stack) is not correctly formatted`},
	} {
		out, said, code := call(t, c.args...)
		if code != c.code || !strings.Contains(said, c.said) || (code != exitDone && out != "") {
			t.Errorf("%s: got exit code %d, %q and %q, want %d and %q", name, code, out, said, c.code, c.said)
		}
	}
}

func TestOwnAddress(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		text, want string
	}{
		"an address":         {200, "192.0.2.17\n", "192.0.2.17/32"},
		"an IPv6 address":    {200, "2001:db8::1\n", ""},
		"a private address":  {200, "10.0.0.1", ""},
		"this machine":       {200, "127.0.0.1", ""},
		"a page":             {200, "<html>192.0.2.17</html>", ""},
		"nothing":            {200, "", ""},
		"a failure":          {503, "192.0.2.17", ""},
		"more than one line": {200, "192.0.2.17\n192.0.2.18\n", ""},
	} {
		service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			if _, err := w.Write([]byte(c.text)); err != nil {
				t.Error(err)
			}
		}))
		got, err := ownAddress(t.Context(), service.URL)
		service.Close()
		if (err == nil) != (c.want != "") || (err == nil && got.String() != c.want) {
			t.Errorf("%s: got %v (%v), want %q", name, got, err, c.want)
		}
		if err != nil && !strings.Contains(err.Error(), "want a public IPv4 address") {
			t.Errorf("%s: got %v, want the error to say what is wanted", name, err)
		}
	}
}
