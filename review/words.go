package review

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// values puts a change into words. Lists and long texts are only named.
func values(name string, has, wants any) string {
	show := func(v any) (string, bool) {
		switch v := v.(type) {
		case nil:
			return "nothing", true
		case string:
			text := fmt.Sprintf("%q", v)
			return text, len(text) <= 64 && v != unknownValue && !strings.Contains(v, "\n")
		case bool:
			return strconv.FormatBool(v), true
		case float64:
			return literal(v), true
		}
		return "", false
	}
	a, shortA := show(has)
	b, shortB := show(wants)
	if !shortA || !shortB || a == b {
		return name + " changes"
	}
	return fmt.Sprintf("%s: %s becomes %s", name, a, b)
}

// literal is a number as it is written, and nothing of what is none.
func literal(v any) string {
	n, ok := v.(float64)
	if !ok {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// unknownValue stands for what is known only during the update.
// Source: https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/plugin/rpc.go
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

// providerOf is the name of a provider in a reference to it. The default ones, one for each version of the SDK, are the same.
func providerOf(reference string) string {
	urn, _, _ := cutLast(reference, "::")
	name := resource.URN(urn)
	if !name.IsValid() {
		return reference
	}
	if n := name.Name(); n == "default" || strings.HasPrefix(n, "default_") {
		return "the default provider"
	}
	return name.Name()
}

// cutLast is strings.Cut at the last separator.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
