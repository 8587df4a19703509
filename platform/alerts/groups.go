package alerts

import (
	"slices"
	"strings"
)

// Features are the services that are there, each by its namespace. What has none is not there, and has no rules.
type Features struct {
	// Monitoring is the namespace of Prometheus, Alertmanager and kube-state-metrics, and of Loki; HostAgents that
	// of node-exporter and Alloy. Required.
	Monitoring, HostAgents string
	// Flux, Certificates, Longhorn, Postgres, Registry and Authentication are the namespaces of these.
	// Default: they are not there.
	Flux, Certificates, Longhorn, Postgres, Registry, Authentication string
	// Logs says that Loki and Alloy are there.
	Logs bool
	// Targets are what Prometheus asks besides the node and its own pods.
	// Default: nothing.
	Targets []Target
}

// Groups returns the rules for what is there. Each alert has the address of its section in the runbook.
func Groups(f Features, runbookURL string) []Group {
	groups := []Group{watchdog(), targets(f), node(), memory(), disk(), forecast(), etcd(), pods(), workloads(), ingress(), prometheus()}
	if f.Flux != "" {
		groups = append(groups, flux())
	}
	if f.Certificates != "" {
		groups = append(groups, certificates())
	}
	if f.Longhorn != "" {
		groups = append(groups, longhorn(), claims(f))
	}
	if f.Postgres != "" {
		groups = append(groups, postgres(f.Postgres))
	}
	if f.Registry != "" {
		groups = append(groups, registry(f.Registry))
	}
	if f.Authentication != "" {
		groups = append(groups, authentication(f.Authentication))
	}
	if f.Logs {
		groups = append(groups, logs(f.Monitoring))
	}
	for _, g := range groups {
		for i := range g.Rules {
			if name := g.Rules[i].Alert; name != "" {
				g.Rules[i].Annotations.RunbookURL = runbookURL + Anchor(name)
			}
		}
	}
	slices.SortFunc(groups, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	return groups
}

// Recorded returns the names of the series that the rules record, in order.
func Recorded(groups []Group) []string {
	var names []string
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Record != "" {
				names = append(names, r.Record)
			}
		}
	}
	slices.Sort(names)
	return names
}
