package main

import (
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// TestKindsAreReady holds the status of objects against what the official plug-in takes for ready.
func TestKindsAreReady(t *testing.T) {
	deployment := func(seen, updated, ready int64, progress string) values {
		return values{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": values{"generation": int64(2)}, "spec": values{"replicas": int64(2)}, "status": values{
			"observedGeneration": seen, "updatedReplicas": updated, "readyReplicas": ready, "conditions": []any{
				values{"type": "Available", "status": "True"}, values{"type": "Progressing", "status": "True", "reason": progress},
			},
		}}
	}
	stateful := func(current, ready int64, now, next string) values {
		return values{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": values{"generation": int64(1)}, "spec": values{"replicas": int64(2)}, "status": values{
			"observedGeneration": int64(1), "replicas": int64(2), "currentReplicas": current, "readyReplicas": ready, "currentRevision": now, "updateRevision": next,
		}}
	}
	daemon := func(ready int64) values {
		return values{"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": values{"generation": int64(1)}, "status": values{
			"observedGeneration": int64(1), "desiredNumberScheduled": int64(1), "currentNumberScheduled": int64(1), "updatedNumberScheduled": int64(1),
			"numberAvailable": ready, "numberReady": ready,
		}}
	}
	job := func(kind string) values {
		return values{"apiVersion": "batch/v1", "kind": "Job", "status": values{"conditions": []any{values{"type": kind, "status": "True"}}}}
	}
	for name, c := range map[string]struct {
		object values
		open   string // what it waits for; nothing, if it is ready
	}{
		"deployment":                {deployment(2, 2, 2, "NewReplicaSetAvailable"), ""},
		"deployment, unseen":        {deployment(1, 2, 2, "NewReplicaSetAvailable"), "status.observedGeneration"},
		"deployment, rolling":       {deployment(2, 2, 2, "ReplicaSetUpdated"), "condition=Progressing, NewReplicaSetAvailable"},
		"deployment, half new":      {deployment(2, 1, 2, "NewReplicaSetAvailable"), "all replicas updated and ready"},
		"deployment, half ready":    {deployment(2, 2, 1, "NewReplicaSetAvailable"), "all replicas updated and ready"},
		"deployment, nothing said":  {values{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": values{"generation": int64(1)}}, "status.observedGeneration"},
		"stateful set":              {stateful(2, 2, "a", "a"), ""},
		"stateful set, rolling":     {stateful(2, 2, "a", "b"), "all replicas ready at one revision"},
		"stateful set, not current": {stateful(1, 2, "a", "a"), "all replicas ready at one revision"},
		"stateful set, half ready":  {stateful(2, 1, "a", "a"), "all replicas ready at one revision"},
		"daemon set":                {daemon(1), ""},
		"daemon set, not ready":     {daemon(0), "a ready pod on every node"},
		"job":                       {job("Complete"), ""},
		"job, failed":               {job("Failed"), "condition=Complete"},
		"config map":                {values{"apiVersion": "v1", "kind": "ConfigMap"}, ""},
		"headless service":          {values{"apiVersion": "v1", "kind": "Service", "spec": values{"clusterIP": "None", "selector": values{"a": "b"}}}, ""},
		"service without selector":  {values{"apiVersion": "v1", "kind": "Service", "spec": values{"clusterIP": "10.43.0.9"}}, ""},
		"name elsewhere":            {values{"apiVersion": "v1", "kind": "Service", "spec": values{"type": "ExternalName", "selector": values{"a": "b"}}}, ""},
		"load balancer":             {values{"apiVersion": "v1", "kind": "Service", "spec": values{"type": "LoadBalancer"}}, "an address of its load balancer"},
		"ingress": {values{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "status": values{
			"loadBalancer": values{"ingress": []any{values{"ip": "192.0.2.1"}}},
		}}, ""},
		"ingress, no address": {values{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "status": values{"loadBalancer": values{}}}, "status.loadBalancer.ingress"},
	} {
		o := &unstructured.Unstructured{Object: c.object}
		waits, err := (&provider{}).waitsOf(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if open := unmet(waits, o); open != nil {
			got = open.text
		}
		if got != c.open {
			t.Errorf("%s: got it waiting for %q, want %q", name, got, c.open)
		}
	}
}

// A kind that the official plug-in waits for, and the stand-in cannot, is no silent success.
func TestKindWithoutAWaitIsRefused(t *testing.T) {
	pod := &unstructured.Unstructured{Object: values{"apiVersion": "v1", "kind": "Pod", "metadata": values{"name": "x", "namespace": "default"}}}
	if _, err := (&provider{}).waitsOf(t.Context(), pod); err == nil || !strings.Contains(err.Error(), "Pod default/x: the stand-in of the kubernetes plug-in does not wait for this kind; want pulumi.com/skipAwait") {
		t.Errorf("got %v, want it refused", err)
	}
	pod.SetAnnotations(map[string]string{annotationSkip: "true"})
	if waits, err := (&provider{}).waitsOf(t.Context(), pod); err != nil || waits != nil {
		t.Errorf("got %v (%v), want nothing to wait for", waits, err)
	}
}

func service(name string) values {
	return values{"apiVersion": "v1", "kind": "Service", "metadata": values{"name": name, "namespace": "default"},
		"spec": values{"selector": values{"app": name}, "ports": []any{values{"port": 80}}}}
}

// A Service is waited for until its endpoints have been left alone for a while, even if it has none.
func TestServiceIsWaitedFor(t *testing.T) {
	hastenEndpoints(t)
	p, log := configured(t, nil)
	begun := time.Now()
	newObject(t, p, props(service("served"))).mustCreate()
	if took := time.Since(begun); took < settlePause {
		t.Errorf("got it after %s, want it after %s at the earliest", took, settlePause)
	}
	log.await(t, "waiting for its endpoints")
}

// An Ingress is waited for until somebody has published its address; whom nobody answers for never gets one.
func TestIngressIsWaitedFor(t *testing.T) {
	hastenEndpoints(t)
	p, _ := configured(t, nil)
	ingress := func(name, class string, annotations values) resource.PropertyMap {
		return props(values{
			"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": values{"name": name, "namespace": "default", "annotations": annotations},
			"spec": values{"ingressClassName": class, "rules": []any{values{"host": "a.example.com", "http": values{"paths": []any{values{
				"path": "/", "pathType": "Prefix", "backend": values{"service": values{"name": "nobody", "port": values{"number": 80}}},
			}}}}}},
		})
	}
	newObject(t, p, ingress("answered", "traefik", nil)).mustCreate()
	err := newObject(t, p, ingress("unanswered", "other", values{annotationTimeout: "1"})).create()
	if err == nil || !strings.Contains(err.Error(), "Ingress default/unanswered: status.loadBalancer.ingress not met after 1s") {
		t.Errorf("got %v, want it told what is missing", err)
	}
	newObject(t, p, ingress("let-be", "other", values{annotationSkip: "true"})).mustCreate()
}

// A claim is waited for until it is bound, unless its class waits for a pod.
func TestClaimIsWaitedFor(t *testing.T) {
	p, _ := configured(t, nil)
	err := newObject(t, p, props(values{
		"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": values{"name": "unbound", "namespace": "default", "annotations": values{annotationTimeout: "1"}},
		"spec": values{"accessModes": []any{"ReadWriteOnce"}, "resources": values{"requests": values{"storage": "1Gi"}}, "storageClassName": "none"},
	})).create()
	if err == nil || !strings.Contains(err.Error(), `status.phase=Bound not met after 1s; its phase is "Pending"`) {
		t.Errorf("got %v, want it told that nobody binds it", err)
	}
}
