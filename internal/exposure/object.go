package exposure

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

// object is one object of the cluster, as plain maps.
type object struct {
	by, kind, namespace, name string
	annotations, spec, data   map[string]any
}

// objects are those of the cluster, in order. What is secret in one is no text here.
func objects(g *graph.Graph) []object {
	var all []object
	for _, r := range g.Resources {
		if !r.Custom || !strings.HasPrefix(r.Type, "kubernetes:") {
			continue
		}
		plain := r.Inputs.Mappable()
		meta := part(plain, "metadata")
		all = append(all, object{
			by: r.Type + " " + r.Name, kind: r.Type[strings.LastIndex(r.Type, ":")+1:], namespace: text(meta["namespace"]), name: text(meta["name"]),
			annotations: part(meta, "annotations"), spec: part(plain, "spec"), data: part(plain, "data"),
		})
	}
	return all
}

func part(m map[string]any, key string) map[string]any {
	p, _ := m[key].(map[string]any)
	return p
}

func list(m map[string]any, key string) []map[string]any {
	all, _ := m[key].([]any)
	var out []map[string]any
	for _, v := range all {
		if p, is := v.(map[string]any); is {
			out = append(out, p)
		}
	}
	return out
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func split(v any) []string {
	var out []string
	for _, s := range strings.Split(text(v), ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

const annotation = "traefik.ingress.kubernetes.io/router."

// other are kinds that let somebody in and that are not read.
var other = regexp.MustCompile(`^(IngressRoute(TCP|UDP)|Gateway|[A-Z]+Route)$`)

// doors finds those that an object opens.
func (r *reader) doors(o object) {
	switch {
	case o.kind == "Ingress":
		r.ingress(o)
	case o.kind == "IngressRoute":
		r.route(o)
	case o.kind == "HelmRelease":
		r.chart(o, part(o.spec, "values"), "values")
	case o.kind == "HelmChartConfig" || o.kind == "HelmChart":
		var values map[string]any
		if content := text(o.spec["valuesContent"]); content != "" && json.Unmarshal([]byte(content), &values) != nil {
			r.fail(o, "got values that are no JSON, want them as the program renders them")
		}
		if o.name == "traefik" {
			delete(values, "service") // by which all doors are reached
		}
		r.chart(o, values, "valuesContent")
	case o.kind == "Service" && (outward(o.spec["type"]) || o.spec["externalIPs"] != nil):
		r.fail(o, "got a service of the type %q, want none that leads past Traefik", text(o.spec["type"]))
	case other.MatchString(o.kind):
		r.fail(o, "got a kind that is not read here, want an Ingress or an IngressRoute")
	}
}

func outward(v any) bool { return v == "LoadBalancer" || v == "NodePort" }

func (r *reader) ingress(o object) {
	if class := text(o.spec["ingressClassName"]); class != "traefik" {
		r.fail(o, "got the class %q, want traefik", class)
	}
	if o.spec["defaultBackend"] != nil {
		r.fail(o, "got a default backend, which answers for every name, want none")
	}
	for _, rule := range list(o.spec, "rules") {
		for _, p := range list(part(rule, "http"), "paths") {
			service := part(part(p, "backend"), "service")
			port := part(service, "port")
			r.add(o, Door{
				Host: text(rule["host"]), Path: text(p["path"]), Target: text(service["name"]) + ":" + text(port["number"]) + text(port["name"]),
				Middlewares: split(o.annotations[annotation+"middlewares"]),
			}, text(o.annotations[annotation+"entrypoints"]))
		}
	}
}

// rule is a match that is for one name, and at most for a path of it.
var rule = regexp.MustCompile("^Host\\(`([^`]+)`\\)(?: && PathPrefix\\(`([^`]+)`\\))?$")

func (r *reader) route(o object) {
	points, _ := o.spec["entryPoints"].([]any)
	names := make([]string, 0, len(points))
	for _, p := range points {
		names = append(names, text(p))
	}
	for _, route := range list(o.spec, "routes") {
		match := rule.FindStringSubmatch(text(route["match"]))
		if match == nil {
			r.fail(o, "got the match %q, want one for one name", text(route["match"]))
			continue
		}
		d := Door{Host: match[1], Path: match[2]}
		for _, s := range list(route, "services") {
			d.Target = strings.TrimSuffix(text(s["name"])+":"+text(s["port"]), ":")
		}
		for _, m := range list(route, "middlewares") {
			namespace := o.namespace
			if n := text(m["namespace"]); n != "" {
				namespace = n
			}
			d.Middlewares = append(d.Middlewares, namespace+"-"+text(m["name"])+"@kubernetescrd")
		}
		r.add(o, d, strings.Join(names, ","))
	}
}
