package main

import (
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// custom is an object of a kind that an operator brings along, and that is waited for.
func custom(apiVersion, kind, namespace, name, wait string, spec values) resource.PropertyMap {
	return props(values{
		"apiVersion": apiVersion, "kind": kind, "spec": spec,
		"metadata": values{"name": name, "namespace": namespace, "annotations": values{annotationWait: wait, annotationTimeout: "20"}},
	})
}

// TestPlatformIsWaitedFor makes what the program makes, on a cluster that has nothing yet: each kind comes only with what
// was made before it.
func TestPlatformIsWaitedFor(t *testing.T) {
	p, log := configured(t, nil)
	made := func(in resource.PropertyMap) {
		t.Helper()
		newObject(t, p, in).mustCreate()
	}
	release := func(name, chart string, wanted values) resource.PropertyMap {
		return custom("helm.toolkit.fluxcd.io/v2", "HelmRelease", "default", name, "condition=Ready", values{
			"interval": "1h", "values": wanted,
			"chart": values{"spec": values{"chart": chart, "version": "1.0.0", "sourceRef": values{"kind": "HelmRepository", "name": "charts"}}},
		})
	}
	early := release("cert-manager", "cert-manager", values{"crds": values{"enabled": true}})
	shown, err := p.Create(t.Context(), plugin.CreateRequest{Properties: early, Preview: true})
	if err != nil || !shown.Properties["spec"].DeepEquals(early["spec"]) {
		t.Errorf("preview of a kind to come: got %v (%v), want it as the program says", shown.Properties, err)
	}
	waiting := make(chan error, 1)
	go func() { waiting <- newObject(t, p, early).create() }()
	log.await(t, "waiting for the API server to know HelmRelease of helm.toolkit.fluxcd.io/v2")
	made(custom("helm.cattle.io/v1", "HelmChart", "kube-system", "flux-operator", "jsonpath={.status.jobName}=helm-install-flux-operator", values{"chart": "flux-operator"}))
	made(custom("fluxcd.controlplane.io/v1", "FluxInstance", "default", "flux", "condition=Ready", values{"distribution": values{"version": "2.9.x", "registry": "ghcr.io/fluxcd"}}))
	made(custom("source.toolkit.fluxcd.io/v1", "HelmRepository", "default", "charts", "condition=Ready", values{"interval": "1h", "url": "https://example.com"}))
	if err := <-waiting; err != nil {
		t.Fatal(err)
	}
	made(custom("cert-manager.io/v1", "ClusterIssuer", "", "own", "condition=Ready", values{"selfSigned": values{}}))
	made(custom("cert-manager.io/v1", "Certificate", "default", "site", "condition=Ready", values{
		"secretName": "site", "dnsNames": []any{"example.com"}, "issuerRef": values{"name": "own", "kind": "ClusterIssuer"},
	}))
	made(release("cloudnative-pg", "cloudnative-pg", nil))
	made(custom("postgresql.cnpg.io/v1", "Cluster", "default", "main", "condition=Ready", values{"instances": 1, "storage": values{"size": "1Gi"}}))
	role := custom("postgresql.cnpg.io/v1", "DatabaseRole", "default", "shop", "jsonpath={.status.applied}=true", values{
		"name": "shop", "cluster": values{"name": "main"}, "passwordSecret": values{"name": "shop"},
	})
	role["metadata"].ObjectValue()["annotations"].ObjectValue()[annotationTimeout] = resource.NewProperty("1")
	if err := newObject(t, p, role).create(); err == nil || !strings.Contains(err.Error(), `its message is "secrets \"shop\" not found"`) {
		t.Errorf("got %v, want it told what the role lacks", err)
	}
	made(custom("postgresql.cnpg.io/v1", "Database", "default", "shop", "jsonpath={.status.applied}=true", values{
		"name": "shop", "owner": "app", "cluster": values{"name": "main"},
	}))
}

// TestNeverReadyIsNamed waits for a release that never gets ready.
func TestNeverReadyIsNamed(t *testing.T) {
	p, _ := configured(t, nil)
	spoilt := custom("helm.toolkit.fluxcd.io/v2", "HelmRelease", "default", "spoilt", "condition=Ready", values{
		"interval": "1h", "chartRef": values{"kind": "OCIRepository", "name": "none"},
	})
	spoilt["metadata"].ObjectValue()["annotations"].ObjectValue()[annotationTimeout] = resource.NewProperty("2")
	hasten(t, time.Second)
	err := newObject(t, p, spoilt).create()
	want := "HelmRelease default/spoilt: condition=Ready not met after 2s; its last condition is Ready=False, InstallFailed: no such image"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// hastenEndpoints has the plug-in watch a Service's endpoints for less long.
func hastenEndpoints(t *testing.T) {
	t.Helper()
	before := settlePause
	settlePause = time.Second
	t.Cleanup(func() { settlePause = before })
}

// TestPlainObjects makes one of each kind of Kubernetes' own that the program uses, changes nothing, and deletes it.
func TestPlainObjects(t *testing.T) {
	hastenEndpoints(t)
	p, _ := configured(t, nil)
	newObject(t, p, props(values{
		"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": values{"name": "late"},
		"provisioner": "example.com/none", "volumeBindingMode": "WaitForFirstConsumer",
	})).mustCreate()
	pod := values{"restartPolicy": "Never", "containers": []any{values{"name": "c", "image": "example.com/c:1"}}}
	for _, o := range []values{
		{"apiVersion": "v1", "kind": "Namespace", "metadata": values{"name": "plain", "labels": values{"a": "b"}}},
		{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": values{"name": "plain", "namespace": "default"}, "spec": values{
			"podSelector": values{}, "policyTypes": []any{"Ingress", "Egress"},
			"egress": []any{values{"to": []any{values{"ipBlock": values{"cidr": "10.0.1.10/32"}}}, "ports": []any{values{"port": 6443, "protocol": "TCP"}}}},
		}},
		{"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": values{"name": "plain"}, "provisioner": "example.com/none", "allowVolumeExpansion": true},
		{"apiVersion": "v1", "kind": "Service", "metadata": values{"name": "plain", "namespace": "default"}, "spec": values{"selector": values{"a": "b"}, "ports": []any{values{"port": 80}}}},
		{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": values{"name": "plain", "namespace": "default"}, "spec": values{
			"accessModes": []any{"ReadWriteOnce"}, "resources": values{"requests": values{"storage": "1Gi"}}, "storageClassName": "late",
		}},
		{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": values{"name": "plain", "namespace": "default"}, "spec": values{
			"serviceName": "plain", "selector": values{"matchLabels": values{"a": "b"}},
			"template": values{"metadata": values{"labels": values{"a": "b"}}, "spec": values{"containers": pod["containers"]}},
		}},
		{"apiVersion": "batch/v1", "kind": "Job", "metadata": values{"name": "plain", "namespace": "default"}, "spec": values{"template": values{"spec": pod}}},
		{"apiVersion": "batch/v1", "kind": "CronJob", "metadata": values{"name": "plain", "namespace": "default"}, "spec": values{
			"schedule": "0 3 * * *", "jobTemplate": values{"spec": values{"template": values{"spec": pod}}},
		}},
	} {
		made := newObject(t, p, props(o)).mustCreate()
		if r := made.refresh(); !r.Inputs.DeepEquals(made.in) {
			t.Errorf("%s: got %v after a refresh, want the inputs as they were, %v", o["kind"], r.Inputs, made.in)
		}
		if err := made.delete(); err != nil {
			t.Errorf("%s: %v", o["kind"], err)
		}
	}
}
