package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const (
	fluxComponents = "distribution: {version: 2.9.x, registry: ghcr.io/fluxcd}, components: [source-controller, kustomize-controller, helm-controller, notification-controller"
	flux           = "fluxcd.controlplane.io/v1"
	sources        = "source.toolkit.fluxcd.io/v1"
	releases       = "helm.toolkit.fluxcd.io/v2"
	databases      = "postgresql.cnpg.io/v1"
	operated       = "monitoring.coreos.com/v1"
)

// TestPlatform brings up a platform as the program does, with what goes wrong on the way, and then starts the server again.
func TestPlatform(t *testing.T) {
	r := rehearse(t, `{"delays": {"HelmChart": "1s"}, "faults": [{"kind": "FluxInstance", "effect": "heals", "seconds": 1, "message": "not yet"}]}`)
	r.bringFlux()
	r.installs()
	r.upgrades()
	r.faults()
	r.databases()
	certificate := r.certificate()
	r.workloads()
	r.rollsOut()
	r.doors()
	r.quotas()
	r.monitoring()
	r.metrics()
	r.wrongFields()
	r.many(40)

	before := r.everything()
	for { // what was made last may still be on its way
		time.Sleep(time.Second)
		now := r.everything()
		if maps.Equal(before, now) {
			break
		}
		before = now
	}
	r.restart()
	time.Sleep(2 * time.Second) // for whatever would be done again
	after := r.everything()
	for what, was := range before {
		if after[what] != was {
			t.Errorf("%s: got version %s after a restart, want %s as before", what, after[what], was)
		}
	}
	r.comes(certificate, ready)
	r.comes(r.apply(sources, "OCIRepository", "apps/late", "spec: {interval: 1h, url: oci://example.com/late}"), ready)
	r.p.stop()
}

func (r *rehearsal) bringFlux() {
	r.served("traefik.io/v1alpha1", "Middleware")
	r.unserved(flux, "FluxInstance")
	for _, name := range []string{"flux-system", "apps", "data"} {
		r.apply("v1", "Namespace", name, "")
	}
	chart := r.apply("helm.cattle.io/v1", "HelmChart", "kube-system/flux-operator", "spec: {chart: oci://ghcr.io/controlplaneio-fluxcd/charts/flux-operator}")
	r.comes(chart, "helm-install-flux-operator")
	r.unserved(flux, "FluxInstance") // its job has a second to go
	r.served(flux, "FluxInstance")
	r.unserved(releases, "HelmRelease")
	instance := r.apply(flux, "FluxInstance", "flux-system/flux", "spec: {"+fluxComponents+"]}")
	r.comes(instance, "not yet", "ReconciliationFailed")
	r.unserved(releases, "HelmRelease")
	r.comes(instance, ready, "ReconciliationSucceeded")
	r.served(releases, "HelmRelease")
	r.unserved("image.toolkit.fluxcd.io/v1", "ImageRepository") // nobody asked for its controller
	r.apply(flux, "FluxInstance", "flux-system/flux", "spec: {"+fluxComponents+", image-reflector-controller]}")
	r.comes(instance, ready, `"observedGeneration":2`)
	r.served("image.toolkit.fluxcd.io/v1", "ImageRepository")
	r.unserved("image.toolkit.fluxcd.io/v1", "ImageUpdateAutomation")
}

// installs has releases wait for everything that the real controller waits for.
func (r *rehearsal) installs() {
	release := r.apply(releases, "HelmRelease", "apps/operator",
		`spec: {interval: 1h, chart: {spec: {chart: cloudnative-pg, version: 0.29.0, sourceRef: {kind: HelmRepository, name: charts}}},
		dependsOn: [{name: manager}], valuesFrom: [{kind: Secret, name: settings, valuesKey: size}]}`)
	r.comes(release, "unable to get 'apps/manager' dependency", "DependencyNotReady")
	manager := r.apply(releases, "HelmRelease", "apps/manager", "spec: {interval: 1h, chartRef: {kind: OCIRepository, name: manager}, values: {crds: {enabled: true}}}")
	r.comes(manager, "could not get Source object")
	r.comes(release, "dependency 'apps/manager' is not ready")
	r.apply(sources, "OCIRepository", "apps/manager", "spec: {interval: 1h, url: oci://example.com/charts/cert-manager, ref: {tag: v1.2.3}}")
	r.comes(manager, ready, "InstallSucceeded", `"chartVersion":"1.2.3+`)
	r.served("cert-manager.io/v1", "Certificate")
	r.comes(release, "HelmChart 'apps/apps-operator' is not ready", "helmrepositories")
	r.apply(sources, "HelmRepository", "apps/charts", "spec: {interval: 1h, url: https://example.com}")
	r.comes(release, "ValuesError", `could not resolve Secret chart values reference 'apps/settings' with key 'size': secrets \"settings\" not found`)
	r.unserved(databases, "Cluster")
	r.apply("v1", "Secret", "apps/settings", "stringData: {colour: red}")
	r.comes(release, "key not found")
	r.apply("v1", "Secret", "apps/settings", "stringData: {size: small}")
	r.comes(release, ready, "InstallSucceeded")
	r.served(databases, "Cluster")
	without := r.apply(releases, "HelmRelease", "apps/ready-made", "spec: {interval: 1h, chart: {spec: {chart: any, version: 1.0.0, sourceRef: {kind: HelmRepository, name: charts}}}}")
	r.comes(without, ready)
}

