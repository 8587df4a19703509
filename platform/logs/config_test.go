package logs

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

var update = flag.Bool("update", false, "write the golden file anew")

func TestLokiConfig(t *testing.T) {
	args := valid()
	args.RetentionDays = 3
	text, err := LokiConfig(args)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	check(t, got, map[string]string{
		"auth_enabled": `false`,
		"server":       `{"http_listen_port":3100,"grpc_listen_address":"127.0.0.1","grpc_listen_port":9095,"log_level":"warn"}`,
		"common":       `{"instance_addr":"127.0.0.1","path_prefix":"/var/loki","replication_factor":1,"ring":{"kvstore":{"store":"inmemory"}}}`,
		"schema_config": `{"configs":[{"from":"2026-01-01","store":"tsdb","object_store":"filesystem","schema":"v13",` +
			`"index":{"prefix":"index_","period":"24h"}}]}`,
		"storage_config": `{"filesystem":{"directory":"/var/loki/chunks"},` +
			`"tsdb_shipper":{"active_index_directory":"/var/loki/index","cache_location":"/var/loki/index-cache"}}`,
		"ingester": `{"lifecycler":{"min_ready_duration":"0s"},"chunk_encoding":"snappy","chunk_idle_period":"1h","max_chunk_age":"2h",` +
			`"concurrent_flushes":4,"wal":{"dir":"/var/loki/wal","flush_on_shutdown":true,"replay_memory_ceiling":"64MB"}}`,
		"compactor": `{"working_directory":"/var/loki/compactor","compaction_interval":"10m","retention_enabled":true,` +
			`"retention_delete_delay":"2h","retention_delete_worker_count":4,"delete_request_store":"filesystem"}`,
		"limits_config": `{"retention_period":"72h","deletion_mode":"filter-only","reject_old_samples_max_age":"72h","max_line_size":65536,` +
			`"max_line_size_truncate":true,"ingestion_rate_mb":4,"ingestion_burst_size_mb":8,"per_stream_rate_limit":"4MB",` +
			`"per_stream_rate_limit_burst":"8MB","max_global_streams_per_user":1000,"discover_service_name":[],"discover_log_levels":true,` +
			`"query_timeout":"1m","max_query_lookback":"72h","max_query_bytes_read":"8GB","max_query_parallelism":4,"tsdb_max_query_parallelism":8}`,
		"frontend":           `{"scheduler_dns_lookup_period":"5s"}`,
		"querier":            `{"max_concurrent":2}`,
		"query_range":        `{"cache_index_stats_results":false,"cache_volume_results":false,"cache_series_results":false,"cache_label_results":false}`,
		"chunk_store_config": `{"chunk_cache_config":{"embedded_cache":{"enabled":true,"max_size_mb":16}}}`,
		"analytics":          `{"reporting_enabled":false}`,
		"tracing":            `{"enabled":false}`,
	})
	// What the release is given is what is checked by Loki itself.
	g := graph.CheckComponent(t, program(args))
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(values(t, g, "logs-loki")["loki"], &settings); err != nil {
		t.Fatal(err)
	}
	var config lokiConfig
	if err := json.Unmarshal(settings["structuredConfig"], &config); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	check(t, settings, map[string]string{
		"config": `"{}"`, "storage": `{"type":"filesystem"}`, "structuredConfig": string(settings["structuredConfig"]),
	})
	if string(again) != text {
		t.Errorf("got  %s\nwant %s", again, text)
	}
	if _, err := LokiConfig(&Args{}); err == nil || !strings.Contains(err.Error(), "namespace") {
		t.Errorf("got %v, want an error about the namespace", err)
	}
}

func TestAlloyConfig(t *testing.T) {
	args := valid()
	args.RetentionDays = 3
	got, err := AlloyConfig(args)
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/config.alloy"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, err := AlloyConfig(nil); err == nil || !strings.Contains(err.Error(), "got nil") {
		t.Errorf("got %v, want an error about nil", err)
	}
}

