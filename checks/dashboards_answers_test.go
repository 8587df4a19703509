package checks

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lvs-cloud/lvs-cloud/platform/dashboards"
)

// world is a cloud as its exporters show it, with the labels that they and the scrape give: what a query matches, groups and joins
// by must be among them. A counter goes up by one each second, and space goes down.
var world = map[string][]string{
	"0+60x480": {
		`node_cpu_seconds_total{cpu="0",mode="idle"}`, `node_cpu_seconds_total{cpu="0",mode="user"}`,
		`node_cpu_seconds_total{cpu="1",mode="idle"}`, `node_cpu_seconds_total{cpu="1",mode="user"}`,
		`node_pressure_cpu_waiting_seconds_total`, `node_pressure_memory_waiting_seconds_total`, `node_pressure_io_waiting_seconds_total`,
		`node_vmstat_pswpin`, `node_vmstat_pswpout`, `node_vmstat_oom_kill`,
		`node_network_receive_bytes_total{device="eth0"}`, `node_network_transmit_bytes_total{device="eth0"}`,
		`node_disk_read_bytes_total{device="sda"}`, `node_disk_written_bytes_total{device="sdb"}`, `node_disk_io_time_seconds_total{device="sda"}`,
		`node_disk_write_time_seconds_total{device="sda"}`, `node_disk_writes_completed_total{device="sda"}`,
		`etcd_disk_wal_fsync_duration_seconds_bucket{le="0.001"}`, `etcd_disk_wal_fsync_duration_seconds_bucket{le="+Inf"}`,
		`etcd_disk_backend_commit_duration_seconds_bucket{le="0.001"}`, `etcd_disk_backend_commit_duration_seconds_bucket{le="+Inf"}`,
		`container_cpu_usage_seconds_total{namespace="prod",pod="shop-1",container="web"}`, `container_cpu_cfs_periods_total{namespace="prod",pod="shop-1",container="web"}`,
		`container_cpu_cfs_throttled_periods_total{namespace="prod",pod="shop-1",container="web"}`, `container_oom_events_total{namespace="prod",pod="shop-1",container="web"}`,
		`kube_pod_container_status_restarts_total{namespace="prod",pod="shop-1",container="web",uid="1"}`,
		`apiserver_request_total{code="503",resource="pods",verb="LIST"}`, `coredns_dns_responses_total{rcode="NOERROR"}`,
		`controller_runtime_reconcile_total{namespace="flux-system",controller="kustomization",result="success"}`,
		`controller_runtime_reconcile_errors_total{namespace="flux-system",controller="kustomization"}`,
		`gotk_reconcile_duration_seconds_sum{kind="Kustomization",name="shop"}`, `gotk_reconcile_duration_seconds_count{kind="Kustomization",name="shop"}`,
		`traefik_service_requests_total{service="prod-shop-http@kubernetes",code="200",method="GET"}`, `traefik_service_requests_total{service="prod-shop-http@kubernetes",code="502",method="GET"}`,
		`traefik_service_request_duration_seconds_bucket{service="prod-shop-http@kubernetes",code="200",le="0.1"}`, `traefik_service_request_duration_seconds_bucket{service="prod-shop-http@kubernetes",code="200",le="+Inf"}`,
		`traefik_service_requests_bytes_total{service="prod-shop-http@kubernetes",code="200"}`, `traefik_service_responses_bytes_total{service="prod-shop-http@kubernetes",code="200"}`,
		`traefik_entrypoint_requests_total{entrypoint="websecure",code="200"}`,
		`cnpg_pg_stat_database_blks_hit{datname="shop"}`, `cnpg_pg_stat_database_blks_read{datname="shop"}`, `cnpg_pg_stat_database_deadlocks{datname="shop"}`,
		`cnpg_pg_stat_database_xact_commit{datname="shop"}`, `cnpg_pg_stat_database_xact_rollback{datname="shop"}`, `cnpg_pg_stat_database_temp_bytes{datname="shop"}`,
		`cnpg_pg_stat_database_tup_fetched{datname="shop"}`, `cnpg_pg_stat_database_tup_inserted{datname="shop"}`, `cnpg_pg_stat_database_tup_updated{datname="shop"}`, `cnpg_pg_stat_database_tup_deleted{datname="shop"}`,
		`cnpg_pg_stat_checkpointer_checkpoints_timed`, `cnpg_pg_stat_checkpointer_checkpoints_req`,
		`loki_distributor_bytes_received_total`, `loki_discarded_samples_total{reason="rate_limited"}`, `loki_write_dropped_entries_total{reason="ingester_error"}`,
	},
	"9e9-1e6x480": {`node_filesystem_avail_bytes{mountpoint="/"}`, `node_filesystem_avail_bytes{mountpoint="/data"}`},
	"9e9x480":     {`node_filesystem_size_bytes{mountpoint="/"}`, `node_filesystem_size_bytes{mountpoint="/data"}`},
	"1x480": {
		`node_boot_time_seconds`, `node_load1`, `node_load5`, `node_load15`, `node_nf_conntrack_entries`, `node_nf_conntrack_entries_limit`,
		`node_memory_MemTotal_bytes`, `node_memory_MemAvailable_bytes`, `node_memory_MemFree_bytes`, `node_memory_SwapTotal_bytes`, `node_memory_SwapFree_bytes`,
		`node_filesystem_files{mountpoint="/"}`, `node_filesystem_files{mountpoint="/data"}`, `node_filesystem_files_free{mountpoint="/"}`, `node_filesystem_files_free{mountpoint="/data"}`,
		`etcd_mvcc_db_total_size_in_bytes`, `etcd_mvcc_db_total_size_in_use_in_bytes`, `etcd_server_quota_backend_bytes`,
		`longhorn_volume_actual_size_bytes{volume="pvc-1",pvc="data"}`, `longhorn_volume_robustness{volume="pvc-1",state="degraded"}`,
		`container_memory_working_set_bytes{namespace="prod",pod="shop-1",container="web"}`,
		`kube_pod_container_resource_requests{namespace="prod",pod="shop-1",container="web",resource="memory",unit="byte",uid="1"}`, `kube_pod_container_resource_requests{namespace="prod",pod="shop-1",container="web",resource="cpu",unit="core",uid="1"}`,
		`kube_pod_container_resource_limits{namespace="prod",pod="shop-1",container="web",resource="memory",unit="byte",uid="1"}`, `kube_pod_container_resource_limits{namespace="prod",pod="shop-1",container="web",resource="cpu",unit="core",uid="1"}`,
		`kube_pod_status_phase{namespace="prod",pod="shop-1",phase="Running",uid="1"}`, `kube_pod_status_phase{namespace="prod",pod="job-1",phase="Failed",uid="2"}`,
		`kube_pod_container_status_ready{namespace="prod",pod="shop-1",container="web",uid="1"}`, `kube_pod_status_ready{namespace="prod",pod="job-1",condition="false",uid="2"}`,
		`kube_pod_container_status_waiting_reason{namespace="prod",pod="shop-1",container="web",reason="CrashLoopBackOff",uid="1"}`, `kube_pod_container_status_last_terminated_reason{namespace="prod",pod="shop-1",container="web",reason="OOMKilled",uid="1"}`,
		`kube_deployment_spec_replicas{namespace="prod",deployment="shop"}`, `kube_deployment_status_replicas_available{namespace="prod",deployment="shop"}`, `kube_job_status_failed{namespace="prod",job_name="job",reason="Evicted"}`,
		`kube_node_status_allocatable{node="n",resource="memory",unit="byte"}`, `kube_node_status_allocatable{node="n",resource="cpu",unit="core"}`,
		`kube_persistentvolumeclaim_resource_requests_storage_bytes{namespace="prod",persistentvolumeclaim="data"}`,
		`kubelet_volume_stats_used_bytes{namespace="prod",persistentvolumeclaim="data"}`, `kubelet_volume_stats_capacity_bytes{namespace="prod",persistentvolumeclaim="data"}`,
		`flux_resource_info{kind="Kustomization",name="shop",exported_namespace="prod",ready="True",suspended="False",reason="ReconciliationSucceeded",revision="main"}`,
		`flux_resource_info{kind="HelmRelease",name="lamp",exported_namespace="prod",ready="False",suspended="False",reason="UpgradeFailed",revision="1.0.0"}`,
		`flux_instance_info{kind="FluxInstance",name="flux",exported_namespace="flux-system",ready="True",suspended="False"}`, `workqueue_depth{namespace="flux-system",name="kustomization"}`,
		`traefik_open_connections{entrypoint="websecure",protocol="TCP"}`, `traefik_config_last_reload_success`, `traefik_tls_certs_not_after{cn="example.com",serial="1",sans="example.com"}`,
		`cnpg_collector_up{cluster="postgres"}`, `cnpg_pg_postmaster_start_time`, `cnpg_pg_settings_setting{name="max_connections"}`, `cnpg_backends_waiting_total`, `cnpg_collector_pg_wal{value="size"}`,
		`cnpg_backends_total{datname="shop",usename="shop",application_name="",state="idle"}`, `cnpg_backends_max_tx_duration_seconds{datname="shop",usename="shop",state="active"}`,
		`cnpg_pg_database_size_bytes{datname="shop"}`, `cnpg_pg_database_xid_age{datname="shop"}`,
		`loki_ingester_memory_streams`, `loki_compactor_apply_retention_last_successful_run_timestamp_seconds`,
		`certmanager_certificate_expiration_timestamp_seconds{name="default-certificate",exported_namespace="kube-system"}`,
		`up{job="traefik"}`, `ALERTS{alertname="NodeDown",alertstate="firing",severity="critical"}`,
	},
}