// upgrades changes what is installed, and where it comes from.
func (r *rehearsal) upgrades() {
	manager := read(r.t, releases, "HelmRelease", "apps/manager", "")
	r.apply(releases, "HelmRelease", "apps/manager", "spec: {interval: 1h, chartRef: {kind: OCIRepository, name: manager}, values: {crds: {enabled: true}, replicas: 2}}")
	r.comes(manager, `"observedGeneration":2`, "UpgradeSucceeded", `"version":2`, "superseded")
	r.apply(sources, "OCIRepository", "apps/manager", "spec: {interval: 1h, url: oci://example.com/charts/cert-manager, ref: {tag: v1.2.4}}")
	r.comes(manager, `"chartVersion":"1.2.4+`, `"version":3`)
}

// faults keeps releases from being ready, by the script.
func (r *rehearsal) faults() {
	const spec = "spec: {interval: 1h, chart: {spec: {chart: any, version: 1.0.0, sourceRef: {kind: HelmRepository, name: charts}}}}"
	r.script.Store(`{"faults": [{"kind": "HelmRelease", "namespace": "apps", "name": "n*", "effect": "never", "status": "Unknown", "message": "no such image"},
		{"kind": "HelmRelease", "name": "tries", "effect": "heals", "attempts": 1, "reason": "Sulking"}]}`)
	time.Sleep(time.Second) // until it is read
	spoilt := r.apply(releases, "HelmRelease", "apps/never", spec)
	r.stays(spoilt, `"message":"no such image","observedGeneration":1,"reason":"InstallFailed","status":"Unknown","type":"Ready"`)
	tries := r.apply(releases, "HelmRelease", "apps/tries", spec)
	r.comes(tries, "Sulking")
	r.comes(tries, ready)
	r.script.Store(`{"faults": [{"kind": "HelmRelease", "name": "tries", "effect": "never"}]}`)
	r.comes(spoilt, ready)
	r.comes(tries, `"status":"False","type":"Ready"`)  // although it was ready
	r.script.Store(`{"faults": [{"effect": "soon"}]}`) // is refused, and what was set stays
	r.stays(tries, `"status":"False","type":"Ready"`)
	r.script.Store("{}")
	r.comes(tries, ready)
}

func (r *rehearsal) databases() {
	cluster := r.apply(databases, "Cluster", "data/main", "spec: {instances: 1, storage: {size: 1Gi, storageClass: standard}}")
	database := r.apply(databases, "Database", "data/shop", "spec: {name: shop, owner: shop, cluster: {name: main}}")
	role := r.apply(databases, "DatabaseRole", "data/shop", "spec: {name: shop, login: true, cluster: {name: main}, passwordSecret: {name: shop}}")
	r.stays(cluster, `"status":"False","type":"Ready"`) // there is no such storage class
	if said := r.says(database); said != "null" {
		r.t.Errorf("got %s of a database whose cluster does not run, want nothing: nobody is there to say it", said)
	}
	r.apply("storage.k8s.io/v1", "StorageClass", "standard", "provisioner: example.com/none")
	r.comes(cluster, ready, `"readyInstances":1`, "Cluster in healthy state")
	r.comes(role, `"applied":false`, `secrets \"shop\" not found`)
	r.comes(database, `"applied":false`, `role \"shop\" does not exist`)
	r.apply("v1", "Secret", "data/shop", "{type: kubernetes.io/basic-auth, stringData: {username: shop, password: x}}")
	r.comes(role, `"applied":true`, `"observedGeneration":1`)
	r.comes(database, `"applied":true`, `"observedGeneration":1`)
}

func (r *rehearsal) certificate() *unstructured.Unstructured {
	certificate := r.apply("cert-manager.io/v1", "Certificate", "apps/site", "spec: {secretName: site, dnsNames: [a.example.com], issuerRef: {name: staging, kind: ClusterIssuer}}")
	r.comes(certificate, "DoesNotExist", `"status":"False","type":"Ready"`)
	issuer := r.apply("cert-manager.io/v1", "ClusterIssuer", "staging", "spec: {acme: {server: https://example.com, privateKeySecretRef: {name: a}, solvers: []}}")
	r.comes(issuer, ready, "ACMEAccountRegistered")
	r.comes(certificate, ready, `"revision":1`)
	secret := r.get(read(r.t, "v1", "Secret", "apps/site", ""))
	if secret.Object["type"] != "kubernetes.io/tls" {
		r.t.Errorf("got a secret of type %v, want kubernetes.io/tls", secret.Object["type"])
	}
	r.apply("cert-manager.io/v1", "Certificate", "apps/site", "spec: {secretName: site, dnsNames: [b.example.com], issuerRef: {name: staging, kind: ClusterIssuer}}")
	r.comes(certificate, ready, `"revision":2`)
	if r.get(secret).GetResourceVersion() == secret.GetResourceVersion() {
		r.t.Error("got the same certificate for another name, want a new one")
	}
	return certificate
}

