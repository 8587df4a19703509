package stacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/authentication"
)

// rawSecrets is the object `lvs-cloud:secrets` as it is decrypted.
type rawSecrets struct {
	ZoneToken      string `config:"zoneToken"`
	GitAppKey      string `config:"gitAppKey"`
	GitStatusToken string `config:"gitStatusToken"`
	SMTPPassword   string `config:"smtpPassword"`
	// Addresses are secret where whoever knows them can write to them.
	AlertWebhookURL   string             `config:"alertWebhookURL"`
	DeadMansSwitchURL string             `config:"deadMansSwitchURL"`
	Users             map[string]rawUser `config:"users"`
}

// rawUser is one of the users, by name.
type rawUser struct {
	Email        string   `config:"email"`
	DisplayName  string   `config:"displayName"`
	Groups       []string `config:"groups"`
	PasswordHash string   `config:"passwordHash"`
}

// load reads the configuration that the engine hands to the program.
//
// Errors: those of read.
func load(ctx *pulumi.Context) (*Config, *Secrets, error) {
	c, s, err := read(ctx.Project(), ctx.Stack(), ctx.GetConfig)
	if err != nil {
		return nil, nil, err
	}
	secret := func(text string) pulumi.StringOutput {
		return pulumi.ToSecret(pulumi.String(text)).(pulumi.StringOutput)
	}
	optional := func(text string) pulumi.StringInput {
		if text == "" {
			return nil
		}
		return secret(text)
	}
	users := ""
	if len(s.Users) > 0 {
		if users, err = authentication.RenderUsers(s.users()); err != nil {
			return nil, nil, err
		}
	}
	return c, &Secrets{
		ZoneToken: secret(s.ZoneToken), GitAppKey: secret(s.GitAppKey), GitStatusToken: secret(s.GitStatusToken), SMTPPassword: secret(s.SMTPPassword),
		AlertWebhookURL: optional(s.AlertWebhookURL), DeadMansSwitchURL: optional(s.DeadMansSwitchURL), Users: optional(users),
	}, nil
}

// users are those of the secrets, in the order of their names.
func (s *rawSecrets) users() (users []authentication.User) {
	for _, name := range slices.Sorted(maps.Keys(s.Users)) {
		u := s.Users[name]
		users = append(users, authentication.User{
			Name: name, DisplayName: u.DisplayName, Email: u.Email, Groups: u.Groups, PasswordHash: u.PasswordHash,
		})
	}
	return users
}

// MissingSecrets is the error of a configuration in which nothing is wrong but that secrets are not set.
type MissingSecrets struct{ error }

// read decodes, completes and validates the configuration of a stack, looked up by full key.
//
// Errors: every problem at once, each with the full path of its key, what was got and what is wanted. With MissingSecrets
// the configuration is returned as well.
func read(project, stack string, lookup func(key string) (string, bool)) (*Config, *rawSecrets, error) {
	var p problems
	c, s := &Config{}, &rawSecrets{}
	if text, ok := lookup(project + ":cloud"); ok {
		decodeObject("cloud", text, c, &p)
	}
	if text, ok := lookup(project + ":secrets"); ok {
		decodeObject("secrets", text, s, &p)
	}
	if len(p) > 0 { // values that could not be read would only be reported twice
		return nil, nil, report(stack, p)
	}
	c.complete()
	if err := c.Validate(); err != nil {
		p = append(p, err)
	}
	s.check(&p)
	complete := len(p) == 0
	if complete {
		if err := c.fits(stack); err != nil {
			return nil, nil, err
		}
	}
	c.checkSecrets(project, s, &p)
	switch {
	case len(p) == 0:
		return c, s, nil
	case complete:
		return c, nil, MissingSecrets{report(stack, p)}
	default:
		return nil, nil, report(stack, p)
	}
}

// checkSecrets reports the secrets that the configuration needs and that are not set.
func (c *Config) checkSecrets(project string, s *rawSecrets, p *problems) {
	want := func(needed bool, key, value, what string) {
		if needed && value == "" {
			p.add("secrets."+key, "got none, want %s; set it with `pulumi config set --secret --path %s:secrets.%s`", what, project, key)
		}
	}
	if c.Zone != nil {
		want(true, "zoneToken", s.ZoneToken, "the API token of the project that holds the zone "+c.Zone.Name)
	}
	if c.Git != nil {
		want(c.Git.App != nil, "gitAppKey", s.GitAppKey, "the private key of the GitHub App")
		want(c.Git.App == nil && c.Git.Statuses, "gitStatusToken", s.GitStatusToken, "a token that may set the statuses of commits")
	}
	want(c.SMTP != nil, "smtpPassword", s.SMTPPassword, "the password of the mail server")
}

// check reports what is wrong with the secrets that are set, as far as they can be read.
func (s *rawSecrets) check(p *problems) {
	for _, at := range []struct{ key, text string }{{"alertWebhookURL", s.AlertWebhookURL}, {"deadMansSwitchURL", s.DeadMansSwitchURL}} {
		u, err := url.Parse(at.text)
		p.check(at.text == "" || at.text == sealed || err == nil && u.Scheme == "https" && u.Host != "", "secrets."+at.key, "got something else, want an https URL")
	}
	var readable []authentication.User
	for _, u := range s.users() {
		if u.PasswordHash != sealed {
			readable = append(readable, u)
		}
	}
	if len(readable) == 0 {
		return
	}
	if _, err := authentication.RenderUsers(readable); err != nil {
		for line := range strings.Lines(err.Error()) {
			*p = append(*p, errors.New("secrets."+strings.TrimSpace(line)))
		}
	}
}

func report(stack string, p problems) error {
	lines := strings.Split(errors.Join(p...).Error(), "\n")
	return fmt.Errorf("configuration of stack %q, nothing was changed:\n  - %s", stack, strings.Join(lines, "\n  - "))
}

// decodeObject decodes one object of the project's configuration and adds what is wrong with it.
func decodeObject(key, text string, into any, p *problems) {
	show := describe
	if key == "secrets" {
		show = func(any) string { return "a secret of another type" }
	}
	var raw any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber() // 50.5 must not become 50
	if err := dec.Decode(&raw); err != nil {
		p.add(key, "got %s, want an object", show(text))
		return
	}
	var meta mapstructure.Metadata
	d, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result:     into,
		TagName:    "config",
		Metadata:   &meta,
		MatchName:  func(key, field string) bool { return key == field },
		DecodeHook: strict(show),
	})
	if err != nil {
		p.add(key, "%v", err)
		return
	}
	addDecodeErrors(key, d.Decode(raw), p)
	slices.Sort(meta.Unused)
	for _, unknown := range meta.Unused {
		p.add(key+"."+unknown, "unknown key; see docs/CONFIG.md")
	}
}

// addDecodeErrors adds each error of a joined tree under the path of its key.
func addDecodeErrors(key string, err error, p *problems) {
	var joined interface{ Unwrap() []error }
	var decode *mapstructure.DecodeError
	switch {
	case err == nil:
	case errors.As(err, &joined):
		for _, e := range joined.Unwrap() {
			addDecodeErrors(key, e, p)
		}
	case errors.As(err, &decode):
		p.add(strings.TrimSuffix(key+"."+decode.Name(), "."), "%v", decode.Unwrap())
	default:
		p.add(key, "%v", err)
	}
}
