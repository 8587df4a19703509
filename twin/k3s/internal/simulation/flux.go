package simulation

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/lvs-cloud/lvs-cloud/twin/k3s/crds"
)

const (
	progressing = "Progressing"
	succeeded   = "Succeeded"
)

// fluxActors stand in for flux-operator and for Flux' controllers. Nothing acts on what needs a git repository.
// Source: https://github.com/controlplaneio-fluxcd/flux-operator, https://github.com/fluxcd/source-controller,
// https://github.com/fluxcd/notification-controller
var fluxActors = slices.Concat([]*actor{{
	kind: "FluxInstance", manager: "flux-operator",
	resource: schema.GroupVersionResource{Group: "fluxcd.controlplane.io", Version: "v1", Resource: "fluxinstances"},
	ready: func(s *Simulation, o object) bool {
		return o.readyNow() && s.has(crds.Flux, componentsOf(o))
	},
	progress: func(o object) { underWay(o, "Reconciliation in progress") },
	fail:     failing, failure: because("ReconciliationFailed"),
	finish: func(ctx context.Context, s *Simulation, o object) error {
		if err := crds.Install(ctx, s.client, crds.Flux, "flux-operator", componentsOf(o)); err != nil {
			return err
		}
		// The real one is told by the registry which version a range such as 2.9.x is.
		version := "v" + strings.ReplaceAll(o.text("spec", "distribution", "version"), "x", "0")
		revision := version + "@" + digestOf(version)
		o.put(map[string]any{"lastAttemptedRevision": revision, "lastAppliedRevision": revision})
		done(o, "ReconciliationSucceeded", "Reconciliation finished in 1s")
		return nil
	},
}, {
	kind: "HelmRepository", manager: "source-controller", resource: sources("helmrepositories"), follows: []string{"Secret"},
	ready: func(_ *Simulation, o object) bool {
		return o.text("spec", "type") == "oci" || observed(o) // one of OCI is data alone, and has no status
	},
	missing:  missingCredentials,
	progress: func(o object) { underWay(o, "building artifact: new index revision") },
	fail:     failing, failure: because("Failed"),
	finish: func(_ context.Context, _ *Simulation, o object) error {
		revision := digestOf(o.text("spec", "url"))
		store(o, revision, "index-"+revision[7:]+".yaml")
		stored(o, succeeded, fmt.Sprintf("stored artifact: revision '%s'", revision))
		return nil
	},
}, {
	kind: "OCIRepository", manager: "source-controller", resource: sources("ocirepositories"), follows: []string{"Secret"},
	ready:    func(_ *Simulation, o object) bool { return observed(o) },
	missing:  missingCredentials,
	progress: func(o object) { underWay(o, "building artifact: new revision") },
	fail:     failing, failure: because("OCIArtifactPullFailed"),
	finish: func(_ context.Context, _ *Simulation, o object) error {
		tag := "latest"
		for _, field := range []string{"tag", "semver", "digest"} {
			if text := o.text("spec", "ref", field); text != "" {
				tag = text
			}
		}
		digest := digestOf(o.text("spec", "url") + ":" + tag)
		store(o, tag+"@"+digest, digest[7:]+".tar.gz")
		stored(o, succeeded, fmt.Sprintf("stored artifact for digest '%s@%s'", tag, digest))
		return nil
	},
}, {
	// By the kind that kubectl would need as well, since k3s has a HelmChart too.
	kind: "HelmChart.source.toolkit.fluxcd.io", manager: "source-controller", resource: sources("helmcharts"),
	follows: []string{"HelmRepository"},
	ready:   func(_ *Simulation, o object) bool { return observed(o) },
	missing: func(s *Simulation, o object) *trouble {
		kind, name := o.text("spec", "sourceRef", "kind"), o.text("spec", "sourceRef", "name")
		source, found := s.find(kind, o.GetNamespace(), name)
		switch {
		case !found:
			return lack("SourceUnavailable", "failed to get source: "+notFound(strings.ToLower(kind[:len(kind)-1])+"ies.source.toolkit.fluxcd.io", name))
		case source.text("spec", "type") != "oci" && source.part("status", "artifact") == nil:
			return lack("NoSourceArtifact", fmt.Sprintf("no artifact available for %s source '%s'", kind, name))
		}
		return nil
	},
	progress: func(o object) { underWay(o, "building artifact") },
	fail:     failing, failure: because("ChartPullError"),
	finish: func(_ context.Context, _ *Simulation, o object) error {
		name, version := path.Base(o.text("spec", "chart")), o.text("spec", "version")
		store(o, version, name+"-"+version+".tgz")
		o.set(name, "observedChartName")
		stored(o, "ChartPullSucceeded", fmt.Sprintf("pulled '%s' chart with version '%s'", name, version))
		return nil
	},
}, {
	kind: "Receiver", manager: "notification-controller", follows: []string{"Secret"},
	resource: schema.GroupVersionResource{Group: "notification.toolkit.fluxcd.io", Version: "v1", Resource: "receivers"},
	ready: func(s *Simulation, o object) bool {
		path, t := webhookPath(s, o)
		return observed(o) && t == nil && o.text("status", "webhookPath") == path
	},
	missing: func(s *Simulation, o object) *trouble {
		_, t := webhookPath(s, o)
		return t
	},
	fail: failing, failure: because("TokenNotFound"),
	finish: func(_ context.Context, s *Simulation, o object) error {
		path, _ := webhookPath(s, o)
		o.set(path, "webhookPath")
		done(o, succeeded, "Receiver initialized for path: "+path)
		return nil
	},
}}, releaseActors)

