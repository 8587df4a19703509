package alerttest

import (
	"fmt"
	"time"
)

// expected are the targets that must be there, each with its namespace.
var expected = [][2]string{
	{"kubelet", "kube-system"}, {"kube-etcd", "kube-system"}, {"node-exporter", "host-agents"}, {"kube-state-metrics", "monitoring"},
	{"prometheus", "monitoring"}, {"alertmanager", "monitoring"}, {"prometheus-operator", "monitoring"}, {"loki", "monitoring"}, {"postgres", "postgres"},
}

// missing are the cases in which one of them is missing; one that does not answer is there.
func missing() []Case {
	var cases []Case
	for _, target := range expected {
		job, namespace := target[0], target[1]
		c := Case{
			Alert: "TargetMissing", At: 15 * time.Minute, Labels: fmt.Sprintf(`{job=%q,namespace=%q}`, job, namespace),
			Summary:     fmt.Sprintf("Target %s/%s is missing", namespace, job),
			Description: fmt.Sprintf("Prometheus has nothing to scrape for %s/%s: alerts about it cannot fire.", namespace, job),
		}
		for _, other := range expected {
			up := fmt.Sprintf(`up{job=%q,namespace=%q,instance="10.42.0.9:80"}`, other[0], other[1])
			c.Silent = append(c.Silent, up+" 0x20")
			if other != target {
				c.Fires = append(c.Fires, up+" 1x20")
			}
		}
		cases = append(cases, c)
	}
	return cases
}

func targets() []Case {
	answer := `up{job="loki",namespace="monitoring",instance="10.42.0.9:3100"} `
	return append(missing(), []Case{
		{
			Alert: "TargetDown", At: 10 * time.Minute, Labels: `{job="loki",namespace="monitoring",instance="10.42.0.9:3100"}`,
			Fires: []string{answer + "0x20"}, Silent: []string{answer + "0x9 1x20"},
			Summary:     "Target monitoring/loki does not answer",
			Description: "Prometheus has not been able to scrape 10.42.0.9:3100 of monitoring/loki for 10 minutes.",
		},
		{
			Alert: "Watchdog", Labels: `{}`,
			Summary:     "Alerts get through",
			Description: "This always fires. When it stops arriving, nothing else would arrive either.",
		},
	}...)
}
