package exposure

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// wayIn matches a value of a chart that may open a door.
var wayIn = regexp.MustCompile(`(?i)(ingress|ingresses|ingressroute|route|httproute|gateway)$`)

// chart looks through all values of a chart for what lets somebody in. Charts are agreed on how their Ingress is told, and on
// nothing else.
func (r *reader) chart(o object, values map[string]any, at string) {
	if k := text(values["kind"]); (k == "Ingress" || k == "IngressRoute" || other.MatchString(k)) && values["apiVersion"] != nil {
		r.fail(o, "%s: got a whole %s among the values, want it as an object", at, k)
	}
	if outward(values["type"]) {
		r.fail(o, "%s: got a service of the type %q, want none that leads past Traefik", at, text(values["type"]))
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		r.value(o, values[key], key, at+"."+key)
	}
}

func (r *reader) value(o object, v any, key, at string) {
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			r.value(o, e, key, fmt.Sprintf("%s[%d]", at, i))
		}
	case map[string]any:
		switch {
		case !wayIn.MatchString(key) || !switchedOn(v):
			r.chart(o, v, at)
		case key == "ingress" && v["enabled"] == true:
			r.chartIngress(o, v, at)
		default:
			r.fail(o, "%s: got a way in that is not read here, want an Ingress", at)
		}
	}
}

// switchedOn tells whether something is enabled in there, at whatever depth.
func switchedOn(values map[string]any) bool {
	if values["enabled"] == true {
		return true
	}
	for _, v := range values {
		if inner, is := v.(map[string]any); is && switchedOn(inner) {
			return true
		}
	}
	return false
}

// chartIngress reads an Ingress that a chart is told to make.
func (r *reader) chartIngress(o object, v map[string]any, at string) {
	if class := cmp.Or(text(v["className"]), text(v["ingressClassName"])); class != "traefik" {
		r.fail(o, "%s: got the class %q, want traefik", at, class)
	}
	hosts, _ := v["hosts"].([]any)
	if len(hosts) == 0 {
		r.fail(o, "%s: got no hosts, want the names", at)
	}
	annotations := part(v, "annotations")
	for _, h := range hosts {
		d := Door{Target: "a service of the chart", Middlewares: split(annotations[annotation+"middlewares"])}
		m, is := h.(map[string]any)
		if !is {
			d.Host = text(h)
			m = v
		} else {
			d.Host = text(m["host"])
		}
		paths, _ := m["paths"].([]any)
		if len(paths) == 0 {
			paths = []any{cmp.Or(text(v["path"]), "/")}
		}
		for _, p := range paths {
			if one, is := p.(map[string]any); is {
				p = one["path"]
			}
			d.Path = text(p)
			r.add(o, d, text(annotations[annotation+"entrypoints"]))
		}
	}
}
