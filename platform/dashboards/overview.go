package dashboards

// OverviewUID is the identifier of the dashboard to begin with.
const OverviewUID = "overview"

// alertsFiring are the alerts that want somebody.
const alertsFiring = `ALERTS{alertstate="firing", severity=~"critical|warning"}`

// overview is what is looked at first.
func (a *Args) overview() *Dashboard {
	d := &Dashboard{
		UID: OverviewUID, Title: "Overview", Tag: TagPlatform, From: "now-6h",
		Description: "Whether all is well: what alerts say, how full the machine is, and what is not as it should be.",
		Rows: []Row{
			{"", []Panel{
				stat("Alerts", amount, "Alerts that are firing.", `count(`+alertsFiring+`) or vector(0)`).limits(1, 2),
				stat("Processor", share, "Share of processor time that was used.", cpuBusy).upTo(1).limits(0.8, 0.95),
				stat("Memory", share, "Share of memory that cannot be had by a process that asks for it.", memoryUsed).upTo(1).limits(0.85, 0.95),
				stat("Root disk", share, "Share of the root disk that is used.", used(rootSpace)).upTo(1).limits(0.85, 0.9),
				stat("Volume", share, "Share of the volume that is used.", used(a.volumeSpace)).upTo(1).limits(0.85, 0.9),
				stat("Volume full in", seconds, "When the volume is full, if it fills as within the last day. It is a year at the most.", untilFull(a.volumeSpace)).limits(30*86400, 7*86400),
			}},
			{"What is wrong", []Panel{
				table("Firing alerts", amount, "Alerts that are firing. The runbook says what to do about each.",
					Target{Expr: `sum by (alertname, severity, namespace, pod, name) (` + alertsFiring + `)`, Legend: "Series"}).sized(24, 7),
				stat("Services", amount, "Whether each service tells Prometheus how it is.", `min by (job) (up)`).sized(24, 6).
					named(Name{Number: "0", Text: "down", Bad: true}, Name{Number: "1", Text: "up"}),
				table("Pods that are not ready", amount, "Pods that should run and take no requests.",
					Target{Expr: `sum by (namespace, pod) (kube_pod_status_ready{condition="false"} == 1 unless on (namespace, pod) kube_pod_status_phase{phase="Succeeded"} == 1)`, Legend: "Pods"}).sized(12, 7),
				table("Flux is not ready", amount, "What Flux could not bring into the cluster, and the reason that it gives.",
					Target{Expr: `sum by (kind, exported_namespace, name, reason) (flux_resource_info{ready!="True", ` + notSuspended + `})`, Legend: "Objects"}).sized(12, 7),
				table("Certificates", seconds, "How long certificates are good for. They are renewed a third of their life before.",
					Target{Expr: `min by (name) (certmanager_certificate_expiration_timestamp_seconds) - time()`, Legend: "Good for"}).sized(12, 7),
				lines("Failed requests", share, "Share of requests from outside that a service failed to answer.",
					Target{Expr: failures(`service=~".+"`, "service"), Legend: "{{service}}"}).sized(12, 7).limits(0.01, 0.05),
			}},
			{"The last hours", []Panel{
				lines("Memory by namespace", bytes, "Memory in use, by namespace.", Target{Expr: `sum by (namespace) (container_memory_working_set_bytes{container!=""})`, Legend: "{{namespace}}"}).stacked(),
				lines("Requests", requestsS, "Requests from outside, by service.", Target{Expr: requests(`service=~".+"`, "service"), Legend: "{{service}}"}).stacked(),
			}},
		},
	}
	if a.Loki {
		last := &d.Rows[len(d.Rows)-1]
		last.Panels = append(last.Panels, lines("Errors in logs", amount, "Lines that say that something failed, by application.",
			Target{Expr: `sum by (namespace, app) (count_over_time({namespace=~".+"} ` + saysError + ` [$__auto]))`, Legend: "{{namespace}}/{{app}}"}).from(Loki).sized(24, 8))
	}
	return d
}
