package dashboards

// notSuspended are objects that Flux works on.
const notSuspended = `suspended!="True"`

// flux is what brings changes into the cluster.
func flux() *Dashboard {
	return &Dashboard{
		UID: "flux", Title: "Flux", Tag: TagPlatform, From: "now-6h",
		Description: "What Flux brings into the cluster: what is as it should be, what is not and why, and how long it takes.",
		Variables:   []Variable{{Name: "kind", Label: "Kind", Source: Prometheus, Of: "kind", Metric: "flux_resource_info"}},
		Rows: []Row{
			{"", []Panel{
				stat("Ready", amount, "Objects that are as they should be.", `count(flux_resource_info{ready="True", kind=~"$kind"}) or vector(0)`).sized(6, 4),
				stat("Not ready", amount, "Objects that are not as they should be.", `count(flux_resource_info{ready!="True", `+notSuspended+`, kind=~"$kind"}) or vector(0)`).sized(6, 4).limits(1, 2),
				stat("Suspended", amount, "Objects that Flux was told to leave alone.", `count(flux_resource_info{suspended="True", kind=~"$kind"}) or vector(0)`).sized(6, 4).limits(1, 10),
				stat("Flux itself", amount, "Whether Flux is installed as it was described.", `min(flux_instance_info{ready="True"}) or vector(0)`).sized(6, 4).
					named(Name{Number: "0", Text: "not ready", Bad: true}, Name{Number: "1", Text: "ready"}),
			}},
			{"Objects", []Panel{
				table("Objects that are not ready", amount, "Objects that are not as they should be, and the reason that Flux gives.",
					Target{Expr: `sum by (kind, exported_namespace, name, ready, reason) (flux_resource_info{ready!="True", ` + notSuspended + `, kind=~"$kind"})`, Legend: "Objects"}).sized(24, 6),
				table("All objects", amount, "What Flux works on, and from which revision.",
					Target{Expr: `sum by (kind, exported_namespace, name, ready, suspended, revision) (flux_resource_info{kind=~"$kind"})`, Legend: "Objects"}).sized(24, 12),
			}},
			{"Work", []Panel{
				lines("Rounds", perSecond, "How often controllers looked whether something is as it should be, by how it ended.",
					Target{Expr: `sum by (controller, result) (rate(controller_runtime_reconcile_total{namespace="flux-system"}[$__rate_interval]))`, Legend: "{{controller}} {{result}}"}),
				lines("Failed rounds", perSecond, "Rounds that ended with an error. Flux tries again by itself.",
					Target{Expr: `sum by (controller) (rate(controller_runtime_reconcile_errors_total{namespace="flux-system"}[$__rate_interval]))`, Legend: "{{controller}}"}),
				lines("Time of a round", seconds, "How long a round took, on average.",
					Target{Expr: `sum by (kind) (rate(gotk_reconcile_duration_seconds_sum{kind=~"$kind"}[$__rate_interval])) / (sum by (kind) (rate(gotk_reconcile_duration_seconds_count{kind=~"$kind"}[$__rate_interval])) > 0)`, Legend: "{{kind}}"}),
				lines("Waiting", amount, "Objects that wait for a controller.", Target{Expr: `sum by (name) (workqueue_depth{namespace="flux-system"})`, Legend: "{{name}}"}),
			}},
		},
	}
}
