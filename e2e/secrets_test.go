package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// canaries are secrets that the operator sets, by their path, and that nothing may show.
var canaries = map[string]string{
	"gitStatusToken":         "canary-in-the-token-for-commit-statuses",
	"smtpPassword":           "canary-in-the-password-of-the-mail-server",
	"alertWebhookURL":        "https://alerts.example.com/canary-in-the-webhook",
	"deadMansSwitchURL":      "https://switch.example.com/canary-in-the-switch",
	"users.ann.email":        "canary-in-an-address@example.com",
	"users.ann.groups[0]":    "admins",
	"users.ann.passwordHash": "$argon2id$v=19$m=19456,t=2,p=1$Y2FuYXJ5IGluIGEgc2FsdA$Y2FuYXJ5IGluIHRoZSBoYXNoIG9mIGEgcGFzc3dvcmQ",
}

// open are keys of secrets that stand in configuration as well: where a database is, and what it is called.
var open = []string{"DB_HOST", "DB_PORT", "DB_NAME", "DB_USER"}

// shortest is how long a secret must be to be told from any other text.
const shortest = 12

// secretForms are the forms of every secret that the state holds: as it is, as JSON writes it, and encoded. Public keys are
// in it as well, beside the private ones that they belong to; those are no secret.
func (m *machine) secretForms(t *testing.T) map[string]string {
	t.Helper()
	shown := must[string](t)(m.Pulumi("stack", "export", "--stack", Stack, "--show-secrets"))
	forms := map[string]string{}
	var add func(v any)
	add = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, e := range v {
				if !slices.Contains(open, key) {
					add(e)
				}
			}
		case []any:
			for _, e := range v {
				add(e)
			}
		case string:
			v = strings.TrimSpace(v)
			if _, err := time.Parse(time.RFC3339, v); err == nil {
				return // of a status that tells of a secret, and of when
			}
			if len(v) < shortest || regexp.MustCompile(`^(\S+ )?(ssh|ecdsa)-\S+ AAAA`).MatchString(v) {
				return
			}
			quoted, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			for _, form := range []string{v, strings.Trim(string(quoted), `"`), base64.StdEncoding.EncodeToString([]byte(v))} {
				forms[form] = fmt.Sprintf("%.6q of %d characters", v, len(v))
			}
		}
	}
	for _, secret := range plainSecrets(t, shown) {
		add(secret)
	}
	return forms
}

// plainSecrets are the values of a state that is exported with its secrets in plain text.
func plainSecrets(t *testing.T, shown string) (values []any) {
	t.Helper()
	for _, match := range regexp.MustCompile(`"plaintext": ("(?:[^"\\]|\\.)*")`).FindAllStringSubmatch(shown, -1) {
		var text string // a secret is JSON text within JSON
		if err := json.Unmarshal([]byte(match[1]), &text); err != nil {
			t.Fatal(err)
		}
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
	}
	return values
}

// secretsElsewhere looks for every secret in what Pulumi prints of a plan and of an update, in every object of the cluster that
// is not a Secret, and in the logs of the host.
func (m *machine) secretsElsewhere(t *testing.T) {
	for _, path := range slices.Sorted(maps.Keys(canaries)) {
		must[string](t)(m.Pulumi("config", "set", "--secret", "--path", "lvs-cloud:secrets."+path, canaries[path], "--stack", Stack, "--config-file", m.config))
	}
	for _, err := range []error{
		m.Configure(true, "git", "statuses"), m.Configure("you@example.com", "alerts", "email"),
		m.Configure(map[string]any{"host": "smtp.example.com", "username": "you", "from": "cloud@example.com"}, "smtp"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var said bytes.Buffer
	log := m.Log
	m.Log = io.MultiWriter(log, &said)
	must[string](t)(m.Pulumi("preview", "--diff", "--refresh"))
	must[string](t)(m.Pulumi("preview", "--json"))
	must[string](t)(m.Pulumi("up", "--yes", "--diff"))
	m.Log = log

	seen := map[string]string{"what Pulumi prints": said.String()}
	seen["the log of the host"] = must[string](t)(m.SSH("journalctl --no-pager --output=cat"))
	sent, objects := must[[]*unstructured.Unstructured](t)(m.Sent()), must[*Objects](t)(m.Objects())
	kinds := map[string]int{}
	for _, s := range sent {
		kinds[s.GetKind()]++
		if s.GetKind() == "Secret" {
			continue
		}
		live := must[*unstructured.Unstructured](t)(objects.Live(t.Context(), s))
		unstructured.RemoveNestedField(live.Object, "status") // a receiver says there where it is called
		text, err := json.Marshal(live.Object)
		if err != nil {
			t.Fatal(err)
		}
		seen[s.GetKind()+" "+s.GetNamespace()+"/"+s.GetName()] = string(text)
	}
	configMaps := must[*unstructured.UnstructuredList](t)(objects.All(t.Context(), "v1", "ConfigMap"))
	for _, c := range configMaps.Items {
		text, err := json.Marshal(c.Object)
		if err != nil {
			t.Fatal(err)
		}
		seen["ConfigMap "+c.GetNamespace()+"/"+c.GetName()] = string(text)
	}

	forms := m.secretForms(t)
	texts := strings.Join(slices.Collect(maps.Keys(forms)), "\n")
	for _, known := range append(slices.Collect(maps.Values(canaries)), zoneToken) {
		if len(known) < shortest {
			continue
		}
		if !strings.Contains(texts, known) {
			t.Errorf("got no %.18q among the secrets of the state, want it there: nothing was looked for", known)
		}
		forms[known] = fmt.Sprintf("%.18q", known) // also where it is a part of a longer one, such as of a file
	}
	if len(forms) < 30 || kinds["HelmRelease"] < 4 || kinds["Secret"] < 5 || len(configMaps.Items) < 5 {
		t.Errorf("got %d secrets, %d ConfigMaps and %v sent, want more: nothing was looked for", len(forms), len(configMaps.Items), kinds)
	}
	for place, text := range seen {
		for form, what := range forms {
			if strings.Contains(text, form) {
				t.Errorf("%s: got the secret %s in it", place, what)
			}
		}
	}
	m.stored(t)
	m.settled(t)
}

// TestSecretsAreSeen holds that what secretsElsewhere looks with would find something.
func TestSecretsAreSeen(t *testing.T) {
	if got := within("", map[string]any{"data": map[string]any{"a": "eA=="}}, map[string]any{"data": map[string]any{"a": "eA=="}}); got != nil {
		t.Errorf("got %q, want nothing", got)
	}
	sent := &unstructured.Unstructured{Object: map[string]any{"kind": "Secret", "stringData": map[string]any{"a": "x"}}}
	kept, err := stored(sent)
	if err != nil {
		t.Fatal(err)
	}
	if got := within("", kept, map[string]any{"kind": "Secret", "data": map[string]any{"a": "eQ=="}}); !slices.Equal(got, []string{`.data.a: got "eQ==", want "eA=="`}) {
		t.Errorf("got %q, want the difference", got)
	}
}
