package simulation

import (
	"context"
	"fmt"
	"path"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/lvs-cloud/lvs-cloud/twin/k3s/crds"
)

// chartKind is the kind of the chart that a source holds.
const chartKind = "HelmChart.source.toolkit.fluxcd.io"

// releaseActors stand in for Flux' helm-controller.
// Source: https://github.com/fluxcd/helm-controller/blob/v1.6.3/internal/controller/helmrelease_controller.go
var releaseActors = []*actor{{
	kind: "HelmRelease", manager: "helm-controller",
	resource: schema.GroupVersionResource{Group: "helm.toolkit.fluxcd.io", Version: "v2", Resource: "helmreleases"},
	follows:  []string{chartKind, "OCIRepository", "HelmRelease", "Secret", "ConfigMap"},
	ready: func(s *Simulation, o object) bool {
		revision, t := revisionOf(s, o)
		return observed(o) && (t != nil || o.text("status", "lastAttemptedRevision") == revision)
	},
	prepare: ensureChart,
	missing: func(s *Simulation, o object) *trouble {
		if t := missingDependency(s, o); t != nil {
			return t
		}
		if _, t := revisionOf(s, o); t != nil {
			return t
		}
		return missingValues(s, o)
	},
	progress: func(o object) {
		timeout := o.text("spec", "timeout")
		if timeout == "" {
			timeout = "5m0s"
		}
		underWay(o, fmt.Sprintf("Running '%s' action with timeout of %s", action(o), timeout))
	},
	fail: failing,
	failure: func(o object) string {
		return map[string]string{"install": "InstallFailed", "upgrade": "UpgradeFailed"}[action(o)]
	},
	finish: release,
}}

// action is what is done with a release next.
func action(o object) string {
	if len(o.list("status", "history")) == 0 {
		return "install"
	}
	return "upgrade"
}

// chartSpec is what the HelmChart of a release is to be; nothing, for one that names its source itself.
func chartSpec(o object) map[string]any {
	spec := o.part("spec", "chart", "spec")
	if spec == nil {
		return nil
	}
	wanted := map[string]any{"reconcileStrategy": "ChartVersion", "interval": o.text("spec", "interval"), "version": "*"}
	for _, field := range []string{"chart", "version", "interval", "reconcileStrategy", "valuesFiles"} {
		if v, ok := spec[field]; ok {
			wanted[field] = v
		}
	}
	source := object{&unstructured.Unstructured{Object: spec}}
	wanted["sourceRef"] = map[string]any{"kind": source.text("sourceRef", "kind"), "name": source.text("sourceRef", "name")}
	return wanted
}

// ensureChart makes the HelmChart of a release that does not name its source itself.
func ensureChart(ctx context.Context, s *Simulation, o object) error {
	wanted := chartSpec(o)
	if wanted == nil {
		return nil
	}
	namespace, name := chartName(o)
	if have, found := s.find(chartKind, namespace, name); found && within(wanted, have.part("spec")) {
		return nil
	}
	o.set(namespace+"/"+name, "helmChart")
	chart := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "HelmChart",
		"metadata": map[string]any{"name": name, "namespace": namespace}, "spec": wanted,
	}}
	_, err := s.client.Resource(sources("helmcharts")).Namespace(namespace).
		Apply(ctx, name, chart, metav1.ApplyOptions{FieldManager: "helm-controller", Force: true})
	return err
}

// within tells whether an object has fields as they are wanted.
func within(wanted, have map[string]any) bool {
	for field, w := range wanted {
		if fmt.Sprint(w) != fmt.Sprint(have[field]) {
			return false
		}
	}
	return true
}

func chartName(o object) (namespace, name string) {
	namespace = o.text("spec", "chart", "spec", "sourceRef", "namespace")
	if namespace == "" {
		namespace = o.GetNamespace()
	}
	return namespace, o.GetNamespace() + "-" + o.GetName()
}

// sourceOf is where the chart of a release comes from.
func sourceOf(s *Simulation, o object) (source object, kind, title, resource string, found bool) {
	kind, resource = "HelmChart", "helmcharts"
	watched := chartKind
	namespace, name := chartName(o)
	if o.part("spec", "chart") == nil {
		kind, name, namespace = o.text("spec", "chartRef", "kind"), o.text("spec", "chartRef", "name"), o.text("spec", "chartRef", "namespace")
		if namespace == "" {
			namespace = o.GetNamespace()
		}
		if kind == "OCIRepository" {
			watched, resource = kind, "ocirepositories"
		}
	}
	source, found = s.find(watched, namespace, name)
	return source, kind, namespace + "/" + name, resource, found
}

