package stacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// rawSecrets is the object `lvs-cloud:secrets` as it is decrypted.
type rawSecrets struct {
	ZoneToken      string `config:"zoneToken"`
	GitAppKey      string `config:"gitAppKey"`
	GitStatusToken string `config:"gitStatusToken"`
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
	return c, &Secrets{ZoneToken: secret(s.ZoneToken), GitAppKey: secret(s.GitAppKey), GitStatusToken: secret(s.GitStatusToken)}, nil
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
