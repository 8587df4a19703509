package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	guuid "github.com/google/uuid"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

func stringField(name string, secret bool) plug.Field {
	return plug.Field{Name: name, Type: plug.Type{Kind: plug.String}, Required: true, Secret: secret}
}

// bytes are random bytes that are a secret. The ID is their base64 form all the same, as
// it is in the official plug-in: it stands in the state in plain text.
func bytes() generated {
	outputs := func(b []byte) resource.PropertyMap {
		return properties("base64", base64.StdEncoding.EncodeToString(b), "hex", hex.EncodeToString(b))
	}
	return generated{
		table: plug.Table{
			Inputs: []plug.Field{
				keepers, {Name: "length", Type: plug.Type{Kind: plug.Integer}, Required: true, Replaces: true},
			},
			Outputs: []plug.Field{stringField("base64", true), stringField("hex", true)},
		},
		check: func(in resource.PropertyMap) []plugin.CheckFailure { return atLeastOne(in, "length") },
		generate: func(plan resource.PropertyMap) (string, resource.PropertyMap, error) {
			b, err := randomBytes(plan["length"])
			return base64.StdEncoding.EncodeToString(b), outputs(b), err
		},
		adopt: func(id string) (string, resource.PropertyMap, error) {
			b, err := base64.StdEncoding.DecodeString(id)
			if err != nil {
				return "", nil, fmt.Errorf("ID %q, want base64: %w", id, err)
			}
			state := outputs(b)
			state["length"] = resource.NewProperty(float64(len(b)))
			return id, state, nil
		},
	}
}

// id is a random number that names something: no secret, in four notations.
func id() generated {
	outputs := func(prefix string, b []byte) resource.PropertyMap {
		id := base64.RawURLEncoding.EncodeToString(b)
		return properties("id", id, "b64Url", prefix+id,
			"b64Std", prefix+base64.StdEncoding.EncodeToString(b),
			"hex", prefix+hex.EncodeToString(b),
			"dec", prefix+new(big.Int).SetBytes(b).String())
	}
	return generated{
		table: plug.Table{
			Inputs: []plug.Field{
				keepers,
				{Name: "byteLength", Type: plug.Type{Kind: plug.Integer}, Required: true, Replaces: true},
				{Name: "prefix", Type: plug.Type{Kind: plug.String}, Replaces: true},
			},
			Outputs: []plug.Field{
				stringField("b64Std", false), stringField("b64Url", false),
				stringField("dec", false), stringField("hex", false),
			},
		},
		generate: func(plan resource.PropertyMap) (string, resource.PropertyMap, error) {
			b, err := randomBytes(plan["byteLength"])
			return base64.RawURLEncoding.EncodeToString(b), outputs(plug.Text(plan, "prefix"), b), err
		},
		adopt: func(imported string) (string, resource.PropertyMap, error) {
			prefix, id := "", imported
			if i := strings.LastIndex(imported, ","); i >= 0 {
				prefix, id = imported[:i], imported[i+1:]
			}
			b, err := base64.RawURLEncoding.DecodeString(id)
			if err != nil {
				return "", nil, fmt.Errorf("ID %q, want prefix,base64url: %w", imported, err)
			}
			state := outputs(prefix, b)
			state["byteLength"] = resource.NewProperty(float64(len(b)))
			if prefix != "" {
				state["prefix"] = resource.NewProperty(prefix)
			}
			return id, state, nil
		},
	}
}

// uuid is a random UUID (version 4).
func uuid() generated {
	return generated{
		table: plug.Table{
			Inputs:  []plug.Field{keepers},
			Outputs: []plug.Field{stringField("result", false)},
		},
		generate: func(resource.PropertyMap) (string, resource.PropertyMap, error) {
			u, err := guuid.NewRandom()
			return u.String(), properties("result", u.String(), "id", u.String()), err
		},
		adopt: func(id string) (string, resource.PropertyMap, error) {
			u, err := guuid.Parse(id)
			if err != nil {
				return "", nil, fmt.Errorf("ID %q, want a UUID: %w", id, err)
			}
			return u.String(), properties("result", u.String(), "id", u.String()), nil
		},
	}
}

func atLeastOne(in resource.PropertyMap, key resource.PropertyKey) []plugin.CheckFailure {
	if v := in[key]; v.IsNumber() && v.NumberValue() < 1 {
		return []plugin.CheckFailure{{Property: key,
			Reason: fmt.Sprintf("%s is %v, want at least 1", key, v.NumberValue())}}
	}
	return nil
}

func randomBytes(length resource.PropertyValue) ([]byte, error) {
	b := make([]byte, int(length.NumberValue()))
	if _, err := rand.Read(b); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return b, nil
}
