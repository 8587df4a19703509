package exposure

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// accessControl is the part of Authelia's configuration that says who may come in.
// Source: https://www.authelia.com/configuration/security/access-control/
type accessControl struct {
	DefaultPolicy Policy       `yaml:"default_policy"`
	Rules         []accessRule `yaml:"rules"`
}

// accessRule is one rule. Criteria that it does not know make it fail: a rule would be taken for a wider one than it is.
type accessRule struct {
	Domain  oneOrMore `yaml:"domain"`
	Policy  Policy    `yaml:"policy"`
	Subject any       `yaml:"subject"`
}

type oneOrMore []string

// UnmarshalYAML reads one text or a list.
func (o *oneOrMore) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*o = oneOrMore{n.Value}
		return nil
	}
	return n.Decode((*[]string)(o))
}

// rules finds the one configuration that has any.
func (r *reader) rules(o object) {
	if o.kind != "ConfigMap" {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(o.data)) {
		var whole struct {
			AccessControl yaml.Node `yaml:"access_control"`
		}
		if yaml.Unmarshal([]byte(text(o.data[key])), &whole) != nil || whole.AccessControl.IsZero() {
			continue // something else
		}
		access, err := readAccess(&whole.AccessControl)
		if err == nil && r.access != nil {
			err = errors.New("got a second set of rules, want one")
		}
		if err != nil {
			r.fail(o, "%s: %w", key, err)
		}
		r.access = access
	}
}

func readAccess(n *yaml.Node) (*accessControl, error) {
	text, err := yaml.Marshal(n)
	if err != nil {
		return nil, err
	}
	d := yaml.NewDecoder(strings.NewReader(string(text)))
	d.KnownFields(true)
	a := &accessControl{}
	if err := d.Decode(a); err != nil {
		return a, err
	}
	for _, rule := range a.Rules {
		if strength[rule.Policy] == 0 {
			return a, fmt.Errorf("got the policy %q, want one of Authelia's", rule.Policy)
		}
	}
	if a.DefaultPolicy != Deny {
		return a, fmt.Errorf("got the default policy %q, want deny: what no rule names must stay closed", a.DefaultPolicy)
	}
	return a, nil
}

// judge is what the rules say of a door: the weakest policy that opens it, up to the first rule that holds for everybody.
func (r *reader) judge(d Door) (Policy, []string) {
	if r.access == nil {
		r.errs = append(r.errs, fmt.Errorf("%s: got a gate and no rules, want Authelia's configuration", d.By))
		return None, nil
	}
	policy, subjects := Deny, []string(nil)
	for _, rule := range r.access.Rules {
		if !rule.isFor(d.Host) {
			continue
		}
		switch {
		case strength[rule.Policy] < strength[policy]:
			policy, subjects = rule.Policy, flat(rule.Subject)
		case rule.Policy == policy && rule.Subject == nil:
			subjects = nil
		case rule.Policy == policy && subjects != nil:
			subjects = append(subjects, flat(rule.Subject)...)
		}
		if rule.Subject == nil {
			break
		}
	}
	return policy, subjects
}

func (a accessRule) isFor(host string) bool {
	return slices.ContainsFunc(a.Domain, func(domain string) bool {
		suffix, wildcard := strings.CutPrefix(domain, "*")
		return domain == host || wildcard && strings.HasSuffix(host, suffix)
	})
}

// flat are all texts of a list of lists.
func flat(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, flat(e)...)
		}
		return out
	}
	return nil
}
