package stacks

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/volume"
	"github.com/lvs-cloud/lvs-cloud/platform/alerts"
	"github.com/lvs-cloud/lvs-cloud/platform/dashboards"
	"github.com/lvs-cloud/lvs-cloud/platform/grafana"
	"github.com/lvs-cloud/lvs-cloud/platform/logs"
	"github.com/lvs-cloud/lvs-cloud/platform/monitoring"
	"github.com/lvs-cloud/lvs-cloud/platform/priority"
	"github.com/lvs-cloud/lvs-cloud/platform/storage"
)

// runbookURL is where the sections that alerts lead to are read.
const runbookURL = "https://github.com/lvs-cloud/lvs-cloud/blob/main/docs/RUNBOOK.md"

// monitoring makes Prometheus and Alertmanager, with what they ask and what they say.
func (p *platform) monitoring(ctx *pulumi.Context) error {
	if !p.has(Monitoring) {
		return nil
	}
	features := p.features()
	made, err := monitoring.New(ctx, "monitoring", &monitoring.Args{
		Namespace: monitoringNamespace, AgentNamespace: agentsNamespace, Version: monitoringChartVersion, NodeExporterVersion: nodeExporterChartVersion,
		Domain: p.Domain, NodeAddress: nodeIP, DataPath: volume.MountPoint, StorageClass: storage.ClassName, PriorityClass: string(priority.Observability),
		Size: p.monitoringSize(), RetentionDays: p.Monitoring.RetentionDays, Alerting: p.alerting(), Inhibitions: inhibitions(features),
		After: slices.Concat(p.after(monitoringNamespace), p.flux.Ready, p.spaces[agentsNamespace], p.class),
	}, p.api...)
	if err != nil {
		return err
	}
	p.answered(prometheusName, made.Ready)
	p.answered(alertsName, made.Ready)
	if _, err := alerts.New(ctx, "alerts", &alerts.Args{
		Namespace: monitoringNamespace, RunbookURL: runbookURL, Features: features, After: made.Ready,
	}, p.api...); err != nil {
		return err
	}
	for _, t := range p.targets() {
		t.After = p.after(t.Namespace, made.Ready...)
		if _, err := monitoring.NewTarget(ctx, "target-"+t.Name, &t.TargetArgs, p.api...); err != nil {
			return err
		}
	}
	return nil
}

// logs makes Loki, and what sends it everything that is logged.
func (p *platform) logs(ctx *pulumi.Context) error {
	if !p.has(Logs) {
		return nil
	}
	_, err := logs.New(ctx, "logs", &logs.Args{
		Namespace: monitoringNamespace, AgentNamespace: agentsNamespace, LokiChartVersion: lokiChartVersion, AlloyChartVersion: alloyChartVersion,
		StorageClass: storage.ClassName, PriorityClass: string(priority.Observability), Size: p.logsSize(), RetentionDays: p.Logs.RetentionDays,
		After: slices.Concat(p.after(monitoringNamespace), p.flux.Ready, p.spaces[agentsNamespace], p.class),
	}, p.api...)
	return err
}

// grafana shows both.
func (p *platform) grafana(ctx *pulumi.Context) error {
	if !p.has(Monitoring) {
		return nil
	}
	boards, err := dashboards.Platform(&dashboards.Args{
		VolumePath: volume.MountPoint, Longhorn: p.Storage.Kind == storage.Longhorn, Postgres: p.has(Postgres), Loki: p.has(Logs),
	})
	if err != nil {
		return err
	}
	args := &grafana.Args{
		Namespace: monitoringNamespace, Version: grafanaVersion, ChartVersion: grafanaChartVersion, Host: p.host(grafanaName),
		PrometheusURL: monitoring.PrometheusURL(monitoringNamespace), AlertmanagerURL: monitoring.AlertmanagerURL(monitoringNamespace),
		ScrapeInterval: monitoring.Interval, StorageClass: storage.ClassName, PriorityClass: string(priority.Observability), Size: p.grafanaSize(),
		Folders: []grafana.Folder{{Name: "platform", Title: "Platform", Dashboards: boards}},
		After:   slices.Concat(p.after(monitoringNamespace), p.flux.Ready, p.class),
	}
	if p.has(Logs) {
		args.LokiURL = logs.URL(monitoringNamespace)
	}
	if p.grafanaSecret != nil {
		args.SignOn = &grafana.SignOn{
			IssuerURL: p.url(signOnName), ClientID: grafanaName, ClientSecret: p.grafanaSecret.Plain, AdminGroup: admins,
		}
	}
	made, err := grafana.New(ctx, "grafana", args, p.api...)
	if err != nil {
		return err
	}
	p.answered(grafanaName, made.Ready)
	if args.SignOn == nil {
		ctx.Export("grafanaPassword", made.AdminPassword)
	}
	return nil
}

// alerting is who is told.
func (p *platform) alerting() monitoring.Alerting {
	a := monitoring.Alerting{WebhookURL: p.secrets.AlertWebhookURL, DeadMansSwitchURL: p.secrets.DeadMansSwitchURL}
	if p.Alerts.Email != "" {
		a.SMTP = &monitoring.SMTP{
			Host: p.SMTP.Host, Port: p.SMTP.Port, Username: p.SMTP.Username, Password: p.secrets.SMTPPassword, From: p.SMTP.From, To: p.Alerts.Email,
		}
	}
	return a
}

// features are the services that there are rules about, by their namespaces.
func (c *Config) features() alerts.Features {
	f := alerts.Features{
		Monitoring: monitoringNamespace, HostAgents: agentsNamespace, Flux: fluxNamespace, Certificates: certificatesNamespace,
		Logs: c.has(Logs),
	}
	if c.Storage.Kind == storage.Longhorn {
		f.Longhorn = storageNamespace
	}
	if c.has(Postgres) {
		f.Postgres = postgresNamespace
	}
	if c.has(Registry) {
		f.Registry = registryNamespace
	}
	if c.has(Authentication) {
		f.Authentication = authenticationNamespace
	}
	for _, t := range c.targets() {
		f.Targets = append(f.Targets, alerts.Target{Job: t.Name, Namespace: t.Namespace})
	}
	return f
}

func inhibitions(f alerts.Features) []monitoring.Inhibition {
	var out []monitoring.Inhibition
	for _, i := range alerts.Inhibitions(f) {
		out = append(out, monitoring.Inhibition(i))
	}
	return out
}
