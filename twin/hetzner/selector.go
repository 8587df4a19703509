package hetzner

import (
	"regexp"
	"slices"
	"strings"
)

var (
	labelName   = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$`)
	labelPrefix = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)
)

// selector is a parsed label selector: every term must hold.
type selector []term

type term struct {
	key    string
	values []string // any of them; nil: the key alone counts
	negate bool
}

func (s selector) matches(labels map[string]string) bool {
	for _, t := range s {
		value, found := labels[t.key]
		if t.values != nil {
			found = found && slices.Contains(t.values, value)
		}
		if found == t.negate {
			return false
		}
	}
	return true
}

var setTerm = regexp.MustCompile(`^(\S+)\s+(in|notin)\s*\(([^()]*)\)$`)

// parseSelector reads Hetzner's grammar: k, !k, k=v, k==v, k!=v, k in (a,b), k notin (a,b),
// joined by commas.
func parseSelector(text string) (selector, error) {
	var parsed selector
	for _, part := range splitTerms(text) {
		part = strings.TrimSpace(part)
		t, ok := parseTerm(part)
		if !ok || !validKey(t.key) || slices.ContainsFunc(t.values, func(v string) bool { return !validValue(v) }) {
			return nil, invalid("label_selector", "cannot parse '%s'", part)
		}
		parsed = append(parsed, t)
	}
	return parsed, nil
}

func parseTerm(part string) (term, bool) {
	if m := setTerm.FindStringSubmatch(part); m != nil {
		values := strings.Split(m[3], ",")
		for i := range values {
			values[i] = strings.TrimSpace(values[i])
		}
		return term{key: m[1], values: values, negate: m[2] == "notin"}, true
	}
	if key, value, found := strings.Cut(part, "!="); found {
		return term{key: strings.TrimSpace(key), values: []string{strings.TrimSpace(value)}, negate: true}, true
	}
	if key, value, found := strings.Cut(part, "="); found {
		value = strings.TrimPrefix(value, "=")
		return term{key: strings.TrimSpace(key), values: []string{strings.TrimSpace(value)}}, true
	}
	key, negate := strings.CutPrefix(part, "!")
	return term{key: strings.TrimSpace(key), negate: negate}, true
}

// splitTerms splits at the commas outside parentheses.
func splitTerms(text string) []string {
	depth := 0
	return strings.FieldsFunc(text, func(r rune) bool {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		return r == ',' && depth == 0
	})
}

func validKey(key string) bool {
	prefix, name, found := strings.Cut(key, "/")
	if !found {
		return labelName.MatchString(key)
	}
	return labelPrefix.MatchString(prefix) && labelName.MatchString(name)
}

func validValue(value string) bool { return value == "" || labelName.MatchString(value) }

// checkLabels refuses labels that Hetzner refuses.
func checkLabels(labels map[string]string) error {
	for _, key := range sortedKeys(labels) {
		if !validKey(key) {
			return invalid("labels", "label key '%s' is not correctly formatted", key)
		}
		if !validValue(labels[key]) {
			return invalid("labels", "label value '%s' (key: %s) is not correctly formatted", labels[key], key)
		}
	}
	return nil
}