// wrongFields holds objects against the schemas: what is misspelt or out of range is refused, in every bundle.
func (r *rehearsal) wrongFields() {
	for _, c := range []struct{ version, kind, right, wrong, want string }{
		{"helm.cattle.io/v1", "HelmChart", "chart: x", "chrt: x", "chrt"},
		{"traefik.io/v1alpha1", "Middleware", "headers: {frameDeny: true}", "headers: {frameDenied: true}", "frameDenied"},
		{flux, "FluxInstance", fluxComponents + "]", fluxComponents + ", another]", "Unsupported value"},
		{sources, "OCIRepository", "interval: 1h, url: oci://x", "interval: 1h, url: https://x", "url"},
		{releases, "HelmRelease", "interval: 1h, chartRef: {kind: OCIRepository, name: x}", "interval: 1h", "either chart or chartRef must be set"},
		{"cert-manager.io/v1", "Certificate", "secretName: x, issuerRef: {name: x}", "secretName: x", "issuerRef"},
		{databases, "Cluster", "instances: 1, storage: {size: 1Gi}", "instances: 0, storage: {size: 1Gi}", "instances"},
		{databases, "DatabaseRole", "name: x, cluster: {name: main}", "name: x, cluster: {name: main}, logn: true", "logn"},
		{operated, "PodMonitor", "selector: {}, podMetricsEndpoints: [{port: x}]", "selector: {}, podMetricsEndpoints: [{prt: x}]", "prt"},
		{operated, "PrometheusRule", "groups: [{name: x, rules: [{alert: X, expr: up == 0, for: 1m}]}]", "groups: [{name: x, rules: [{alert: X, expr: up == 0, for: soon}]}]", "for"},
		{"monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", "route: {receiver: x}, receivers: [{name: x}]", "route: {recever: x}, receivers: [{name: x}]", "recever"},
	} {
		name := "apps/judged"
		if c.kind == "FluxInstance" {
			name = "apps/flux" // no other is allowed
		}
		if err := r.try(read(r.t, c.version, c.kind, name, "spec: {"+c.right+"}"), true); err != nil {
			r.t.Errorf("%s: %v", c.kind, err)
		}
		err := r.try(read(r.t, c.version, c.kind, name, "spec: {"+c.wrong+"}"), true)
		if err == nil || meta.IsNoMatchError(err) || !strings.Contains(err.Error(), c.want) {
			r.t.Errorf("%s: got %v, want %q refused", c.kind, err, c.want)
		}
	}
}

// many has objects by the dozen become ready.
func (r *rehearsal) many(n int) {
	var all []*unstructured.Unstructured
	for i := range n {
		name := fmt.Sprintf("apps/many-%d", i)
		r.apply(sources, "OCIRepository", name, "spec: {interval: 1h, url: oci://example.com/charts/lamp, ref: {tag: 1.0.0}}")
		all = append(all, r.apply(releases, "HelmRelease", name, "spec: {interval: 1h, chartRef: {kind: OCIRepository, name: "+name[5:]+"}}"))
	}
	started := time.Now()
	for _, o := range all {
		r.comes(o, ready)
	}
	r.t.Logf("%d releases were ready %s after the last was made", n, time.Since(started).Round(time.Millisecond))
}

// everything returns the version of every object that the simulation writes.
func (r *rehearsal) everything() map[string]string {
	r.t.Helper()
	versions := map[string]string{}
	for version, kinds := range map[string][]string{
		"helm.cattle.io/v1": {"HelmChart"}, flux: {"FluxInstance"}, sources: {"OCIRepository", "HelmRepository", "HelmChart"},
		releases: {"HelmRelease"}, "cert-manager.io/v1": {"ClusterIssuer", "Certificate"}, "v1": {"Secret"},
		databases: {"Cluster", "Database", "DatabaseRole"}, "apps/v1": {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}, "batch/v1": {"Job"},
		"networking.k8s.io/v1": {"Ingress"},
	} {
		for _, kind := range kinds {
			client, err := r.like(read(r.t, version, kind, "x", ""))
			if err != nil {
				r.t.Fatal(err)
			}
			list, err := client.List(r.t.Context(), metav1.ListOptions{})
			if err != nil {
				r.t.Fatal(err)
			}
			for _, o := range list.Items {
				versions[kind+" "+o.GetNamespace()+"/"+o.GetName()] = o.GetResourceVersion()
			}
		}
	}
	return versions
}
