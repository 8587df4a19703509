package metrics

// coreDNS is what the cluster's DNS tells.
// Source: https://coredns.io/plugins/metrics/
var coreDNS = []string{
	"coredns_build_info",
	"coredns_cache_hits_total",
	"coredns_cache_misses_total",
	"coredns_dns_request_duration_seconds_count",
	"coredns_dns_request_duration_seconds_sum",
	"coredns_dns_requests_total",
	"coredns_dns_responses_total",
	"coredns_panics_total",
}