// scraped is a series with a label that every scrape adds: without one, two sides of a division would match that never do.
func scraped(series string) string {
	name, labels, _ := strings.Cut(strings.TrimSuffix(series, "}"), "{")
	if labels != "" {
		labels += ","
	}
	return name + "{" + labels + `instance="here"}`
}

// TestPrometheusAnswersDashboards has Prometheus' own engine answer each query: nothing may fail, and nothing may be empty.
func TestPrometheusAnswersDashboards(t *testing.T) {
	var questions strings.Builder
	var asked []string
	for _, d := range everyDashboard(t) {
		for _, q := range d.Queries() {
			if q.Source == dashboards.Prometheus {
				fmt.Fprintf(&questions, "      - {expr: %q, eval_time: 7h, exp_samples: [{labels: '{}', value: 1}]}\n", "count("+q.Plain+") > bool 0")
				asked = append(asked, d.UID+": "+q.Panel)
			}
		}
	}
	var input strings.Builder
	for values, series := range world {
		for _, one := range series {
			fmt.Fprintf(&input, "      - {series: %q, values: %q}\n", scraped(one), values)
		}
	}
	file := write(t, t.TempDir(), "dashboards.yaml",
		"evaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n"+input.String()+"    promql_expr_test:\n"+questions.String())
	if _, err := run(t, "promtool", "test", "rules", file); err != nil {
		t.Error(err)
	}
	if len(asked) < 150 {
		t.Errorf("got %d queries, want those of all dashboards", len(asked))
	}
}
