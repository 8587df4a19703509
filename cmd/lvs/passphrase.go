package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"go.yaml.in/yaml/v3"
)

const loadPassphrase = "read -rs PULUMI_CONFIG_PASSPHRASE && export PULUMI_CONFIG_PASSPHRASE"

var errPassphrase = errors.New("it is not the one that the stack's secrets are sealed with")

// passphrase checks what the stack's secrets are opened with.
func (e *examination) passphrase(ctx context.Context) {
	const check = "passphrase"
	text, err := e.stack.text()
	if err != nil {
		return // reported with the configuration
	}
	var file struct {
		Provider string `yaml:"secretsprovider"`
		Salt     string `yaml:"encryptionsalt"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return // reported with the configuration
	}
	if file.Provider != "" && file.Provider != "passphrase" {
		scheme, _, _ := strings.Cut(file.Provider, ":")
		e.findings.OK(check, "none is needed, %s keeps the secrets", scheme)
		return
	}
	phrase, err := givenPassphrase()
	if err == nil && file.Salt != "" {
		err = opens(ctx, phrase, file.Salt)
	}
	switch {
	case err != nil:
		e.findings.Fail(check, loadPassphrase, "%v", err)
	case file.Salt == "":
		e.findings.OK(check, "it is set, and will seal the stack's secrets")
	default:
		e.findings.OK(check, "it opens the stack's secrets")
	}
}

// givenPassphrase finds the passphrase where Pulumi does.
func givenPassphrase() (string, error) {
	if phrase, ok := os.LookupEnv("PULUMI_CONFIG_PASSPHRASE"); ok {
		return phrase, nil
	}
	if file := os.Getenv("PULUMI_CONFIG_PASSPHRASE_FILE"); file != "" {
		text, err := os.ReadFile(file)
		return strings.TrimSpace(string(text)), err
	}
	return "", errors.New("neither PULUMI_CONFIG_PASSPHRASE nor PULUMI_CONFIG_PASSPHRASE_FILE is set")
}

// opens tries a passphrase on the salt of a stack's file: `v1:<salt>:` and a known word sealed with both.
//
// Errors: errPassphrase; a salt of another form.
func opens(ctx context.Context, phrase, state string) error {
	parts := strings.SplitN(state, ":", 3)
	if len(parts) != 3 || parts[0] != "v1" {
		return fmt.Errorf("encryptionsalt: got %.10q…, want v1:<salt>:<sealed>", state)
	}
	salt, err := base64.StdEncoding.DecodeString(parts[1])
	if err != nil {
		return fmt.Errorf("encryptionsalt: %w", err)
	}
	word, err := config.NewSymmetricCrypterFromPassphrase(phrase, salt).DecryptValue(ctx, parts[2])
	if err != nil || word != "pulumi" {
		return errPassphrase
	}
	return nil
}
