package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The scripts that are known by name are scripts of the program.
func TestScriptsOnTheVolumeAreTheProgramsOwn(t *testing.T) {
	golden, err := os.ReadFile(filepath.Join("..", "..", "stacks", "testdata", "prod.golden"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range onVolume {
		if !strings.Contains(string(golden), "\n"+string(commandType)+" "+name+" < ") {
			t.Errorf("got no script %s in the program, want one", name)
		}
	}
}
