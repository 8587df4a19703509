package monitoring

import (
	"fmt"
	"time"

	"github.com/lvs-cloud/lvs-cloud/platform/metrics"
)

const (
	// portName is what the port of Prometheus and of Alertmanager is called.
	portName = "http-web"
	// timeout is what one target may take: k3s shows 30000 lines at once.
	timeout = "20s"
)

// kinds are those that kube-state-metrics watches: those of which a series is kept. Each more is a copy of all its objects.
var kinds = []string{
	"cronjobs", "daemonsets", "deployments", "jobs", "nodes", "persistentvolumeclaims", "persistentvolumes", "pods", "resourcequotas", "statefulsets",
}

// stack are the values of kube-prometheus-stack. No secret is among them.
func (args *Args) stack() stackValues {
	size := args.Size
	return stackValues{
		FullnameOverride: objectName, CleanNames: true,
		KubeStateMetrics: kubeState{
			FullnameOverride: "kube-state-metrics", Collectors: kinds, MetricAllowlist: metrics.Of(metrics.KubeState),
			PriorityClassName: args.PriorityClass, Resources: size.KubeState.Requirements(),
		},
		Operator: operatorValues{
			PriorityClassName: args.PriorityClass,
			Resources:         size.Operator.Requirements(), ConfigReloader: reloader{size.Reloader.Requirements()},
		},
		Prometheus: prometheus{Spec: args.prometheus()},
		Alertmanager: manager{Spec: managerSpec{
			UseExistingSecret: true, ConfigSecret: alertingName, ExternalURL: "https://alerts." + args.Domain,
			PriorityClassName: args.PriorityClass, Resources: size.Alertmanager.Requirements(),
		}},
	}
}

func (args *Args) prometheus() prometheusSpec {
	return prometheusSpec{
		ExternalURL:    "https://prometheus." + args.Domain,
		ScrapeInterval: seconds(Interval), ScrapeTimeout: timeout, EvaluationInterval: seconds(Interval),
		Retention: fmt.Sprintf("%dd", args.RetentionDays), RetentionSize: args.keep(), WALCompression: true,
		Query:               query{queryConcurrency, querySamples, queryTimeout},
		EnforcedSampleLimit: sampleLimit, EnforcedTargetLimit: targetLimit, EnforcedLabelLimit: labelLimit,
		EnforcedLabelNameLengthLimit: labelNameLengthLimit, EnforcedLabelValueLengthLimit: labelValueLengthLimit,
		EnforcedBodySizeLimit: bodySizeLimit,
		// Pods that are not asked are of no interest, and there are many.
		KeepDroppedTargets: 10,
		ReplicaLabelClear:  true, PrometheusLabelClear: true,
		ScrapeConfigs: args.jobs(), ServiceDiscoveryRole: "EndpointSlice",
		PriorityClassName: args.PriorityClass, Resources: args.Size.Prometheus.Requirements(),
		StorageSpec: storageSpec{claimTemplate{claimSpec{
			AccessModes: []string{"ReadWriteOnce"}, StorageClassName: args.StorageClass, Resources: claimResources{claimRequests{args.disk()}},
		}}},
	}
}

// seconds is a duration as Prometheus writes it.
func seconds(d time.Duration) string { return fmt.Sprintf("%ds", int(d.Seconds())) }
