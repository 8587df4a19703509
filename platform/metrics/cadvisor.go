package metrics

// cadvisor is what the kubelet's cAdvisor tells of each container, and of the network of each pod.
// Source: https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md
var cadvisor = []string{
	"container_cpu_cfs_periods_total",
	"container_cpu_cfs_throttled_periods_total",
	"container_cpu_usage_seconds_total",
	"container_memory_rss",
	"container_memory_swap",
	"container_memory_working_set_bytes",
	"container_network_receive_bytes_total",
	"container_network_transmit_bytes_total",
	"container_oom_events_total",
}
