package stacks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/lvs-cloud/lvs-cloud/internal/change"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

// order answers what comes before what in a recorded graph.
type order struct {
	resources map[string]graph.Resource // by `type name`
	before    map[string]map[string]bool
}

func id(r graph.Resource) string { return r.Type + " " + r.Name }

func newOrder(g *graph.Graph) *order {
	o := &order{map[string]graph.Resource{}, map[string]map[string]bool{}}
	for _, r := range g.Resources {
		o.resources[id(r)] = r
	}
	return o
}

// after returns everything that comes before a resource.
func (o *order) after(of string) map[string]bool {
	if known, ok := o.before[of]; ok {
		return known
	}
	all := map[string]bool{}
	o.before[of] = all // a cycle ends here, and is found by its own rule
	for _, d := range o.resources[of].Dependencies {
		all[d] = true
		maps.Copy(all, o.after(d))
	}
	return all
}

// object is a resource of the cluster, with what of it is known.
type object struct {
	graph.Resource
	kind, namespace, name string
}

func (o *order) objects() (out []object) {
	for _, key := range slices.Sorted(maps.Keys(o.resources)) {
		r := o.resources[key]
		if !strings.HasPrefix(r.Type, "kubernetes:") {
			continue
		}
		meta := change.Plain(r.Inputs["metadata"])
		x := object{Resource: r, kind: r.Type[strings.LastIndex(r.Type, ":")+1:]}
		if meta.IsObject() {
			x.namespace, x.name = text(meta.ObjectValue()["namespace"]), text(meta.ObjectValue()["name"])
		}
		out = append(out, x)
	}
	return out
}

func text(v resource.PropertyValue) string {
	if v = change.Plain(v); v.IsString() {
		return v.StringValue()
	}
	return ""
}

// bringers say after what a kind is known to the API server: by group, the resource whose end brings it.
var bringers = map[string]string{
	"fluxcd.controlplane.io":         "command:remote:Command flux-definitions",
	"source.toolkit.fluxcd.io":       "kubernetes:fluxcd.controlplane.io/v1:FluxInstance flux-instance",
	"helm.toolkit.fluxcd.io":         "kubernetes:fluxcd.controlplane.io/v1:FluxInstance flux-instance",
	"image.toolkit.fluxcd.io":        "kubernetes:fluxcd.controlplane.io/v1:FluxInstance flux-instance",
	"notification.toolkit.fluxcd.io": "kubernetes:fluxcd.controlplane.io/v1:FluxInstance flux-instance",
	"traefik.io":                     "command:remote:Command traefik-definitions",
	"cert-manager.io":                "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease certificates-manager",
	"postgresql.cnpg.io":             "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease postgres-operator",
	"monitoring.coreos.com":          "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease monitoring",
}

// runsPods are the kinds that end in pods, which need their namespace's policies and a class that ranks them.
var runsPods = []string{"HelmRelease", "HelmChart", "FluxInstance", "Cluster", "Deployment"}

// claims are the releases and objects that claim a volume.
var claims = []string{
	"kubernetes:core/v1:PersistentVolumeClaim registry-images", "kubernetes:postgresql.cnpg.io/v1:Cluster postgres",
	"kubernetes:core/v1:PersistentVolumeClaim monitoring-data", "kubernetes:core/v1:PersistentVolumeClaim grafana-data",
	"kubernetes:core/v1:PersistentVolumeClaim logs",
}

// broken returns every rule that a graph breaks: `rule: what`.
func broken(g *graph.Graph) (out []string) {
	o := newOrder(g)
	say := func(rule, format string, args ...any) { out = append(out, rule+": "+fmt.Sprintf(format, args...)) }
	objects := o.objects()
	namespaces, secrets, policies := map[string]string{}, map[string]string{}, map[string][]string{}
	var classes []string
	for _, x := range objects {
		switch x.kind {
		case "Namespace":
			namespaces[x.name] = id(x.Resource)
		case "Secret":
			secrets[x.namespace+"/"+x.name] = id(x.Resource)
		case "PriorityClass":
			classes = append(classes, id(x.Resource))
		}
	}
	for _, x := range objects {
		if x.kind == "NetworkPolicy" {
			// Its namespace is an output of the namespace, and so not known here; its parent says which it is.
			_, component, _ := strings.Cut(x.Parent, " ")
			policies[component] = append(policies[component], id(x.Resource))
		}
	}
	for _, x := range objects {
		me := id(x.Resource)
		before := o.after(me)
		if before[me] {
			say("no cycle", "%s comes before itself", me)
		}
		space, known := namespaces[x.namespace]
		if known && !before[space] {
			say("namespaces first", "%s is not made after %s", me, space)
		}
		if group, _, _ := strings.Cut(strings.TrimPrefix(x.Type, "kubernetes:"), "/"); bringers[group] != "" && !before[bringers[group]] {
			say("kinds first", "%s is not made after %s", me, bringers[group])
		}
		for _, name := range references(resource.NewProperty(x.Inputs)) {
			if secret := secrets[x.namespace+"/"+name]; secret != "" && secret != me && !before[secret] {
				say("secrets first", "%s is not made after %s", me, secret)
			}
		}
		if slices.Contains(runsPods, x.kind) {
			for _, policy := range policies[podsOf(x)] {
				if !before[policy] {
					say("policies first", "%s is not made after %s", me, policy)
				}
			}
			for _, class := range classes {
				if !before[class] {
					say("ranks first", "%s is not made after %s", me, class)
				}
			}
		}
		for _, gate := range gatesOf(x) {
			if !before[gate] {
				say("gates first", "%s is not made after %s", me, gate)
			}
		}
		if slices.Contains(claims, me) && !before["kubernetes:storage.k8s.io/v1:StorageClass storage-class"] {
			say("storage first", "%s is not made after the storage class", me)
		}
	}
	return out
}

// gatesOf are the middlewares that an Ingress names: until they are there, Traefik does not answer it.
func gatesOf(x object) (out []string) {
	if x.kind != "Ingress" {
		return nil
	}
	notes := change.Plain(change.Plain(x.Inputs["metadata"]).ObjectValue()["annotations"])
	if !notes.IsObject() {
		return nil
	}
	if named := text(notes.ObjectValue()["traefik.ingress.kubernetes.io/router.middlewares"]); named != "" {
		out = append(out, "kubernetes:traefik.io/v1alpha1:Middleware gate-"+x.namespace)
	}
	return out
}

// podsOf is the namespace in which the pods of an object run.
func podsOf(x object) string {
	if spec := change.Plain(x.Inputs["spec"]); spec.IsObject() {
		if target := text(spec.ObjectValue()["targetNamespace"]); target != "" {
			return target
		}
	}
	return x.namespace
}

// references are the names of the secrets that a value points at.
func references(v resource.PropertyValue) (out []string) {
	v = change.Plain(v)
	switch {
	case v.IsArray():
		for _, e := range v.ArrayValue() {
			out = append(out, references(e)...)
		}
	case v.IsObject():
		object := v.ObjectValue()
		if text(object["kind"]) == "Secret" && object.HasValue("valuesKey") {
			out = append(out, text(object["name"]))
		}
		for key, e := range object {
			lower := strings.ToLower(string(key))
			if e = change.Plain(e); strings.Contains(lower, "secret") && e.IsObject() {
				out = append(out, text(e.ObjectValue()["name"]))
			} else if strings.Contains(lower, "secret") && e.IsString() {
				out = append(out, e.StringValue())
			}
			out = append(out, references(e)...)
		}
	}
	return out
}
