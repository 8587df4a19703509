package metrics

// api is what the API server tells. k3s runs everything in one process, with one registry of metrics: the kubelet's endpoint shows
// these as well, and they are taken from there, once.
// Source: https://kubernetes.io/docs/reference/instrumentation/metrics/
var api = []string{
	"apiserver_current_inflight_requests",
	"apiserver_request_total",
}