// revisionOf is the version of the chart that the source of a release holds.
func revisionOf(s *Simulation, o object) (string, *trouble) {
	source, kind, title, resource, found := sourceOf(s, o)
	if !found {
		return "", lack("ArtifactFailed", "could not get Source object: "+notFound(resource+".source.toolkit.fluxcd.io", path.Base(title)))
	}
	not := func(why string) *trouble {
		return lack("SourceNotReady", fmt.Sprintf("%s '%s' is not ready: %s", kind, title, why))
	}
	switch wanted := chartSpec(o); {
	case source.number("status", "observedGeneration") != source.GetGeneration(), !within(wanted, source.part("spec")):
		why := "latest generation of object has not been reconciled"
		if c := source.condition("Ready"); c["status"] == "False" {
			why = at[string](c, "message")
		}
		return "", not(why)
	case source.part("status", "artifact") == nil:
		return "", not("does not have an artifact")
	}
	revision := source.text("status", "artifact", "revision")
	if tag, digest, ok := strings.Cut(revision, "@sha256:"); ok {
		// A tag has an underscore where a version has a plus, and the digest comes in the place of what follows it.
		version, _, _ := strings.Cut(strings.TrimPrefix(tag, "v"), "_")
		return version + "+" + digest[:12], nil
	}
	return revision, nil
}

func missingDependency(s *Simulation, o object) *trouble {
	for _, d := range o.list("spec", "dependsOn") {
		d := object{&unstructured.Unstructured{Object: d.(map[string]any)}}
		namespace, name := d.text("namespace"), d.text("name")
		if namespace == "" {
			namespace = o.GetNamespace()
		}
		on, found := s.find("HelmRelease", namespace, name)
		switch {
		case !found:
			return lack("DependencyNotReady", fmt.Sprintf("unable to get '%s/%s' dependency: %s", namespace, name, notFound("helmreleases.helm.toolkit.fluxcd.io", name)))
		case !observed(on):
			return lack("DependencyNotReady", fmt.Sprintf("dependency '%s/%s' is not ready", namespace, name))
		}
	}
	return nil
}

// missingValues finds the first reference to a value that leads nowhere.
// Source: https://github.com/fluxcd/pkg/blob/main/chartutil/values.go
func missingValues(s *Simulation, o object) *trouble {
	for _, v := range o.list("spec", "valuesFrom") {
		v := object{&unstructured.Unstructured{Object: v.(map[string]any)}}
		kind, name, entry := v.text("kind"), v.text("name"), v.text("valuesKey")
		if entry == "" {
			entry = "values.yaml"
		}
		if v.flag("optional") {
			continue
		}
		why := ""
		if from, found := s.find(kind, o.GetNamespace(), name); !found {
			why = notFound(strings.ToLower(kind)+"s", name)
		} else if _, there := from.part("data")[entry]; !there {
			why = "key not found"
		}
		if why != "" {
			return lack("ValuesError", fmt.Sprintf("could not resolve %s chart values reference '%s/%s' with key '%s': %s", kind, o.GetNamespace(), name, entry, why))
		}
	}
	return nil
}

// release installs or upgrades: it brings what the chart has of definitions, and writes the history.
func release(ctx context.Context, s *Simulation, o object) error {
	source, _, _, _, _ := sourceOf(s, o)
	revision, t := revisionOf(s, o)
	if t != nil {
		return fmt.Errorf("its source went: %s", t.message)
	}
	name := source.text("spec", "chart")
	if name == "" {
		name = source.text("spec", "url")
	}
	name = path.Base(name)
	values := object{&unstructured.Unstructured{Object: o.part("spec", "values")}}
	if c, known := charts[name]; known && c.brings(values) {
		if err := crds.Install(ctx, s.client, c.bundle, "helm", crds.All); err != nil {
			return err
		}
	}
	did := action(o)
	installed := record(o, name, revision, values)
	o.set(o.GetGeneration(), "lastAttemptedGeneration")
	o.put(map[string]any{
		"lastAttemptedRevision": revision, "lastAttemptedReleaseAction": did, "storageNamespace": o.GetNamespace(),
		"lastAttemptedConfigDigest": at[string](installed, "configDigest"),
	})
	reason := map[string]string{"install": "InstallSucceeded", "upgrade": "UpgradeSucceeded"}[did]
	message := fmt.Sprintf("Helm %s succeeded for release %s/%s.v%d with chart %s@%s",
		did, at[string](installed, "namespace"), at[string](installed, "name"), at[int64](installed, "version"), name, revision)
	o.say("Released", "True", reason, message)
	done(o, reason, message)
	return nil
}
