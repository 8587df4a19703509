package metrics

// flux is what Flux' controllers tell of their work, and flux-operator of what they work on: flux_resource_info has the state of
// each object as its labels ready (True, False, Unknown), reason and suspended, beside kind, name and exported_namespace. The
// controllers' own gotk_reconcile_condition and gotk_suspend_status are gone.
// Source: https://fluxcd.io/flux/monitoring/metrics/ and https://fluxoperator.dev/docs/instance/monitoring/
var flux = []string{
	"controller_runtime_reconcile_errors_total",
	"controller_runtime_reconcile_total",
	"flux_instance_info",
	"flux_operator_info",
	"flux_resource_info",
	"gotk_reconcile_duration_seconds_count",
	"gotk_reconcile_duration_seconds_sum",
	"workqueue_depth",
}
