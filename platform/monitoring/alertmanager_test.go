package monitoring

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

// canary is in every secret that is handed over.
const canary = "that-nobody-may-see"

func told() *Args {
	args := valid()
	args.Alerting = Alerting{
		SMTP: &SMTP{
			Host: "mail.example.com", Port: 587, Username: "cloud", Password: pulumi.ToSecret(pulumi.String("password-" + canary)).(pulumi.StringOutput),
			From: "cloud@example.com", To: "you@example.com",
		},
		WebhookURL:        pulumi.ToSecret(pulumi.String("https://hook.example.com/" + canary)).(pulumi.StringOutput),
		DeadMansSwitchURL: pulumi.String("https://alive.example.com/" + canary),
	}
	args.Inhibitions = []Inhibition{{[]string{`alertname="NodeDown"`}, []string{`layer="service"`}, []string{"node"}}}
	return args
}

// configuration reads what Alertmanager is given out of a recorded program.
func configuration(t *testing.T, args *Args) string {
	t.Helper()
	data := graph.CheckComponent(t, program(args)).Get(t, secretToken, "monitoring-alerting").Inputs["stringData"]
	if !data.ContainsSecrets() {
		t.Errorf("got content that can be read, want a secret")
	}
	for data.IsSecret() || data.IsOutput() {
		if data.IsSecret() {
			data = data.SecretValue().Element
		} else {
			data = data.OutputValue().Element
		}
	}
	text := data.ObjectValue()["alertmanager.yaml"]
	for text.IsSecret() || text.IsOutput() {
		if text.IsSecret() {
			text = text.SecretValue().Element
		} else {
			text = text.OutputValue().Element
		}
	}
	var compact any
	if err := json.Unmarshal([]byte(text.StringValue()), &compact); err != nil {
		t.Fatalf("got %s: %v", text, err)
	}
	out, err := json.Marshal(compact)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestAlerting(t *testing.T) {
	got := configuration(t, told())
	for _, want := range []string{
		`"receivers":[{"email_configs":[{"auth_password":"password-that-nobody-may-see","auth_username":"cloud","from":"cloud@example.com","hello":"cloud.example.com",` +
			`"send_resolved":true,"smarthost":"mail.example.com:587","to":"you@example.com"}],"name":"operator",` +
			`"webhook_configs":[{"send_resolved":true,"url":"https://hook.example.com/that-nobody-may-see"}]},` +
			`{"name":"dead-mans-switch","webhook_configs":[{"send_resolved":false,"url":"https://alive.example.com/that-nobody-may-see"}]},{"name":"nobody"}]`,
		`"inhibit_rules":[{"equal":["node"],"source_matchers":["alertname=\"NodeDown\""],"target_matchers":["layer=\"service\""]}]`,
		`"route":{"group_by":["alertname","namespace"],"group_interval":"5m","group_wait":"1m","receiver":"operator","repeat_interval":"24h"`,
		`{"group_by":["alertname"],"group_interval":"1m","group_wait":"0s","matchers":["alertname=\"Watchdog\""],"receiver":"dead-mans-switch","repeat_interval":"5m"}`,
		`{"matchers":["severity=~\"info|none\""],"receiver":"nobody"}`, `{"matchers":["severity=\"critical\""],"receiver":"operator","repeat_interval":"4h"}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestNobodyIsTold has the same receivers, without a way to any of them.
func TestNobodyIsTold(t *testing.T) {
	got := configuration(t, valid())
	for _, want := range []string{
		`"receivers":[{"name":"operator"},{"name":"dead-mans-switch"},{"name":"nobody"}]`,
		`"inhibit_rules":[{"equal":["alertname","namespace"],"source_matchers":["severity=\"critical\""],"target_matchers":["severity=\"warning\""]}]`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestSecretsAreInSecretsAlone looks for them in everything else.
func TestSecretsAreInSecretsAlone(t *testing.T) {
	g := graph.CheckComponent(t, program(told()))
	found := 0
	for _, r := range g.Resources {
		if !strings.Contains(fmt.Sprint(r.Inputs), canary) {
			continue
		}
		if found++; r.Type != secretToken || !r.Inputs["stringData"].ContainsSecrets() {
			t.Errorf("%s %s: got a secret in it, want a reference", r.Type, r.Name)
		}
	}
	if found != 1 {
		t.Errorf("got secrets in %d objects, want one", found)
	}
}
