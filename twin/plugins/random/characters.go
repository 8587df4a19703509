package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// The characters of each class.
const (
	upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lowerCase = "abcdefghijklmnopqrstuvwxyz"
	digits    = "0123456789"
	special   = "!@#$%&*()-_=+[]{}<>:?"
)

// characters draws a string: first the minimum of every class, even of one that is
// switched off, then the rest from the classes that are on, all shuffled.
func characters(plan resource.PropertyMap) (string, error) {
	sets := map[resource.PropertyKey]string{"Upper": upperCase, "Lower": lowerCase, "Numeric": digits, "Special": special}
	if v := plan["overrideSpecial"]; v.IsString() && v.StringValue() != "" {
		sets["Special"] = v.StringValue()
	}
	switches := map[resource.PropertyKey]resource.PropertyKey{
		"Upper": "upper", "Lower": "lower", "Numeric": "numeric", "Special": "special",
	}
	var out, all []rune
	for class, set := range sets {
		if plan[switches[class]].BoolValue() {
			all = append(all, []rune(set)...)
		}
		some, err := draw([]rune(set), int(plan["min"+class].NumberValue()))
		if err != nil {
			return "", err
		}
		out = append(out, some...)
	}
	if len(all) == 0 {
		return "", errors.New("no characters to draw from: all classes are off")
	}
	rest, err := draw(all, int(plan["length"].NumberValue())-len(out))
	if err != nil {
		return "", err
	}
	out = append(out, rest...)
	if err := shuffle(out); err != nil {
		return "", err
	}
	return string(out), nil
}

func draw(set []rune, n int) ([]rune, error) {
	out := make([]rune, 0, max(n, 0))
	for range n {
		i, err := below(len(set))
		if err != nil {
			return nil, err
		}
		out = append(out, set[i])
	}
	return out, nil
}

func shuffle(s []rune) error {
	for i := len(s) - 1; i > 0; i-- {
		j, err := below(i + 1)
		if err != nil {
			return err
		}
		s[i], s[j] = s[j], s[i]
	}
	return nil
}

func below(n int) (int, error) {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0, fmt.Errorf("read randomness: %w", err)
	}
	return int(i.Int64()), nil
}
