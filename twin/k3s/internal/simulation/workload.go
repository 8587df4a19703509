package simulation

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	secrets  = schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
	services = schema.GroupVersionResource{Version: "v1", Resource: "services"}
)

// workloadActors stand in for Kubernetes' own controllers of what runs containers, as if all of them ran. No pods are
// made, but the ReplicaSet of a Deployment is, since its readiness is judged by that one.
// Source: https://github.com/kubernetes/kubernetes/tree/v1.36.3/pkg/controller
var workloadActors = []*actor{{
	kind: "Deployment", manager: "kube-controller-manager", resource: apps("deployments"), builtIn: true,
	ready: func(_ *Simulation, o object) bool {
		return observedBy(o) && o.number("status", "availableReplicas") == o.number("spec", "replicas") && available(o) == "True" &&
			o.GetAnnotations()[revision] != ""
	},
	prepare: ensureReplicaSet,
	progress: func(o object) {
		deployed(o, 0, trouble{"False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", true})
	},
	fail: func(o object, t trouble) { deployed(o, 0, t) }, failure: because("MinimumReplicasUnavailable"),
	finish: func(ctx context.Context, s *Simulation, o object) error {
		if err := runReplicaSets(ctx, s, o); err != nil {
			return err
		}
		deployed(o, o.number("spec", "replicas"), trouble{"True", "MinimumReplicasAvailable", "Deployment has minimum availability.", true})
		return nil
	},
}, {
	kind: "StatefulSet", manager: "kube-controller-manager", resource: apps("statefulsets"), builtIn: true,
	ready: func(_ *Simulation, o object) bool {
		return observedBy(o) && o.number("status", "availableReplicas") == o.number("spec", "replicas")
	},
	progress: func(o object) { replicated(o, 0) },
	fail:     func(o object, _ trouble) { replicated(o, 0) }, failure: because(""),
	finish: func(_ context.Context, _ *Simulation, o object) error {
		replicated(o, o.number("spec", "replicas"))
		return nil
	},
}, {
	kind: "DaemonSet", manager: "kube-controller-manager", resource: apps("daemonsets"), builtIn: true, follows: []string{"Node"},
	ready: func(s *Simulation, o object) bool {
		return observedBy(o) && o.number("status", "numberReady") == int64(len(s.all("Node")))
	},
	fail: func(o object, _ trouble) { spread(o, o.number("status", "desiredNumberScheduled"), 0) }, failure: because(""),
	finish: func(_ context.Context, s *Simulation, o object) error {
		nodes := int64(len(s.all("Node")))
		spread(o, nodes, nodes)
		return nil
	},
}, {
	kind: "Job", manager: "kube-controller-manager", builtIn: true,
	resource: schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"},
	ready:    func(_ *Simulation, o object) bool { return ended(o) },
	progress: func(o object) {
		if o.text("status", "startTime") != "" {
			return // it was said before a restart
		}
		o.put(map[string]any{"startTime": now(), "active": int64(1), "ready": int64(1), "terminating": int64(0), "uncountedTerminatedPods": map[string]any{}})
	},
	fail: func(object, trouble) {}, failure: because(""),
	finish: func(_ context.Context, _ *Simulation, o object) error {
		count := max(o.number("spec", "completions"), 1)
		o.put(map[string]any{"succeeded": count, "active": int64(0), "ready": int64(0), "terminating": int64(0), "completionTime": now()})
		const reason, message = "CompletionsReached", "Reached expected number of succeeded pods"
		o.write("SuccessCriteriaMet", "True", map[string]any{"reason": reason, "message": message, "lastProbeTime": now()}, "lastTransitionTime")
		o.write("Complete", "True", map[string]any{"reason": reason, "message": message, "lastProbeTime": now()}, "lastTransitionTime")
		return nil
	},
}}

func apps(resource string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: resource}
}

func observedBy(o object) bool { return o.number("status", "observedGeneration") == o.GetGeneration() }

func available(o object) any { return o.condition("Available")["status"] }

func ended(o object) bool {
	return o.isTrue("Complete") || o.isTrue("Failed") || o.flag("spec", "suspend")
}

// deployed writes the status of a Deployment of which so many replicas run.
func deployed(o object, running int64, t trouble) {
	replicas := o.number("spec", "replicas")
	o.put(map[string]any{
		"observedGeneration": o.GetGeneration(), "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": running,
		"availableReplicas": running, "unavailableReplicas": replicas - running,
	})
	condition := func(reason, message string) map[string]any {
		return map[string]any{"reason": reason, "message": message, "lastUpdateTime": now()}
	}
	set := "ReplicaSet \"" + replicaSetName(o) + "\" "
	if t.status == "True" {
		o.write("Progressing", "True", condition("NewReplicaSetAvailable", set+"has successfully progressed."), "lastTransitionTime")
	} else {
		o.write("Progressing", "True", condition("ReplicaSetUpdated", set+"is progressing."), "lastTransitionTime")
	}
	o.write("Available", t.status, condition(t.reason, t.message), "lastTransitionTime")
}

// replicated writes the status of a StatefulSet of which so many replicas run.
func replicated(o object, running int64) {
	replicas, revision := o.number("spec", "replicas"), fmt.Sprintf("%s-%d", o.GetName(), o.GetGeneration())
	o.put(map[string]any{
		"observedGeneration": o.GetGeneration(), "replicas": replicas, "currentReplicas": replicas, "updatedReplicas": replicas,
		"readyReplicas": running, "availableReplicas": running, "currentRevision": revision, "updateRevision": revision,
	})
}

// spread writes the status of a DaemonSet which runs on so many nodes.
func spread(o object, nodes, running int64) {
	o.put(map[string]any{
		"observedGeneration": o.GetGeneration(), "desiredNumberScheduled": nodes, "currentNumberScheduled": nodes,
		"updatedNumberScheduled": nodes, "numberReady": running, "numberAvailable": running, "numberUnavailable": nodes - running,
		"numberMisscheduled": int64(0),
	})
}
