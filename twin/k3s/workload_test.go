package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (r *rehearsal) workloads() {
	const template = "selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: example.com/c}]}}"
	r.comes(r.apply("apps/v1", "Deployment", "apps/web", "spec: {replicas: 2, "+template+"}"), `"status":"True","type":"Available"`, `"availableReplicas":2`)
	r.comes(r.apply("apps/v1", "StatefulSet", "apps/web", "spec: {serviceName: web, "+template+"}"), `"readyReplicas":1`)
	r.comes(r.apply("apps/v1", "DaemonSet", "apps/web", "spec: {"+template+"}"), `"numberReady":1`)
	r.comes(r.apply("batch/v1", "Job", "apps/once", "spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: example.com/c}]}}}"),
		`"status":"True","type":"Complete"`)
	r.apply("v1", "Secret", "apps/token", "stringData: {token: abc}")
	receiver := r.apply("notification.toolkit.fluxcd.io/v1", "Receiver", "apps/hook", "spec: {type: github, secretRef: {name: token}, resources: [{kind: OCIRepository, name: late}]}")
	// sha256 of "abchookapps"
	r.comes(receiver, ready, "/hook/6b7c7468")
}

// rollsOut changes what a Deployment runs: its ReplicaSet is another one then, of the next revision.
func (r *rehearsal) rollsOut() {
	const template = "selector: {matchLabels: {c: d}}, template: {metadata: {labels: {c: d}}, spec: {containers: [{name: c, image: 'example.com/c:%d'}]}}"
	for i, want := range []string{"1 x2 of 2", "2 x2 of 2"} {
		d := r.apply("apps/v1", "Deployment", "apps/rolled", fmt.Sprintf("spec: {replicas: 2, "+template+"}", i))
		r.comes(d, fmt.Sprintf(`"observedGeneration":%d`, i+1), `"reason":"NewReplicaSetAvailable"`, `"status":"True","type":"Available"`)
		sets, err := r.m.kubernetes().AppsV1().ReplicaSets("apps").List(r.t.Context(), metav1.ListOptions{LabelSelector: "c=d"})
		if err != nil {
			r.t.Fatal(err)
		}
		var got []string
		for _, s := range sets.Items {
			if metav1.IsControlledBy(&s, r.get(d)) {
				got = append(got, fmt.Sprintf("%s x%d of %d", s.Annotations["deployment.kubernetes.io/revision"], s.Status.ReadyReplicas, *s.Spec.Replicas))
			}
		}
		if !slices.Equal(got, []string{want}) {
			r.t.Errorf("ReplicaSets: got %q, want %q", got, want)
		}
		if got := r.get(d).GetAnnotations()["deployment.kubernetes.io/revision"]; got != want[:1] {
			r.t.Errorf("revision: got %q, want %q", got, want[:1])
		}
	}
	r.script.Store(`{"faults": [{"kind": "Deployment", "name": "rolled", "effect": "never", "message": "no such image"}]}`)
	d := read(r.t, "apps/v1", "Deployment", "apps/rolled", "")
	r.comes(d, "no such image", `"status":"False","type":"Available"`, `"unavailableReplicas":2`)
	r.script.Store("{}")
	r.comes(d, `"status":"True","type":"Available"`, `"availableReplicas":2`)
}

// doors has a Service get its endpoints, of which there are none without pods, and an Ingress its address.
func (r *rehearsal) doors() {
	r.apply("v1", "Service", "apps/web", "spec: {selector: {a: b}, ports: [{port: 80}]}")
	endpoints := read(r.t, "v1", "Endpoints", "apps/web", "")
	client, err := r.like(endpoints)
	if err != nil {
		r.t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, err = client.Get(r.t.Context(), "web", metav1.GetOptions{}); err == nil {
			break
		}
		if time.Now().After(end) {
			r.t.Fatalf("endpoints: got %v, want them", err)
		}
	}
	const rules = "rules: [{host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]"
	door := r.apply("networking.k8s.io/v1", "Ingress", "apps/web", "spec: {ingressClassName: traefik, "+rules+"}")
	r.comes(door, `{"loadBalancer":{"ingress":[{"ip":"127.0.0.2"}]}}`)
	r.stays(r.apply("networking.k8s.io/v1", "Ingress", "apps/other", "spec: {ingressClassName: other, "+rules+"}"), `{"loadBalancer":{}}`)
}

// quotas has the API server hold a claim against what is left.
func (r *rehearsal) quotas() {
	r.apply("v1", "Namespace", "counted", "")
	quota := r.apply("v1", "ResourceQuota", "counted/quota", "spec: {hard: {requests.storage: 2Gi, pods: '3'}}")
	r.comes(quota, `"hard":{"pods":"3","requests.storage":"2Gi"}`, `"used":{"pods":"0","requests.storage":"0"}`)
	const claim = "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: %dGi}}}"
	r.apply("v1", "PersistentVolumeClaim", "counted/one", fmt.Sprintf(claim, 1))
	err := r.try(read(r.t, "v1", "PersistentVolumeClaim", "counted/two", fmt.Sprintf(claim, 2)), false)
	if err == nil || !strings.Contains(err.Error(), "exceeded quota: quota, requested: requests.storage=2Gi, used: requests.storage=1Gi, limited: requests.storage=2Gi") {
		r.t.Errorf("claim: got %v, want it refused", err)
	}
}

// monitoring has the operator's kinds come with the release of its chart, unless that is told to leave them out.
func (r *rehearsal) monitoring() {
	r.apply("v1", "Namespace", "monitoring", "")
	release := func(name, values string) {
		r.apply(sources, "HelmRepository", "monitoring/charts", "spec: {interval: 1h, url: https://example.com}")
		r.comes(r.apply(releases, "HelmRelease", "monitoring/"+name, "spec: {interval: 1h, values: {"+values+
			"}, chart: {spec: {chart: kube-prometheus-stack, version: 92.1.0, sourceRef: {kind: HelmRepository, name: charts}}}}"), ready)
	}
	release("without", "crds: {enabled: false}")
	r.unserved(operated, "PrometheusRule")
	release("kube-prometheus-stack", "")
	for kind, version := range map[string]string{
		"Prometheus": "v1", "Alertmanager": "v1", "PrometheusRule": "v1", "ServiceMonitor": "v1", "PodMonitor": "v1", "Probe": "v1",
		"ThanosRuler": "v1", "AlertmanagerConfig": "v1alpha1", "ScrapeConfig": "v1alpha1", "PrometheusAgent": "v1alpha1",
	} {
		r.served("monitoring.coreos.com/"+version, kind)
	}
}

// metrics reads those of etcd where Prometheus does: at the node's address, without TLS.
func (r *rehearsal) metrics() {
	answer, err := http.Get(fmt.Sprintf("http://127.0.0.2:%d/metrics", r.m.gauges))
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // only read from
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, want := range []string{"etcd_disk_wal_fsync_duration_seconds_bucket", "etcd_disk_backend_commit_duration_seconds_bucket", "etcd_server_has_leader 1"} {
		if !strings.Contains(string(text), want) {
			r.t.Errorf("got %d bytes of metrics without %s", len(text), want)
		}
	}
}
