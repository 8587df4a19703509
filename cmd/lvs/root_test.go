package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
)

// call runs the program in the project's folder.
func call(t *testing.T, args ...string) (out, said string, code int) {
	t.Helper()
	var o, s bytes.Buffer
	code = run(t.Context(), append([]string{"--cwd=" + filepath.Join("..", "..")}, args...), &o, &s)
	return o.String(), s.String(), code
}

func TestExitCodes(t *testing.T) {
	t.Setenv("HCLOUD_TOKEN", "")
	t.Setenv("PULUMI_STACK", "")
	for name, c := range map[string]struct {
		args []string
		code int
		said string
	}{
		"help":              {[]string{"--help"}, exitDone, ""},
		"help of a command": {[]string{"doctor", "--help"}, exitDone, ""},
		"completion":        {[]string{"completion", "bash"}, exitDone, ""},
		"unknown command":   {[]string{"price"}, exitUsage, `unknown command "price"`},
		"unknown flag":      {[]string{"cost", "--stak", "x"}, exitUsage, "unknown flag: --stak"},
		"recover as JSON":   {[]string{"recover", "--output", "json"}, exitUsage, "want text"},
		"unknown format":    {[]string{"cost", "--output", "xml"}, exitUsage, `got "xml", want text or json`},
		"an argument":       {[]string{"cost", "prod"}, exitUsage, `"prod"`},
		"a strange stack":   {[]string{"cost", "--stack", "../prod"}, exitUsage, `--stack: got "../prod"`},
		"no such stack":     {[]string{"cost", "--stack", "nope"}, exitFailed, `stack "nope": got no `},
		"no token":          {[]string{"cost", "--stack", "twin"}, exitFailed, "HCLOUD_TOKEN: got nothing"},
	} {
		out, said, code := call(t, c.args...)
		if code != c.code || !strings.Contains(said, c.said) {
			t.Errorf("%s: got exit code %d and %q, want %d and %q", name, code, said, c.code, c.said)
		}
		if code != exitDone && out != "" {
			t.Errorf("%s: got %q on standard output, want nothing", name, out)
		}
	}
	var said bytes.Buffer
	if code := run(t.Context(), []string{"cost", "--cwd", t.TempDir()}, &said, &said); code != exitUsage || !strings.Contains(said.String(), "got no Pulumi.yaml") {
		t.Errorf("outside of a project: got exit code %d and %q, want %d", code, said.String(), exitUsage)
	}
}

