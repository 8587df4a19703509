package main

import (
	"os"
	"strings"
	"testing"
)

// The stack that rehearses must let in the operator that the twin makes.
func TestOperatorKeyStandsInTheStack(t *testing.T) {
	_, public, err := operatorKeyPair()
	if err != nil {
		t.Fatal(err)
	}
	stack, err := os.ReadFile("../../../Pulumi.twin.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(stack), strings.TrimSpace(public)) {
		t.Errorf("Pulumi.twin.yaml: got no key of the operator among its sshKeys, want %s", public)
	}
}
