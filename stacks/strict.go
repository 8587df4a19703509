package stacks

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"strings"

	"github.com/go-viper/mapstructure/v2"
)

// strict returns a decoding hook that turns a value into the type that is wanted, or says what was got instead; it
// never converts a number into a text, or the other way round.
func strict(show func(any) string) mapstructure.DecodeHookFuncType {
	return func(_, to reflect.Type, v any) (any, error) {
		got := func(want string) error { return fmt.Errorf("got %s, want %s", show(v), want) }
		if to.Kind() == reflect.Pointer { // decoded, and hooked, once more as what it points to
			return v, nil
		}
		switch to {
		case reflect.TypeFor[netip.Prefix]():
			text, _ := v.(string)
			prefix, err := netip.ParsePrefix(text)
			if err != nil {
				return nil, got("a network such as 192.0.2.0/24, or 192.0.2.17/32 for one address")
			}
			return prefix, nil
		case reflect.TypeFor[url.URL]():
			text, _ := v.(string)
			u, err := url.Parse(strings.TrimSuffix(text, "/"))
			if err != nil || text == "" {
				return nil, got("a URL such as https://example.com/k3s")
			}
			return *u, nil
		}
		return v, checkKind(to.Kind(), v, got)
	}
}

// checkKind reports a value that is not of the kind that the configuration has in its place.
func checkKind(kind reflect.Kind, v any, got func(want string) error) error {
	number, isNumber := v.(json.Number)
	_, isText := v.(string)
	_, isList := v.([]any)
	_, isObject := v.(map[string]any)
	switch kind {
	case reflect.Struct, reflect.Map:
		if !isObject {
			return got("an object")
		}
	case reflect.Slice:
		if !isList {
			return got("a list")
		}
	case reflect.String:
		if !isText || isNumber {
			return got("a text")
		}
	case reflect.Int:
		if _, err := number.Int64(); !isNumber || err != nil {
			return got("a whole number")
		}
	}
	return nil
}

func describe(v any) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("the text %.60q", v)
	case json.Number:
		return "the number " + v.String()
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	default:
		return fmt.Sprint(v)
	}
}
