// Package alerttest has a case for each alert in which it fires and one in which it stays silent, as tables that a test hands to
// promtool.
//
// It exists because a threshold that nobody has seen crossed is a guess. It is test support.
package alerttest

import (
	"slices"
	"time"

	"github.com/lvs-cloud/lvs-cloud/platform/alerts"
)

// Features are those that the cases are about: everything, where the cloud has it.
func Features() alerts.Features {
	return alerts.Features{
		Monitoring: "monitoring", HostAgents: "host-agents", Flux: "flux-system", Certificates: "cert-manager", Longhorn: "longhorn-system",
		Postgres: "postgres", Registry: "registry", Authentication: "authentication", Logs: true,
		Targets: []alerts.Target{{Job: "loki", Namespace: "monitoring"}, {Job: "postgres", Namespace: "postgres"}},
	}
}

// RunbookURL is the one that the cases expect.
const RunbookURL = "https://example.com/RUNBOOK.md"

// Case is what an alert must do with certain series.
type Case struct {
	// Alert is what is tested.
	Alert string
	// Fires are series with which it fires at At, and not a moment before. A sample is a minute after the one before it.
	// Range: a series with its labels, a space, and its values as promtool reads them.
	// Source: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series
	Fires []string
	// At is the first moment at which it fires.
	At time.Duration
	// Labels, Summary and Description are those that it fires with; severity and layer go without saying.
	Labels               string
	Summary, Description string
	// Silent are series, just short of that, with which it does not fire at At; and so are Neither, each by itself.
	Silent  []string
	Neither [][]string
	// Beside are series that are there in all of these, and make no difference.
	Beside []string
}

// Cases are those of every alert, in order.
func Cases() []Case {
	return slices.Concat(node(), memory(), disk(), etcd(), pods(), ingress(), delivery(), storage(), postgres(), people(), prometheus(), logs(), targets())
}
