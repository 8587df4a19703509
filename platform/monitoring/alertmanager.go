package monitoring

import (
	"encoding/json"
	"net"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The receivers. One without a way to be told is told nothing, and is right all the same.
const (
	operator       = "operator"
	deadMansSwitch = "dead-mans-switch"
	nobody         = "nobody"
)

// alertmanager is the configuration of Alertmanager, as far as it is set.
// Source: https://prometheus.io/docs/alerting/latest/configuration/
type alertmanager struct {
	Global       global       `json:"global"`
	Route        route        `json:"route"`
	InhibitRules []inhibition `json:"inhibit_rules"`
	Receivers    []receiver   `json:"receivers"`
}

type global struct {
	ResolveTimeout string `json:"resolve_timeout"`
}

// route is whom an alert goes to. Of those below it, the first that fits is taken; what is not set is as above it.
type route struct {
	Receiver       string   `json:"receiver"`
	Matchers       []string `json:"matchers,omitempty"`
	GroupBy        []string `json:"group_by,omitempty"`
	GroupWait      string   `json:"group_wait,omitempty"`
	GroupInterval  string   `json:"group_interval,omitempty"`
	RepeatInterval string   `json:"repeat_interval,omitempty"`
	Routes         []route  `json:"routes,omitempty"`
}

type inhibition struct {
	SourceMatchers []string `json:"source_matchers"`
	TargetMatchers []string `json:"target_matchers"`
	Equal          []string `json:"equal,omitempty"`
}

type receiver struct {
	Name     string    `json:"name"`
	Emails   []email   `json:"email_configs,omitempty"`
	Webhooks []webhook `json:"webhook_configs,omitempty"`
}

type email struct {
	To           string `json:"to"`
	From         string `json:"from"`
	Hello        string `json:"hello"`
	Smarthost    string `json:"smarthost"`
	AuthUsername string `json:"auth_username"`
	AuthPassword string `json:"auth_password"`
	SendResolved bool   `json:"send_resolved"`
}

type webhook struct {
	URL          string `json:"url"`
	SendResolved bool   `json:"send_resolved"`
}

// root is the route of everything. A cause has a minute to show itself before what follows from it is told.
func root() route {
	return route{
		Receiver: operator, GroupBy: []string{"alertname", "namespace"},
		GroupWait: "1m", GroupInterval: "5m", RepeatInterval: "24h",
		Routes: []route{
			{
				Receiver: deadMansSwitch, Matchers: []string{`alertname="Watchdog"`}, GroupBy: []string{"alertname"},
				GroupWait: "0s", GroupInterval: "1m", RepeatInterval: "5m",
			},
			// To be looked up beside another alert, and nothing to be told of.
			{Receiver: nobody, Matchers: []string{`severity=~"info|none"`}},
			{Receiver: operator, Matchers: []string{`severity="critical"`}, RepeatInterval: "4h"},
		},
	}
}

// alerting is the configuration as text, which is a secret: whoever knows a webhook's URL can send to it.
func (args *Args) alerting() pulumi.StringOutput {
	var password pulumi.StringInput
	if args.Alerting.SMTP != nil {
		password = args.Alerting.SMTP.Password
	}
	return pulumi.All(orEmpty(password), orEmpty(args.Alerting.WebhookURL), orEmpty(args.Alerting.DeadMansSwitchURL)).ApplyT(
		func(secrets []any) (string, error) {
			text, err := json.MarshalIndent(args.configuration(secrets[0].(string), secrets[1].(string), secrets[2].(string)), "", "  ") // YAML as well
			return string(text), err
		}).(pulumi.StringOutput)
}

func orEmpty(s pulumi.StringInput) pulumi.StringInput {
	if s == nil {
		return pulumi.String("")
	}
	return s
}

func (args *Args) configuration(password, webhookURL, deadMansSwitchURL string) alertmanager {
	told, alive := receiver{Name: operator}, receiver{Name: deadMansSwitch}
	if s := args.Alerting.SMTP; s != nil {
		told.Emails = []email{{
			To: s.To, From: s.From, Hello: args.Domain, Smarthost: net.JoinHostPort(s.Host, strconv.Itoa(s.Port)),
			AuthUsername: s.Username, AuthPassword: password, SendResolved: true,
		}}
	}
	if webhookURL != "" {
		told.Webhooks = []webhook{{webhookURL, true}}
	}
	if deadMansSwitchURL != "" {
		alive.Webhooks = []webhook{{deadMansSwitchURL, false}}
	}
	config := alertmanager{
		Global: global{ResolveTimeout: "5m"}, Route: root(), Receivers: []receiver{told, alive, {Name: nobody}},
	}
	for _, i := range args.Inhibitions {
		config.InhibitRules = append(config.InhibitRules, inhibition{i.Source, i.Target, i.Equal})
	}
	return config
}
