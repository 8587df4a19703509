package alerts

import (
	"fmt"
	"strings"
	"time"
)

// Target is a job of Prometheus that must be there.
type Target struct {
	// Job is the label of this name, and Namespace where its pods are. Required.
	Job, Namespace string
}

// jobs are the targets that Prometheus asks wherever it is, and those that are there besides.
func jobs(f Features) []Target {
	return append([]Target{
		{"kubelet", "kube-system"}, {"kube-etcd", "kube-system"}, {"node-exporter", f.HostAgents},
		{"kube-state-metrics", f.Monitoring}, {"prometheus", f.Monitoring}, {"alertmanager", f.Monitoring}, {"prometheus-operator", f.Monitoring},
	}, f.Targets...)
}

// targets are about what is watched at all: an alert about a series that does not come is silent for ever.
func targets(f Features) Group {
	missing := make([]string, 0, len(jobs(f)))
	for _, j := range jobs(f) {
		missing = append(missing, fmt.Sprintf(`absent(up{job=%q,namespace=%q})`, j.Job, j.Namespace))
	}
	return Group{Name: "targets", Rules: []Rule{
		{
			Alert: "TargetDown", For: 10 * time.Minute, Labels: Labels{Warning, Watch, ""},
			Expr: `max by (job, namespace, instance) (up) == 0`,
			Annotations: Annotations{
				Summary:     "Target {{ $labels.namespace }}/{{ $labels.job }} does not answer",
				Description: "Prometheus has not been able to scrape {{ $labels.instance }} of {{ $labels.namespace }}/{{ $labels.job }} for 10 minutes.",
			},
		},
		{
			Alert: "TargetMissing", For: 15 * time.Minute, Labels: Labels{Warning, Watch, ""},
			Expr: strings.Join(missing, " or "),
			Annotations: Annotations{
				Summary:     "Target {{ $labels.namespace }}/{{ $labels.job }} is missing",
				Description: "Prometheus has nothing to scrape for {{ $labels.namespace }}/{{ $labels.job }}: alerts about it cannot fire.",
			},
		},
	}}
}

// watchdog always fires. Who receives it outside the cluster raises the alarm when it stops.
func watchdog() Group {
	return Group{Name: "watchdog", Rules: []Rule{{
		Alert: "Watchdog", Labels: Labels{Heartbeat, Watch, ""},
		Expr: `vector(1)`,
		Annotations: Annotations{
			Summary:     "Alerts get through",
			Description: "This always fires. When it stops arriving, nothing else would arrive either.",
		},
	}}}
}
