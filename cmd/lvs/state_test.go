package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/lvs-cloud/lvs-cloud/review"
)

func TestOwnWork(t *testing.T) {
	const namespace, volume tokens.Type = "kubernetes:core/v1:Namespace", "hcloud:index/volume:Volume"
	for _, c := range []struct {
		kind           tokens.Type
		op             review.Op
		rebuild, other bool // what is own work in a rebuild, and with a new server
	}{
		{commandType, "update", false, true}, {commandType, "replace", true, true},
		{serverType, "update", false, true}, {volume, "update", false, false},
		{namespace, "update", true, true}, {clusterType, "update", true, true},
		{namespace, "delete", false, false}, {namespace, "replace", false, false}, {namespace, "create", false, false}, {clusterType, "replace", false, false},
	} {
		s := review.Step{Op: c.op, URN: resource.NewURN("prod", "lvs-cloud", "", c.kind, "x")}
		if got := ownWork(s, false); got != c.rebuild {
			t.Errorf("%s %s, the server kept: got %t, want %t", c.op, c.kind, got, c.rebuild)
		}
		if got := ownWork(s, true); got != c.other {
			t.Errorf("%s %s, with a new server: got %t, want %t", c.op, c.kind, got, c.other)
		}
	}
}

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
