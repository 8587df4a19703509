package stacks

import (
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// ParseFile reads the configuration out of the text of a stack's file, for whoever looks at it without the engine.
// It decodes and validates as Program does. Secrets are encrypted in there, so it is only seen whether they are set.
//
// Errors: a text that is no stack file, and whatever Program would refuse. With MissingSecrets the configuration is
// returned as well.
func ParseFile(project, stack string, text []byte) (*Config, error) {
	var file struct {
		Config map[string]any `yaml:"config"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("configuration of stack %q: %w", stack, err)
	}
	values := map[string]string{}
	for key, v := range file.Config {
		value, err := engineText(v)
		if err != nil {
			return nil, fmt.Errorf("configuration of stack %q: %s: %w", stack, key, err)
		}
		values[key] = value
	}
	c, _, err := read(project, stack, func(key string) (string, bool) {
		v, ok := values[key]
		return v, ok
	})
	return c, err
}

// sealed stands for a secret that cannot be read here.
const sealed = "encrypted"

// engineText is a value as the engine hands it to the program: a text as it is, anything else as JSON.
func engineText(v any) (string, error) {
	v = seal(v)
	if v == sealed {
		// The whole object is one secret; the only one that can be is that of the secrets.
		text, err := json.Marshal(map[string]string{
			"zoneToken": sealed, "gitAppKey": sealed, "gitStatusToken": sealed, "smtpPassword": sealed, "alertWebhookURL": sealed, "deadMansSwitchURL": sealed,
		})
		return string(text), err
	}
	if text, ok := v.(string); ok {
		return text, nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

// seal replaces every encrypted value, which Pulumi writes as an object of the one key `secure`.
func seal(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["secure"]; ok && len(v) == 1 {
			return sealed
		}
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = seal(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = seal(e)
		}
		return out
	default:
		return v
	}
}