// hetznerStub answers as Hetzner's API would that offers one server type.
func hetznerStub(t *testing.T) {
	t.Helper()
	price := `{"net": "5.49", "gross": "6.5331"}`
	answers := map[string]string{
		"/v1/pricing": `{"pricing": {"currency": "EUR", "vat_rate": "19.000000", "server_backup": {"percentage": "20.00"},
			"volume": {"price_per_gb_month": {"net": "0.0572", "gross": "0.068068"}},
			"primary_ips": [{"type": "ipv4", "prices": [{"location": "nbg1", "price_monthly": {"net": "0.50", "gross": "0.595"}}]},
				{"type": "ipv6", "prices": [{"location": "nbg1", "price_monthly": {"net": "0", "gross": "0"}}]}],
			"floating_ips": [{"type": "ipv4"}, {"type": "ipv6"}],
			"server_types": [{"id": 114, "name": "cx23", "prices": [{"location": "nbg1", "price_monthly": ` + price + `}]}]}}`,
		"/v1/server_types": `{"server_types": [{"id": 114, "name": "cx23", "architecture": "x86", "cores": 2, "memory": 4, "disk": 40,
			"locations": [{"id": 2, "name": "nbg1", "available": false}]}]}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if _, err := w.Write([]byte(answers[r.URL.Path])); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	t.Setenv("HCLOUD_ENDPOINT", server.URL+"/v1")
	t.Setenv("HCLOUD_TOKEN", "not-to-be-printed")
}

func TestCost(t *testing.T) {
	hetznerStub(t)
	// prod has a zone and, as an example, no token for it: its price is known all the same.
	for _, stack := range []string{"twin", "prod"} {
		text, said, code := call(t, "cost", "--stack", stack)
		if code != exitDone {
			t.Fatalf("%s: got exit code %d and %q, want 0", stack, code, said)
		}
		for _, want := range []string{
			"Stack " + stack + " in nbg1, EUR a month (19 % value-added tax)", "server cx23", "    5.49     6.53\n", "    8.85    10.53\n", "    1.10     1.31\n",
			"Within the lean budget of EUR 9.89 net: 1.04 left.",
			"cx23 is sold out in nbg1. Nothing that could stand in for it is in stock there.", "There is no alternative in nbg1.",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: got no %q in\n%s", stack, want, text)
			}
		}
	}
	text, _, _ := call(t, "cost", "--stack", "twin", "--output", "json")
	var bill struct {
		Stack string
		Total struct{ Net float64 }
	}
	if err := json.Unmarshal([]byte(text), &bill); err != nil || bill.Stack != "twin" || bill.Total.Net != 8.85 {
		t.Errorf("got %+v (%v) of\n%s\nwant 8.85 for the stack twin", bill, err, text)
	}
}

func TestPassphrase(t *testing.T) {
	salt := []byte("12345678")
	word, err := config.NewSymmetricCrypterFromPassphrase("right", salt).EncryptValue(t.Context(), "pulumi")
	if err != nil {
		t.Fatal(err)
	}
	state := "v1:MTIzNDU2Nzg=:" + word
	if err := opens(t.Context(), "right", state); err != nil {
		t.Errorf("the right passphrase: got %v, want no error", err)
	}
	if err := opens(t.Context(), "wrong", state); !errors.Is(err, errPassphrase) {
		t.Errorf("the wrong passphrase: got %v, want %v", err, errPassphrase)
	}
	for _, bad := range []string{"", "v1:x", "v2:MTIzNDU2Nzg=:x", "v1:!:x"} {
		if err := opens(t.Context(), "right", bad); err == nil || !strings.Contains(err.Error(), "encryptionsalt") {
			t.Errorf("%q: got %v, want an error about the salt", bad, err)
		}
	}
	file := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(file, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PULUMI_CONFIG_PASSPHRASE_FILE", file)
	t.Setenv("PULUMI_CONFIG_PASSPHRASE", "")
	if got, err := givenPassphrase(); err != nil || got != "" {
		t.Errorf("an empty passphrase: got %q (%v), want it taken as it is", got, err)
	}
	if err := os.Unsetenv("PULUMI_CONFIG_PASSPHRASE"); err != nil {
		t.Fatal(err)
	}
	if got, err := givenPassphrase(); err != nil || got != "from a file" {
		t.Errorf("a file: got %q (%v), want its one line", got, err)
	}
}

func TestProgressIsQuietForASecond(t *testing.T) {
	var said bytes.Buffer
	a := &app{progress: &said}
	a.watch("doing nothing")()
	if said.Len() > 0 {
		t.Errorf("got %q, want nothing yet", said.String())
	}
	done := a.watch("taking long")
	time.Sleep(1100 * time.Millisecond)
	done()
	if got := said.String(); got != "… taking long (1 s)\n" {
		t.Errorf("got %q, want a word after a second", got)
	}
}

func TestCompletion(t *testing.T) {
	for flag, want := range map[string]string{"--stack": "prod\ntwin\n", "--output": "text\njson\n"} {
		if out, said, code := call(t, "__complete", "cost", flag, ""); code != exitDone || !strings.HasPrefix(out, want) {
			t.Errorf("%s: got %q, exit code %d and %q, want %q offered", flag, out, code, said, want)
		}
	}
}

// TestDoctorNamesTheCommand holds what a configuration without its token is answered with.
func TestDoctorNamesTheCommand(t *testing.T) {
	t.Setenv("HCLOUD_TOKEN", "")
	t.Setenv("PATH", t.TempDir()) // no pulumi
	text, _, code := call(t, "doctor", "--stack", "prod", "--output", "json")
	var answer struct {
		Failed   bool
		Findings []struct{ Check, Status, Fix string }
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || code != exitFailed || !answer.Failed {
		t.Fatalf("got exit code %d (%v) and\n%s\nwant 1", code, err, text)
	}
	fixes := map[string]string{}
	for _, f := range answer.Findings {
		fixes[f.Check] = f.Fix
	}
	for check, want := range map[string]string{
		"pulumi":        buildCLI,
		"token":         loadToken,
		"configuration": "pulumi config set --secret --path lvs-cloud:secrets.zoneToken --stack prod",
	} {
		if fixes[check] != want {
			t.Errorf("%s: got %q as what mends it, want %q", check, fixes[check], want)
		}
	}
}

// TestCapacity asks nobody, so it needs neither a token nor the secrets.
func TestCapacity(t *testing.T) {
	t.Setenv("HCLOUD_TOKEN", "")
	out, said, code := call(t, "capacity", "--stack", "prod")
	if want := "Stack prod, profile lean: cx23 sees 3809 MiB, "; code != exitDone || !strings.HasPrefix(out, want) || !strings.Contains(strings.Join(strings.Fields(out), " "), " there is 2000 2659 ") {
		t.Errorf("got exit code %d, %q and\n%s\nwant the table of %s", code, said, out, want)
	}
	var c struct {
		Profile string
		Have    struct{ MemoryMiB int }
		Shares  []struct{ Component string }
	}
	out, _, code = call(t, "capacity", "--stack", "prod", "--output", "json")
	if err := json.Unmarshal([]byte(out), &c); err != nil || code != exitDone || c.Profile != "lean" || c.Have.MemoryMiB != 2659 || len(c.Shares) == 0 {
		t.Errorf("got exit code %d and %s (%v), want the same as JSON", code, out, err)
	}
}
