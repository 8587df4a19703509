package dashboards

import "fmt"

// Dashboard returns the dashboard of one application.
//
// Errors: every problem of what it is told at once.
func (app *Application) Dashboard() (*Dashboard, error) {
	a, err := app.complete()
	if err != nil {
		return nil, fmt.Errorf("dashboards: application: %w", err)
	}
	d := &Dashboard{
		UID: uid("app", a.Namespace, a.Name), Title: a.Name, Tag: TagApplications, From: "now-6h",
		Description: "The application " + a.Name + ": its requests, its pods, its database and its logs.",
	}
	if a.Host != "" {
		d.Home = "https://" + a.Host
		d.Rows = append(d.Rows, a.requests())
	}
	d.Rows = append(d.Rows, a.pods())
	if a.Database != "" {
		d.Rows = append(d.Rows, a.database())
	}
	if a.Loki {
		d.Variables = append(d.Variables, text())
		d.Rows = append(d.Rows, a.logs())
	}
	return d, nil
}

// service are the requests of the application at the ingress, which names services by namespace, service and port.
// Source: pkg/provider/kubernetes/ingress/kubernetes.go of https://github.com/traefik/traefik
func (app *Application) service() string {
	return fmt.Sprintf(`service=~"%s-%s-[a-z0-9]+@kubernetes"`, app.Namespace, app.Service)
}

// containers are those of the application's pods, which begin with its name.
func (app *Application) containers() string {
	return fmt.Sprintf(`{namespace=%q, pod=~"%s-.+", container!=""}`, app.Namespace, app.Name)
}

func (app *Application) requests() Row {
	s := app.service()
	return Row{"", []Panel{
		lines("Requests", requestsS, "Requests in a second, by the code of the answer.", Target{Expr: requests(s, "code"), Legend: "{{code}}"}).sized(8, 8).stacked(),
		lines("Failed", share, "Share of requests that the application failed to answer.", Target{Expr: failures(s, "service"), Legend: "failed"}).sized(8, 8).limits(0.01, 0.05),
		lines("Time for an answer", seconds, "How long half, 95 and 99 of 100 requests took at the most.",
			Target{Expr: duration("0.5", s, "le"), Legend: "50 of 100"}, Target{Expr: duration("0.95", s, "le"), Legend: "95 of 100"}, Target{Expr: duration("0.99", s, "le"), Legend: "99 of 100"}).sized(8, 8),
	}}
}

func (app *Application) pods() Row {
	c := app.containers()
	return Row{"Pods", []Panel{
		lines("Memory", bytes, "Memory of each pod, beside what it was promised and its limit. At the limit it is killed.",
			Target{Expr: `sum by (pod) (container_memory_working_set_bytes` + c + `)`, Legend: "{{pod}}"},
			Target{Expr: `max(kube_pod_container_resource_requests` + resource(c, "memory") + `)`, Legend: "promised"},
			Target{Expr: `max(kube_pod_container_resource_limits` + resource(c, "memory") + `)`, Legend: "limit"}),
		lines("Processor", amount, "Cores that each pod uses, beside what it was promised.",
			Target{Expr: `sum by (pod) (rate(container_cpu_usage_seconds_total` + c + `[$__rate_interval]))`, Legend: "{{pod}}"},
			Target{Expr: `max(kube_pod_container_resource_requests` + resource(c, "cpu") + `)`, Legend: "promised"}),
		lines("Restarts", amount, "Containers that were started again.",
			Target{Expr: `sum by (pod) (increase(kube_pod_container_status_restarts_total` + c + `[$__rate_interval]))`, Legend: "{{pod}}"}),
		lines("Ready", amount, "Containers that take requests.", Target{Expr: `sum(kube_pod_container_status_ready` + c + `)`, Legend: "ready"}),
	}}
}

// resource narrows containers to one of their resources.
func resource(containers, name string) string {
	return fmt.Sprintf(`{resource=%q, %s`, name, containers[1:])
}

func (app *Application) database() Row {
	db := fmt.Sprintf(`{datname=%q}`, app.Database)
	return Row{"Database", []Panel{
		lines("Connections", amount, "Connections of the application to its database, by what they do.", Target{Expr: `sum by (state) (cnpg_backends_total` + db + `)`, Legend: "{{state}}"}).sized(8, 8).stacked(),
		lines("Transactions", perSecond, "Transactions in a second.",
			Target{Expr: `sum(rate(cnpg_pg_stat_database_xact_commit` + db + `[$__rate_interval]))`, Legend: "done"},
			Target{Expr: `sum(rate(cnpg_pg_stat_database_xact_rollback` + db + `[$__rate_interval]))`, Legend: "taken back"}).sized(8, 8),
		lines("Size of the database", bytes, "What the database takes on the disk.", Target{Expr: `max(cnpg_pg_database_size_bytes` + db + `)`, Legend: "size"}).sized(8, 8),
	}}
}

func (app *Application) logs() Row {
	of := fmt.Sprintf(`{namespace=%q, app=%q} |~ `, app.Namespace, app.Name) + "`(?i)$text`"
	return Row{"Logs", []Panel{
		lines("Number of lines", amount, "How many lines were written, and how many of them say that something failed.",
			Target{Expr: `sum(count_over_time(` + of + ` [$__auto]))`, Legend: "lines"},
			Target{Expr: `sum(count_over_time(` + of + ` ` + saysError + ` [$__auto]))`, Legend: "errors"}).from(Loki).sized(24, 6),
		logLines("Lines of the application", "The lines themselves, the newest first.", of),
	}}
}
