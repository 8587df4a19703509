package simulation

import (
	"context"
	"fmt"
	"path"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/lvs-cloud/lvs-cloud/twin/k3s/crds"
)

// chart is what a Helm chart brings along.
type chart struct {
	// bundle are its definitions.
	bundle string
	// brings tells whether these values of it bring the definitions along.
	brings func(values object) bool
}

// charts are those that bring definitions along, by name.
// Source: the values.yaml of each
var charts = map[string]chart{
	"flux-operator":         {crds.FluxOperator, otherwise(true, "installCRDs")},
	"cert-manager":          {crds.CertManager, func(v object) bool { return v.flag("crds", "enabled") || v.flag("installCRDs") }},
	"cloudnative-pg":        {crds.CloudNativePG, otherwise(true, "crds", "create")},
	"kube-prometheus-stack": {crds.PrometheusOperator, otherwise(true, "crds", "enabled")},
}

// otherwise reads a value of a chart, or its default.
func otherwise(preset bool, field ...string) func(object) bool {
	return func(values object) bool {
		if set, ok := at[any](values.Object, field...).(bool); ok {
			return set
		}
		return preset
	}
}

// k3sActors stand in for k3s' own Helm controller.
// Source: https://github.com/k3s-io/helm-controller/blob/v0.17.9/pkg/controllers/chart/chart.go
var k3sActors = []*actor{{
	kind: "HelmChart", manager: "helm-controller",
	resource: schema.GroupVersionResource{Group: "helm.cattle.io", Version: "v1", Resource: "helmcharts"},
	ready: func(s *Simulation, o object) bool {
		c, known := chartOf(o)
		if !known {
			s.once("the chart of HelmChart "+o.title(), "nothing stands in for the chart "+path.Base(o.text("spec", "chart"))+" of HelmChart "+o.title())
			return true
		}
		return o.text("status", "jobName") == jobName(o) && s.has(c.bundle, crds.All)
	},
	progress: func(o object) { jobCreated(o, "False", "", "") },
	fail:     func(o object, t trouble) { jobCreated(o, "True", t.reason, t.message) },
	failure:  because("Job failed"),
	finish: func(ctx context.Context, s *Simulation, o object) error {
		jobCreated(o, "False", "", "")
		c, _ := chartOf(o)
		return crds.Install(ctx, s.client, c.bundle, "helm", crds.All)
	},
}}

func chartOf(o object) (chart, bool) {
	c, known := charts[path.Base(o.text("spec", "chart"))]
	return c, known
}

func jobName(o object) string { return "helm-install-" + o.GetName() }

// jobCreated writes the status that a chart has from when its job was created: that it is installed is not to be seen
// there.
func jobCreated(o object, failed, reason, message string) {
	o.set(jobName(o), "jobName")
	failure := map[string]any{"type": "Failed", "status": failed}
	if reason != "" {
		failure["reason"], failure["message"] = reason, message
	}
	o.set([]any{
		map[string]any{
			"type": "JobCreated", "status": "True", "reason": "Job created",
			"message": fmt.Sprintf("Applying HelmChart using Job %s/%s", o.GetNamespace(), jobName(o)),
		},
		failure,
	}, "conditions")
}
