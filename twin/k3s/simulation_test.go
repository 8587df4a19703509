package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"
)

// rehearsal is a cluster whose readiness follows a script.
type rehearsal struct {
	t       *testing.T
	m       *machine
	p       *process
	script  atomic.Value // text
	objects dynamic.Interface
	kinds   *restmapper.DeferredDiscoveryRESTMapper
}

// rehearse starts a cluster that follows a script.
func rehearse(t *testing.T, script string) *rehearsal {
	t.Helper()
	r := &rehearsal{t: t, m: newMachine(t, "cluster-init: true\nnode-ip: 127.0.0.1\nnode-name: main\n")}
	r.script.Store(script)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, r.script.Load()) //nolint:errcheck // the reader has gone
	}))
	t.Cleanup(server.Close)
	r.m.args = append(r.m.args, "--twin-readiness", server.URL)
	r.restart()
	return r
}

// restart starts the server, or ends it as a power-off would and starts it again.
func (r *rehearsal) restart() {
	r.t.Helper()
	if r.p != nil {
		r.p.kill()
	}
	r.p = r.m.start()
	config, err := clientcmd.BuildConfigFromFlags("", r.m.paths().kubeconfig())
	if err != nil {
		r.t.Fatal(err)
	}
	config.QPS = -1
	if r.objects, err = dynamic.NewForConfig(config); err != nil {
		r.t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		r.t.Fatal(err)
	}
	r.kinds = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client.Discovery()))
}

// like is where objects like this one are.
func (r *rehearsal) like(o *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	kind := o.GroupVersionKind()
	mapping, err := r.kinds.RESTMapping(kind.GroupKind(), kind.Version)
	if meta.IsNoMatchError(err) {
		r.kinds.Reset()
		mapping, err = r.kinds.RESTMapping(kind.GroupKind(), kind.Version)
	}
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		return r.objects.Resource(mapping.Resource).Namespace(o.GetNamespace()), nil
	}
	return r.objects.Resource(mapping.Resource), nil
}

// read makes an object of a line of YAML: kind, version, namespace/name, and the rest of it.
func read(t *testing.T, version, kind, name, rest string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(rest), &o.Object); err != nil {
		t.Fatal(err)
	}
	if o.Object == nil {
		o.Object = map[string]any{}
	}
	o.SetAPIVersion(version)
	o.SetKind(kind)
	namespace, only, ok := strings.Cut(name, "/")
	if !ok {
		namespace, only = "", name
	}
	o.SetNamespace(namespace)
	o.SetName(only)
	return o
}

// try applies an object as the program does, or only asks whether it could.
func (r *rehearsal) try(o *unstructured.Unstructured, dry bool) error {
	client, err := r.like(o)
	if err != nil {
		return err
	}
	text, err := o.MarshalJSON()
	if err != nil {
		return err
	}
	force := true
	options := metav1.PatchOptions{FieldManager: "test", Force: &force, FieldValidation: metav1.FieldValidationStrict}
	if dry {
		options.DryRun = []string{metav1.DryRunAll}
	}
	_, err = client.Patch(r.t.Context(), o.GetName(), "application/apply-patch+yaml", text, options)
	return err
}

func (r *rehearsal) apply(version, kind, name, rest string) *unstructured.Unstructured {
	r.t.Helper()
	o := read(r.t, version, kind, name, rest)
	if err := r.try(o, false); err != nil {
		r.t.Fatalf("%s %s: %v", kind, name, err)
	}
	return o
}

func (r *rehearsal) get(o *unstructured.Unstructured) *unstructured.Unstructured {
	r.t.Helper()
	client, err := r.like(o)
	if err != nil {
		r.t.Fatal(err)
	}
	live, err := client.Get(r.t.Context(), o.GetName(), metav1.GetOptions{})
	if err != nil {
		r.t.Fatal(err)
	}
	return live
}

// comes waits until the status of an object holds a text.
func (r *rehearsal) comes(o *unstructured.Unstructured, texts ...string) {
	r.t.Helper()
	said := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if said = r.says(o); containsAll(said, texts) {
			return
		}
	}
	r.t.Fatalf("%s %s: got %s, want %q; the server says\n%s", o.GetKind(), o.GetName(), said, texts, r.p.log)
}

// stays makes sure that the status of an object keeps a text for a while.
func (r *rehearsal) stays(o *unstructured.Unstructured, text string) {
	r.t.Helper()
	r.comes(o, text)
	for end := time.Now().Add(1500 * time.Millisecond); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if said := r.says(o); !strings.Contains(said, text) {
			r.t.Fatalf("%s %s: got %s, want %q for good", o.GetKind(), o.GetName(), said, text)
		}
	}
}

func (r *rehearsal) says(o *unstructured.Unstructured) string {
	r.t.Helper()
	text, err := json.Marshal(r.get(o).Object["status"])
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}

func containsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

const ready = `"status":"True","type":"Ready"`

// unserved makes sure that a kind is not there yet.
func (r *rehearsal) unserved(version, kind string) {
	r.t.Helper()
	if err := r.try(read(r.t, version, kind, "default/early", "spec: {}"), true); !meta.IsNoMatchError(err) {
		r.t.Errorf("%s: got %v, want that nobody knows the kind yet", kind, err)
	}
}

// served waits until a kind is there.
func (r *rehearsal) served(version, kind string) {
	r.t.Helper()
	var err error
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if _, err = r.like(read(r.t, version, kind, "default/x", "")); err == nil {
			return
		}
	}
	r.t.Fatalf("%s: %v; the server says\n%s", kind, err, r.p.log)
}

const (
	fluxComponents = "distribution: {version: 2.9.x, registry: ghcr.io/fluxcd}, components: [source-controller, kustomize-controller, helm-controller, notification-controller"
	flux           = "fluxcd.controlplane.io/v1"
	sources        = "source.toolkit.fluxcd.io/v1"
	releases       = "helm.toolkit.fluxcd.io/v2"
	databases      = "postgresql.cnpg.io/v1"
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
	r.wrongFields()
	r.many(40)

	before := r.everything()
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
		databases: {"Cluster", "Database", "DatabaseRole"}, "apps/v1": {"Deployment", "StatefulSet", "DaemonSet"}, "batch/v1": {"Job"},
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
