package main

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"golang.org/x/crypto/bcrypt"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// bcryptLimit is how many bytes bcrypt takes; the official plug-in hashes no more.
const bcryptLimit = 72

// minimums name the inputs that count characters of a class at the least.
var minimums = []resource.PropertyKey{"minUpper", "minLower", "minNumeric", "minSpecial"}

// classes name the inputs that switch a class of characters on.
var classes = []resource.PropertyKey{"upper", "lower", "numeric", "special"}

// text is a random string that is no secret.
func text() generated {
	return generated{
		table: plug.Table{
			Inputs: textInputs(),
			Outputs: []plug.Field{
				{Name: "result", Type: plug.Type{Kind: plug.String}, Required: true},
			},
		},
		check: checkText,
		plan:  planText,
		generate: func(plan resource.PropertyMap) (string, resource.PropertyMap, error) {
			s, err := characters(plan)
			return s, properties("result", s, "id", s), err
		},
		adopt: func(id string) (string, resource.PropertyMap, error) {
			return id, adoptText(id, "result", id, "id", id), nil
		},
	}
}

// password is a random string that is a secret, with its bcrypt hash. Its ID tells nothing.
func password() generated {
	const id = "none"
	return generated{
		table: plug.Table{
			Inputs: textInputs(),
			Outputs: []plug.Field{
				{Name: "result", Type: plug.Type{Kind: plug.String}, Required: true, Secret: true},
				{Name: "bcryptHash", Type: plug.Type{Kind: plug.String}, Required: true, Secret: true},
			},
		},
		check: checkText,
		plan:  planText,
		generate: func(plan resource.PropertyMap) (string, resource.PropertyMap, error) {
			s, err := characters(plan)
			if err != nil {
				return "", nil, err
			}
			hash, err := hashed(s)
			return id, properties("result", s, "bcryptHash", hash, "id", id), err
		},
		adopt: func(secret string) (string, resource.PropertyMap, error) {
			hash, err := hashed(secret)
			return id, adoptText(secret, "result", secret, "bcryptHash", hash, "id", id), err
		},
	}
}

func textInputs() []plug.Field {
	fields := []plug.Field{
		keepers,
		{Name: "length", Type: plug.Type{Kind: plug.Integer}, Required: true, Replaces: true},
		{Name: "overrideSpecial", Type: plug.Type{Kind: plug.String}, Replaces: true},
		{Name: "number", Type: plug.Type{Kind: plug.Boolean}, Replaces: true},
	}
	for _, name := range classes {
		fields = append(fields, plug.Field{Name: string(name), Type: plug.Type{Kind: plug.Boolean}, Replaces: true})
	}
	for _, name := range minimums {
		fields = append(fields, plug.Field{Name: string(name), Type: plug.Type{Kind: plug.Integer}, Replaces: true})
	}
	return fields
}

// planText fills in the defaults. number is an old name of numeric: either sets both.
func planText(in resource.PropertyMap) resource.PropertyMap {
	out := in.Copy()
	if v, ok := in["number"]; ok {
		if _, both := in["numeric"]; !both {
			out["numeric"] = v
		}
	}
	for _, name := range classes {
		if _, ok := out[name]; !ok {
			out[name] = resource.NewProperty(true)
		}
	}
	if _, ok := out["number"]; !ok {
		out["number"] = out["numeric"]
	}
	for _, name := range minimums {
		if _, ok := out[name]; !ok {
			out[name] = resource.NewProperty(0.0)
		}
	}
	return out
}

func checkText(in resource.PropertyMap) (failures []plugin.CheckFailure) {
	plan := planText(in)
	if a, b := plan["number"], plan["numeric"]; a.IsBool() && b.IsBool() && a.BoolValue() != b.BoolValue() {
		failures = append(failures, plugin.CheckFailure{Property: "number", Reason: fmt.Sprintf(
			"number is %v and numeric is %v, want only numeric: number is its old name", a.BoolValue(), b.BoolValue())})
	}
	sum := 0.0
	for _, name := range minimums {
		if v := plan[name]; v.IsNumber() {
			sum += v.NumberValue()
		}
	}
	if n := plan["length"]; n.IsNumber() && (n.NumberValue() < 1 || n.NumberValue() < sum) {
		failures = append(failures, plugin.CheckFailure{Property: "length", Reason: fmt.Sprintf(
			"length is %v, want at least 1 and at least minUpper + minLower + minNumeric + minSpecial = %v",
			n.NumberValue(), sum)})
	}
	for _, name := range classes {
		if v := plan[name]; !v.IsBool() || v.BoolValue() {
			return failures
		}
	}
	return append(failures, plugin.CheckFailure{Property: "numeric",
		Reason: "none of upper, lower, numeric and special is true, want at least one"})
}

func hashed(s string) (string, error) {
	b := []byte(s)
	hash, err := bcrypt.GenerateFromPassword(b[:min(len(b), bcryptLimit)], bcrypt.DefaultCost)
	if err != nil {
		return "", fmt.Errorf("bcrypt: %w", err)
	}
	return string(hash), nil
}

// adoptText is the state of an imported string: its length, and the defaults.
func adoptText(s string, outputs ...string) resource.PropertyMap {
	state := planText(resource.PropertyMap{"length": resource.NewProperty(float64(len(s)))})
	for k, v := range properties(outputs...) {
		state[k] = v
	}
	return state
}

// properties makes a map of names and strings that follow each other.
func properties(pairs ...string) resource.PropertyMap {
	out := resource.PropertyMap{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[resource.PropertyKey(pairs[i])] = resource.NewProperty(pairs[i+1])
	}
	return out
}
