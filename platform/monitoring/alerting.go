package monitoring

import (
	"fmt"
	"net/mail"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Alerting says who is told of alerts, and how.
type Alerting struct {
	// SMTP sends them by mail.
	// Default: none.
	SMTP *SMTP
	// WebhookURL is sent them as JSON; a secret.
	// Default: none.
	WebhookURL pulumi.StringInput
	// DeadMansSwitchURL is called every few minutes for as long as all works, so that somebody outside notices when it is not;
	// a secret.
	// Default: none; when the whole cloud is down, nobody is told.
	DeadMansSwitchURL pulumi.StringInput
}

// SMTP is a mail server and what is sent by it.
type SMTP struct {
	// Host and Port are where the server is. Port 465 speaks TLS from the first byte, and any other one must turn to TLS before
	// it is told a password. Required.
	Host string
	Port int
	// Username and Password log in; the latter is a secret. Required.
	Username string
	Password pulumi.StringInput
	// From and To are addresses. Required.
	From, To string
}

// Inhibition keeps alerts silent for as long as another one fires. Matchers are those of Alertmanager, such as
// severity="critical".
// Source: https://prometheus.io/docs/alerting/latest/configuration/#inhibition-related-settings
type Inhibition struct {
	// Source are the matchers of the cause, and Target those of what follows from it. Required.
	Source, Target []string
	// Equal are the labels in which both agree.
	Equal []string
}

func (a Alerting) check() (errs []error) {
	if a.SMTP == nil {
		return nil
	}
	s := a.SMTP
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf("alerting.smtp."+format, got...))
		}
	}
	check(naming.IsDomain(s.Host), "host: got %q, want a name such as mail.example.com", s.Host)
	check(s.Port >= 1 && s.Port <= 65535, "port: got %d, want 1 to 65535", s.Port)
	check(s.Username != "", "username: got none, want one")
	check(s.Password != nil, "password: got none, want one")
	for _, address := range []struct{ key, got string }{{"from", s.From}, {"to", s.To}} {
		at, err := mail.ParseAddress(address.got)
		check(err == nil && at.Address == address.got, "%s: got %q, want an address such as you@example.com", address.key, address.got)
	}
	return errs
}