// apply does what Alloy does with rules: each sets its label if its expression fits the whole of what it looks at.
// Source: https://grafana.com/docs/alloy/latest/reference/components/discovery/discovery.relabel/
func apply(rules []rule, labels map[string]string) map[string]string {
	for _, r := range rules {
		looked := make([]string, len(r.sources))
		for i, s := range r.sources {
			looked[i] = labels[s]
		}
		text, form := strings.Join(looked, ";"), regexp.MustCompile(`^(?s:`+r.expression+`)$`)
		at := form.FindStringSubmatchIndex(text)
		if at == nil {
			continue
		}
		if value := string(form.ExpandString(nil, r.replacement, text, at)); value != "" {
			labels[r.target] = value
		} else {
			delete(labels, r.target)
		}
	}
	for name := range labels {
		if strings.HasPrefix(name, "__") {
			delete(labels, name)
		}
	}
	return labels
}

func TestPodLabels(t *testing.T) {
	const uid = "_3fa0c9c2-6d0f-4bd5-8a63-4d1c2fbb6c01"
	for pod, app := range map[string]string{
		"coredns-7f496c8d7d-x2k9p":            "coredns",
		"web-2-6b9d5c4f77-bcd4z":              "web-2",
		"alloy-7xk2p":                         "alloy",
		"prometheus-node-exporter-9vwxz":      "prometheus-node-exporter",
		"loki-0":                              "loki",
		"postgres-12":                         "postgres",
		"alertmanager-main-0":                 "alertmanager-main",
		"backup-29391840-k7d2m":               "backup",
		"helm-install-traefik-crd-zt4kq":      "helm-install-traefik-crd",
		"svclb-traefik-1a2b3c4d-5xk9w":        "svclb-traefik-1a2b3c4d",
		"postgres-1-initdb-x7k2p":             "postgres-1-initdb",
		"web-frontend":                        "web-frontend",
		"shop":                                "shop",
		"shop-admin":                          "shop-admin",
		"kustomize-controller-74c6f5d9-wq8zl": "kustomize-controller",
	} {
		got := apply(podRules(), map[string]string{"job": "pods", "__path__": podLogsPath + "/shop_" + pod + uid + "/main/3.log"})
		want := map[string]string{"job": "pods", "namespace": "shop", "pod": pod, "container": "main", "app": app}
		if !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", pod, got, want)
		}
	}
	// A static pod has another kind of UID.
	got := apply(podRules(), map[string]string{"__path__": podLogsPath + "/kube-system_etcd-node_c9a1b4/etcd/0.log"})
	if want := map[string]string{"namespace": "kube-system", "pod": "etcd-node", "container": "etcd", "app": "etcd-node"}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestHostLabels(t *testing.T) {
	for name, c := range map[string]struct{ in, want map[string]string }{
		"k3s": {
			map[string]string{"__journal__systemd_unit": "k3s.service", "__journal_syslog_identifier": "k3s", "__journal__transport": "stdout", "__journal_priority_keyword": "info"},
			map[string]string{"unit": "k3s", "identifier": "k3s"},
		},
		"a session of SSH": {
			map[string]string{"__journal__systemd_unit": "session-3.scope", "__journal_syslog_identifier": "sshd-session", "__journal__transport": "syslog", "__journal_priority_keyword": "notice"},
			map[string]string{"unit": "ssh", "identifier": "sshd-session", levelName: "notice"},
		},
		"SSH": {
			map[string]string{"__journal__systemd_unit": "ssh.service", "__journal_syslog_identifier": "sshd", "__journal__transport": "syslog", "__journal_priority_keyword": "info"},
			map[string]string{"unit": "ssh", "identifier": "sshd", levelName: "info"},
		},
		"the kernel": {
			map[string]string{"__journal_syslog_identifier": "kernel", "__journal__transport": "kernel", "__journal_priority_keyword": "error"},
			map[string]string{"unit": "kernel", "identifier": "kernel", levelName: "error"},
		},
		"a mount": {
			map[string]string{"__journal__systemd_unit": "init.scope", "__journal_syslog_identifier": "systemd", "__journal__transport": "journal", "__journal_priority_keyword": "warning"},
			map[string]string{"unit": "other", "identifier": "systemd", levelName: "warning"},
		},
		"nothing": {map[string]string{}, map[string]string{"unit": "other"}},
	} {
		if got := apply(hostRules(), c.in); !maps.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
