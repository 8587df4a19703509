package checks

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/components/volume"
	"github.com/lvs-cloud/lvs-cloud/platform/alerts"
	"github.com/lvs-cloud/lvs-cloud/platform/dashboards"
	"github.com/lvs-cloud/lvs-cloud/platform/metrics"
)

// checkpointerSince is the version of PostgreSQL from which on it tells of its checkpoints by themselves; before, the exporter has
// no series of the name. The cluster runs a later one, and Debian 12 an earlier one.
// Source: runonserver in config/manager/default-monitoring.yaml of CloudNativePG.
const (
	checkpointer      = "cnpg_pg_stat_checkpointer_"
	checkpointerSince = 17
)

// live is what runs for the test.
type live struct {
	*liveServer
	db      *database
	targets []target
	groups  []alerts.Group
}

// TestLive asks a real Prometheus, which asks a real node_exporter, etcd and the exporter of CloudNativePG with a real
// PostgreSQL, what the dashboards and the rules ask.
func TestLive(t *testing.T) {
	l := &live{db: startDatabase(t)}
	l.targets = []target{
		{metrics.Node, startNodeExporter(t)}, {metrics.Postgres, startDatabaseExporter(t, l.db)}, {metrics.Etcd, startEtcd(t)},
	}
	l.groups = alerts.Groups(alerts.Features{Monitoring: "monitoring", HostAgents: "host-agents", Postgres: "postgres"}, "https://example.com/runbook")
	l.liveServer = startPrometheus(t, l.groups, l.targets...)
	t.Run("each name is exposed", l.names)
	t.Run("each panel has data", l.panels)
	t.Run("each recorded series has data", l.recorded)
	t.Run("no rule fails", l.rules)
	t.Run("the heartbeat is sent", l.heartbeat)
}

// there says whether this PostgreSQL has what a text asks for.
func (l *live) there(t *testing.T, text string) bool {
	return !strings.Contains(text, checkpointer) || l.db.version(t) >= checkpointerSince
}

// told are the names that are told by what runs here.
func (l *live) told(t *testing.T) []string {
	var names []string
	for _, tg := range l.targets {
		names = append(names, l.of(t, tg.component)...)
	}
	return names
}

// of are the names that a component tells here: without those of operators, and those of a later PostgreSQL.
func (l *live) of(t *testing.T, component metrics.Component) []string {
	return slices.DeleteFunc(metrics.Of(component), func(name string) bool {
		return !l.there(t, name) || slices.ContainsFunc(operatorOnly, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
}

func (l *live) names(t *testing.T) {
	for _, tg := range append(slices.Clone(l.targets), target{metrics.Prometheus, l.address}) {
		t.Run(string(tg.component), func(t *testing.T) {
			// Some are told only after something happened.
			l.awaitUntil(t, l.end, func() error {
				exposed, err := exposedNames(tg.address)
				missing := slices.DeleteFunc(l.of(t, tg.component), func(name string) bool { return slices.Contains(exposed, name) })
				if err == nil && len(missing) > 0 {
					err = fmt.Errorf("got no %s, want it", strings.Join(missing, ", "))
				}
				return err
			})
		})
	}
}

func (l *live) panels(t *testing.T) {
	asked := map[string]int{}
	for _, query := range l.queries(t) {
		if !l.there(t, query.Plain) {
			t.Logf("%s, %s: not asked, for this PostgreSQL is older than %d", query.Dashboard, query.Panel, checkpointerSince)
			continue
		}
		asked[query.Dashboard]++
		t.Run(query.Dashboard+"/"+query.Panel, func(t *testing.T) { l.answered(t, query.Plain) })
	}
	if asked["node"] < 20 || asked["postgresql"] < 20 {
		t.Errorf("got %v queries asked, want 20 and more of node and of postgresql", asked)
	}
}

func (l *live) recorded(t *testing.T) {
	names := recordedOf(t, l.groups, l.told(t))
	for _, name := range names {
		l.answered(t, name)
	}
	if len(names) == 0 {
		t.Error("got no recording rules, want some")
	}
}

func (l *live) heartbeat(t *testing.T) {
	l.await(t, func() error {
		if got := l.inbox.text(); !strings.Contains(got, `"Watchdog"`) {
			return fmt.Errorf("got %q sent, want the alert Watchdog", got)
		}
		return nil
	})
}

// operatorOnly are names of what operators tell of themselves, which do not run here.
var operatorOnly = []string{"controller_runtime_", "prometheus_operator_"}

var seriesLine = regexp.MustCompile(`(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)[{ ]`)

// exposedNames are the names of all series that an exporter tells.
func exposedNames(address string) ([]string, error) {
	text, err := get("http://" + address + "/metrics")
	var names []string
	for _, match := range seriesLine.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// queries are all that the dashboards of the node and of PostgreSQL ask, and what others ask of nothing but what runs here.
// Longhorn's volumes are nowhere here.
func (l *live) queries(t *testing.T) []dashboards.Query {
	t.Helper()
	all, err := dashboards.Platform(&dashboards.Args{VolumePath: volume.MountPoint, Postgres: true})
	if err != nil {
		t.Fatal(err)
	}
	known := l.told(t)
	var out []dashboards.Query
	for _, d := range all {
		for _, query := range d.Queries() {
			if d.UID == "node" || d.UID == "postgresql" || only(t, query.Plain, known) {
				out = append(out, query)
			}
		}
	}
	return out
}

// only says whether an expression asks for series, and for none but those that are known.
func only(t *testing.T, expr string, known []string) bool {
	t.Helper()
	names, err := metricNames(expr)
	if err != nil {
		t.Fatal(err)
	}
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(known, name) })
}

// recordedOf are the series that are recorded from nothing but what is known, and from each other.
func recordedOf(t *testing.T, groups []alerts.Group, known []string) []string {
	t.Helper()
	var out []string
	for _, group := range groups {
		for _, rule := range group.Rules {
			if rule.Record != "" && only(t, rule.Expr, slices.Concat(known, out)) {
				out = append(out, rule.Record)
			}
		}
	}
	return out
}

// rules holds that each rule was evaluated, and that none failed.
func (l *live) rules(t *testing.T) {
	l.await(t, func() error {
		text, err := get("http://" + l.address + "/api/v1/rules")
		if err != nil {
			return err
		}
		var answer struct {
			Data struct {
				Groups []struct {
					Rules []struct{ Name, Health, LastError string }
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &answer); err != nil {
			return err
		}
		count := 0
		for _, group := range answer.Data.Groups {
			for _, rule := range group.Rules {
				if count++; rule.Health != "ok" {
					return fmt.Errorf("rule %s: got it %s: %s, want it ok", rule.Name, rule.Health, rule.LastError)
				}
			}
		}
		if count == 0 {
			return fmt.Errorf("got no rules, want some: %s", text)
		}
		return nil
	})
}
