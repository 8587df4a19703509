package main

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// settlePause is how long the official plug-in watches for more endpoints after the last change of them. It sleeps for that
// long with every Service that has a selector.
var settlePause = 10 * time.Second

// kindWaits are what an object is waited for by its kind, as the official plug-in has it. A Deployment is judged there by
// its ReplicaSet, and here by what its status says of it.
// Source: https://github.com/pulumi/pulumi-kubernetes/tree/v4.32.0/provider/pkg/await
func (p *provider) kindWaits(ctx context.Context, o *unstructured.Unstructured) ([]wait, error) {
	observed := wait{text: "status.observedGeneration", met: func(o map[string]any) bool {
		return count(o, "status", "observedGeneration") >= count(o, "metadata", "generation")
	}}
	switch o.GetAPIVersion() + "/" + o.GetKind() {
	case "apps/v1/Deployment":
		return []wait{observed, isTrue("Available"), {"condition=Progressing, NewReplicaSetAvailable", "Progressing", func(o map[string]any) bool {
			c := condition(o, "Progressing")
			return c["status"] == "True" && c["reason"] == "NewReplicaSetAvailable"
		}}, {text: "all replicas updated and ready", met: func(o map[string]any) bool {
			return reached(o, count(o, "spec", "replicas"), "updatedReplicas", "readyReplicas")
		}}}, nil
	case "apps/v1/StatefulSet":
		return []wait{observed, {text: "all replicas ready at one revision", met: func(o map[string]any) bool {
			now, next := text(o, "status", "currentRevision"), text(o, "status", "updateRevision")
			return now != "" && now == next && reached(o, count(o, "spec", "replicas"), "replicas", "currentReplicas", "readyReplicas")
		}}}, nil
	case "apps/v1/DaemonSet":
		return []wait{observed, {text: "a ready pod on every node", met: func(o map[string]any) bool {
			desired, said, err := unstructured.NestedInt64(o, "status", "desiredNumberScheduled")
			return err == nil && said && reached(o, desired, "currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady")
		}}}, nil
	case "batch/v1/Job":
		return []wait{isTrue("Complete")}, nil
	case "v1/PersistentVolumeClaim":
		return []wait{p.claimed(ctx)}, nil
	case "v1/Service":
		return p.served(ctx), nil
	case "networking.k8s.io/v1/Ingress":
		return p.routed(ctx), nil
	case "v1/ResourceQuota":
		return []wait{{text: "status.hard", met: func(o map[string]any) bool {
			counted := part(o, "status", "hard")
			return counted != nil && equality.Semantic.DeepEqual(counted, part(o, "spec", "hard"))
		}}}, nil
	case "v1/Pod", "v1/ReplicationController", "v1/PersistentVolume":
		return nil, fmt.Errorf("%s: the stand-in of the kubernetes plug-in does not wait for this kind; want %s", title(o), annotationSkip)
	}
	return nil, nil
}

func isTrue(kind string) wait {
	return wait{"condition=" + kind, kind, func(o map[string]any) bool { return condition(o, kind)["status"] == "True" }}
}

// reached tells whether all these numbers of the status have come to what is wanted.
func reached(o map[string]any, want int64, fields ...string) bool {
	for _, field := range fields {
		if count(o, "status", field) < want {
			return false
		}
	}
	return true
}

// claimed is met by a claim that is bound, or that its class binds only when a pod wants it.
func (p *provider) claimed(ctx context.Context) wait {
	return wait{text: "status.phase=Bound", met: func(o map[string]any) bool {
		phase := text(o, "status", "phase")
		if phase != "Pending" {
			return phase == "Bound"
		}
		class := p.look(ctx, "storage.k8s.io/v1", "StorageClass", "", text(o, "spec", "storageClassName"))
		return class != nil && text(class.Object, "volumeBindingMode") == "WaitForFirstConsumer"
	}}
}

// served are met by a Service whose endpoints are ready and have not changed for a while. That there are none is fine: only
// those that are not ready hold it up.
func (p *provider) served(ctx context.Context) []wait {
	waits := []wait{{text: "an address of its load balancer", met: func(o map[string]any) bool {
		return text(o, "spec", "type") != "LoadBalancer" || addressed(o)
	}}}
	var version string
	var since time.Time
	return append(waits, wait{text: "its endpoints", met: func(o map[string]any) bool {
		if len(part(o, "spec", "selector")) == 0 || text(o, "spec", "clusterIP") == "None" || text(o, "spec", "type") == "ExternalName" {
			return true
		}
		e := p.look(ctx, "v1", "Endpoints", text(o, "metadata", "namespace"), text(o, "metadata", "name"))
		if e == nil {
			return false
		}
		if e.GetResourceVersion() != version {
			version, since = e.GetResourceVersion(), time.Now()
		}
		for _, s := range parts(e.Object, "subsets") {
			if s["notReadyAddresses"] != nil {
				return false
			}
		}
		return time.Since(since) >= settlePause
	}})
}

// routed are met by an Ingress whose controller has published an address, and whose services have endpoints; those that do
// not are not waited for any longer after a while.
func (p *provider) routed(ctx context.Context) []wait {
	begun := time.Now()
	return []wait{{text: "status.loadBalancer.ingress", met: addressed}, {text: "endpoints of its services", met: func(o map[string]any) bool {
		if time.Since(begun) >= settlePause {
			return true
		}
		for _, name := range backends(o) {
			if p.look(ctx, "v1", "Endpoints", text(o, "metadata", "namespace"), name) == nil {
				return false
			}
		}
		return true
	}}}
}

func addressed(o map[string]any) bool { return len(parts(o, "status", "loadBalancer", "ingress")) > 0 }

// backends are the names of the services that an Ingress leads to.
func backends(o map[string]any) (names []string) {
	for _, r := range parts(o, "spec", "rules") {
		for _, path := range parts(r, "http", "paths") {
			if name := text(path, "backend", "service", "name"); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// look reads an object that another one depends on; nil if it is not there.
func (p *provider) look(ctx context.Context, version, kind, namespace, name string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion(version)
	o.SetKind(kind)
	o.SetNamespace(namespace)
	o.SetName(name)
	if name == "" {
		return nil
	}
	live, err := p.cluster.get(ctx, o)
	if err != nil {
		return nil // it is looked for again
	}
	return live
}

func count(o map[string]any, path ...string) int64 {
	n, _, err := unstructured.NestedInt64(o, path...)
	if err != nil {
		return 0
	}
	return n
}

func text(o map[string]any, path ...string) string {
	s, _, err := unstructured.NestedString(o, path...)
	if err != nil {
		return ""
	}
	return s
}

func part(o map[string]any, path ...string) map[string]any {
	m, _, err := unstructured.NestedMap(o, path...)
	if err != nil {
		return nil
	}
	return m
}

// parts are the objects in a list.
func parts(o map[string]any, path ...string) (out []map[string]any) {
	list, _, err := unstructured.NestedSlice(o, path...)
	if err != nil {
		return nil
	}
	for _, e := range list {
		if m, ok := e.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}
