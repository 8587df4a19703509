package alerts

import (
	"fmt"
	"strings"
	"time"
)

// Severity says how soon a person is needed.
type Severity string

// The severities.
const (
	// Critical wants somebody now.
	Critical Severity = "critical"
	// Warning wants somebody this week.
	Warning Severity = "warning"
	// Info wants nobody; it explains what else is seen.
	Info Severity = "info"
	// Heartbeat fires as long as all is well.
	Heartbeat Severity = "none"
)

// Layer is where in the cloud a fault lies. What lies above breaks with it, and is then not worth a message of its own.
type Layer string

// The layers, from the ground up.
const (
	Machine  Layer = "machine"
	Storage  Layer = "storage"
	Service  Layer = "service"
	Workload Layer = "workload"
	// Watch is that something is not seen any more, which is a fault of its own only if what is watched is well.
	Watch Layer = "watch"
)

// Group is a list of rules that are evaluated one after the other.
type Group struct {
	// Name is that of the group and, with a prefix, of its object.
	Name string
	// Interval is how often it is evaluated.
	// Default: as often as Prometheus evaluates everything.
	Interval time.Duration
	// Rules are evaluated in order: what one records, the next may use.
	Rules []Rule
}

// Rule either raises an alert or records a series.
type Rule struct {
	// Alert is the name of an alert, and Record that of a series; one of them is set.
	Alert, Record string
	// Expr is what is true when the alert fires, or is recorded.
	Expr string
	// For is how long it must be true, and KeepFiringFor how long the alert fires on after that.
	For, KeepFiringFor time.Duration
	// Labels are added to those of the expression. None when a series is recorded.
	Labels Labels
	// Annotations are what a person reads. None when a series is recorded.
	Annotations Annotations
}

// Labels are those by which alerts are routed, and by which one keeps others silent.
type Labels struct {
	Severity Severity `json:"severity"`
	Layer    Layer    `json:"layer"`
	// About ties alerts of different severity about the same thing together: the severer one keeps the others silent.
	About string `json:"about,omitempty"`
}

// Annotations are templates over the labels and the value of what fires.
type Annotations struct {
	// Summary is one line that names the object.
	Summary string `json:"summary"`
	// Description says what was measured, in units that are read by people.
	Description string `json:"description"`
	// RunbookURL is where it is written what to do. It is set by Groups.
	RunbookURL string `json:"runbook_url"`
}

// Anchor is the part of a runbook's address that leads to the section of an alert.
func Anchor(alert string) string { return "#" + strings.ToLower(alert) }

// The object, as the operator reads it.
// Source: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule

// Spec is the content of a PrometheusRule. Prometheus reads the same from a file.
type Spec struct {
	Groups []SpecGroup `json:"groups"`
}

// SpecGroup is a group in it.
type SpecGroup struct {
	Name     string     `json:"name"`
	Interval string     `json:"interval,omitempty"`
	Rules    []SpecRule `json:"rules"`
}

// SpecRule is a rule in it.
type SpecRule struct {
	Alert         string       `json:"alert,omitempty"`
	Record        string       `json:"record,omitempty"`
	Expr          string       `json:"expr"`
	For           string       `json:"for,omitempty"`
	KeepFiringFor string       `json:"keep_firing_for,omitempty"`
	Labels        *Labels      `json:"labels,omitempty"`
	Annotations   *Annotations `json:"annotations,omitempty"`
}

// Render returns groups as Prometheus reads them.
func Render(groups ...Group) Spec {
	var s Spec
	for _, g := range groups {
		out := SpecGroup{Name: g.Name, Interval: duration(g.Interval)}
		for _, r := range g.Rules {
			rule := SpecRule{Alert: r.Alert, Record: r.Record, Expr: r.Expr, For: duration(r.For), KeepFiringFor: duration(r.KeepFiringFor)}
			if r.Alert != "" {
				rule.Labels, rule.Annotations = &r.Labels, &r.Annotations
			}
			out.Rules = append(out.Rules, rule)
		}
		s.Groups = append(s.Groups, out)
	}
	return s
}

// duration writes one as Prometheus does: a whole number of the greatest unit.
// Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/
func duration(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == 0:
		return ""
	case d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}
