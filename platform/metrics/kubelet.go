package metrics

// kubelet is what the kubelet tells of itself and of the volumes that are mounted.
// Source: https://kubernetes.io/docs/reference/instrumentation/metrics/
var kubelet = []string{
	"kubelet_evictions",
	"kubelet_running_containers",
	"kubelet_running_pods",
	"kubelet_runtime_operations_errors_total",
	"kubelet_volume_stats_available_bytes",
	"kubelet_volume_stats_capacity_bytes",
	"kubelet_volume_stats_health_status_abnormal",
	"kubelet_volume_stats_inodes",
	"kubelet_volume_stats_inodes_free",
	"kubelet_volume_stats_inodes_used",
	"kubelet_volume_stats_used_bytes",
	"kubernetes_build_info",
}
