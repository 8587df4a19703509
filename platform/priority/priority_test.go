package priority

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func TestClasses(t *testing.T) {
	g := graph.CheckComponent(t, func(ctx *pulumi.Context) error {
		_, err := New(ctx, "priorities")
		return err
	})
	const token = "kubernetes:scheduling.k8s.io/v1:PriorityClass"
	above := 1e9
	for _, class := range []Class{System, Database, GitOps, Observability, Applications} {
		r := g.Get(t, token, string(class))
		value := r.Inputs["value"].NumberValue()
		if value >= above || value <= 0 {
			t.Errorf("%s: got %v, want it below %v: what is named later goes first", class, value, above)
		}
		above = value
		if got, want := r.Inputs.HasValue("globalDefault"), class == Applications; got != want {
			t.Errorf("%s: got default %t, want %t", class, got, want)
		}
		if strings.HasPrefix(string(class), "system-") {
			t.Errorf("%s: got a name that Kubernetes keeps for itself", class)
		}
	}
}
