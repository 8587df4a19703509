// Package metrics names the series that Prometheus keeps of each component, which are those that a rule or a dashboard may ask
// for.
//
// It exists because an exporter gives ten times what anybody looks at, and because a rule about a series that is not kept is
// silent for ever. A name that is not in a list here is dropped when it is scraped. Names are those of series: a histogram
// stands here as its _bucket, _sum and _count.
package metrics

import (
	"fmt"
	"slices"
	"strings"
)

// Component is what exposes metrics.
type Component string

// The components.
const (
	Node         Component = "node"
	KubeState    Component = "kube-state"
	Kubelet      Component = "kubelet"
	Cadvisor     Component = "cadvisor"
	Etcd         Component = "etcd"
	API          Component = "api"
	CoreDNS      Component = "coredns"
	Traefik      Component = "traefik"
	Flux         Component = "flux"
	Postgres     Component = "postgres"
	Longhorn     Component = "longhorn"
	CertManager  Component = "cert-manager"
	Loki         Component = "loki"
	Alloy        Component = "alloy"
	Prometheus   Component = "prometheus"
	Alertmanager Component = "alertmanager"
	Grafana      Component = "grafana"
	Authelia     Component = "authelia"
	// Scrape is what Prometheus itself writes, about every target and every rule. It needs no leave to be kept.
	Scrape Component = "scrape"
)

// lists are the names by component.
var lists = map[Component][]string{
	Node: node, KubeState: kubeState, Kubelet: kubelet, Cadvisor: cadvisor, Etcd: etcd, API: api, CoreDNS: coreDNS,
	Traefik: traefik, Flux: flux, Postgres: postgres, Longhorn: longhorn, CertManager: certManager, Loki: loki, Alloy: alloy,
	Prometheus: prometheus, Alertmanager: alertmanager, Grafana: grafana, Authelia: authelia, Scrape: scrape,
}

// Components are all that there are, in order.
func Components() []Component {
	out := make([]Component, 0, len(lists))
	for c := range lists {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

// Of returns the names that are kept of a component, in order; none of one that is unknown.
func Of(c Component) []string { return slices.Clone(lists[c]) }

// All returns every name that is kept, in order.
func All() []string {
	var out []string
	for _, c := range Components() {
		out = append(out, lists[c]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Keep is the regular expression that matches the names of components, and nothing else.
func Keep(components ...Component) string {
	var names []string
	for _, c := range components {
		names = append(names, lists[c]...)
	}
	slices.Sort(names)
	return "(?:" + strings.Join(slices.Compact(names), "|") + ")"
}

// Rule is a condition under which a series is kept: the values of its labels, joined by semicolons, match a regular expression
// from their beginning to their end.
// Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config
type Rule struct {
	Labels []string
	Regex  string
}

// narrow are series that are kept with certain values of one label alone.
var narrow = []struct {
	component           Component
	name, label, values string
}{
	// How often the API server fails; its other answers are some thousand series.
	{API, "apiserver_request_total", "code", "5.."},
	// Each setting of PostgreSQL is a series.
	{Postgres, "cnpg_pg_settings_setting", "name", "max_connections"},
}

// Rules are the conditions under which a series of components is kept, which hold together.
func Rules(components ...Component) []Rule {
	rules := []Rule{{[]string{"__name__"}, Keep(components...)}}
	var names []string
	for _, c := range components {
		names = append(names, lists[c]...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, n := range narrow {
		if !slices.Contains(components, n.component) {
			continue
		}
		others := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == n.name })
		rules = append(rules, Rule{
			[]string{"__name__", n.label}, fmt.Sprintf("%s;%s|(?:%s);.*", n.name, n.values, strings.Join(others, "|")),
		})
	}
	return rules
}