func sources(resource string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "source.toolkit.fluxcd.io", Version: "v1", Resource: resource}
}

// componentsOf wants the definitions that the components of an instance bring along.
func componentsOf(o object) func(string) bool {
	components := o.list("spec", "components")
	if len(components) == 0 {
		components = []any{"source-controller", "kustomize-controller", "helm-controller", "notification-controller"}
	}
	return func(definition string) bool {
		name, group, _ := strings.Cut(definition, ".")
		owner := strings.TrimSuffix(group, ".toolkit.fluxcd.io") + "-controller"
		switch name {
		case "imagerepositories", "imagepolicies":
			owner = "image-reflector-controller"
		case "imageupdateautomations":
			owner = "image-automation-controller"
		}
		return slices.Contains(components, any(owner))
	}
}

// observed tells whether an object of Flux is ready as it is now.
func observed(o object) bool {
	return o.isTrue("Ready") && o.number("status", "observedGeneration") == o.GetGeneration()
}

// underWay says that a controller of Flux works on an object.
func underWay(o object, message string) {
	o.say("Reconciling", "True", progressing, message)
	o.say("Ready", "Unknown", progressing, message)
}

// failing says what keeps an object of Flux from being ready, and that it is tried again.
func failing(o object, t trouble) {
	o.say("Reconciling", "True", "ProgressingWithRetry", t.message)
	o.say("Ready", t.status, t.reason, t.message)
}

// done says that an object of Flux is ready as it is now.
func done(o object, reason, message string) {
	o.unsay("Reconciling", "Stalled")
	o.say("Ready", "True", reason, message)
	if o.GetKind() != "FluxInstance" { // which keeps the generation in its conditions alone
		o.set(o.GetGeneration(), "observedGeneration")
	}
}

// store writes the artifact of a source.
func store(o object, revision, file string) {
	path := strings.ToLower(o.GetKind()) + "/" + o.GetNamespace() + "/" + o.GetName() + "/" + file
	url := "http://source-controller.flux-system.svc.cluster.local./" + path
	o.set(url, "url")
	o.set(map[string]any{
		"path": path, "url": url, "revision": revision, "digest": digestOf(path), "lastUpdateTime": now(), "size": int64(1),
	}, "artifact")
}

// stored says that a source is ready, and has an artifact.
func stored(o object, reason, message string) {
	o.say("ArtifactInStorage", "True", reason, message)
	done(o, reason, message)
}

func missingCredentials(s *Simulation, o object) *trouble {
	name := o.text("spec", "secretRef", "name")
	if _, found := s.find("Secret", o.GetNamespace(), name); name == "" || found {
		return nil
	}
	return lack("AuthenticationFailed", fmt.Sprintf("failed to get secret '%s/%s': %s", o.GetNamespace(), name, notFound("secrets", name)))
}

// webhookPath is where a receiver listens.
func webhookPath(s *Simulation, o object) (string, *trouble) {
	name := o.text("spec", "secretRef", "name")
	in := o.GetNamespace() + "/" + name
	secret, found := s.find("Secret", o.GetNamespace(), name)
	if !found && name != "" {
		return "", lack("TokenNotFound", fmt.Sprintf("unable to read token from secret '%s' error: %s", in, notFound("secrets", name)))
	}
	token, there := secret.secret("token")
	if !there && name != "" {
		return "", lack("TokenNotFound", fmt.Sprintf("invalid '%s' secret data: required fields 'token'", in))
	}
	return fmt.Sprintf("/hook/%x", sha256.Sum256([]byte(token+o.GetName()+o.GetNamespace()))), nil
}

// digestOf makes a digest that is the same for the same text.
func digestOf(text string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text))) }
