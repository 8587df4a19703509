package metrics

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Source: https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
var nameForm = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

func TestListsAreInOrder(t *testing.T) {
	for _, c := range Components() {
		names := Of(c)
		if len(names) == 0 || !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Errorf("%s: got %q, want names in order, each once", c, names)
		}
		for _, name := range names {
			if !nameForm.MatchString(name) {
				t.Errorf("%s: got %q, want the name of a series", c, name)
			}
		}
	}
	if all := All(); !slices.IsSorted(all) || !slices.Contains(all, "up") || !slices.Contains(all, "node_load1") {
		t.Errorf("got %q, want every name in order", all)
	}
	if got := Of("nothing"); len(got) > 0 {
		t.Errorf("got %q of an unknown component, want none", got)
	}
}

// TestHistogramsAreWhole finds a histogram whose quantile or mean cannot be computed for want of a part.
func TestHistogramsAreWhole(t *testing.T) {
	for _, c := range Components() {
		for _, name := range Of(c) {
			base, isBucket := strings.CutSuffix(name, "_bucket")
			if sum, ok := strings.CutSuffix(name, "_sum"); ok {
				base = sum
			} else if !isBucket {
				continue
			}
			if !slices.Contains(Of(c), base+"_count") {
				t.Errorf("%s: got %s without its _count", c, name)
			}
		}
	}
}

// TestListsAreCopies names what is handed out: a caller that sorts or cuts it must not change the list.
func TestListsAreCopies(t *testing.T) {
	Of(Node)[0] = "changed"
	if slices.Contains(Of(Node), "changed") {
		t.Error("got the list itself, want a copy")
	}
}

func match(t *testing.T, rules []Rule, labels map[string]string) bool {
	t.Helper()
	for _, rule := range rules {
		values := make([]string, 0, len(rule.Labels))
		for _, l := range rule.Labels {
			values = append(values, labels[l])
		}
		if !regexp.MustCompile("^(?s:" + rule.Regex + ")$").MatchString(strings.Join(values, ";")) {
			return false
		}
	}
	return true
}

func TestRules(t *testing.T) {
	for _, tt := range []struct {
		of     []Component
		labels map[string]string
		want   bool
	}{
		{[]Component{Node}, map[string]string{"__name__": "node_load1"}, true},
		{[]Component{Node}, map[string]string{"__name__": "node_load"}, false},
		{[]Component{Node}, map[string]string{"__name__": "node_load15x"}, false},
		{[]Component{Node}, map[string]string{"__name__": "go_goroutines"}, false},
		{[]Component{Node}, map[string]string{"__name__": "kubelet_evictions"}, false},
		{[]Component{Kubelet, API}, map[string]string{"__name__": "kubelet_evictions", "code": "x;y"}, true},
		{[]Component{Kubelet, API}, map[string]string{"__name__": "apiserver_current_inflight_requests"}, true},
		{[]Component{Kubelet, API}, map[string]string{"__name__": "apiserver_request_total", "code": "503"}, true},
		{[]Component{Kubelet, API}, map[string]string{"__name__": "apiserver_request_total", "code": "200"}, false},
		{[]Component{Kubelet}, map[string]string{"__name__": "apiserver_request_total", "code": "503"}, false},
		{[]Component{Postgres}, map[string]string{"__name__": "cnpg_pg_settings_setting", "name": "max_connections"}, true},
		{[]Component{Postgres}, map[string]string{"__name__": "cnpg_pg_settings_setting", "name": "work_mem"}, false},
		{[]Component{Postgres}, map[string]string{"__name__": "cnpg_collector_up"}, true},
	} {
		if got := match(t, Rules(tt.of...), tt.labels); got != tt.want {
			t.Errorf("%q: %v: got kept %t, want %t", tt.of, tt.labels, got, tt.want)
		}
	}
}

// TestNarrowedAreListed finds a condition on a series that is dropped before it is asked for.
func TestNarrowedAreListed(t *testing.T) {
	for _, n := range narrow {
		if !slices.Contains(Of(n.component), n.name) {
			t.Errorf("%s: got a condition on %s, which is not in its list", n.component, n.name)
		}
	}
}
