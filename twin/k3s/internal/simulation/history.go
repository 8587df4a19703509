package simulation

import "encoding/json"

// record puts a new entry at the head of a release's history.
func record(o object, chart, version string, values object) map[string]any {
	text, err := json.Marshal(values.Object)
	if err != nil {
		text = nil // what came as JSON goes as JSON
	}
	history := o.list("status", "history")
	entry := map[string]any{
		"digest": digestOf(version + string(text)), "name": releaseName(o), "namespace": targetNamespace(o), "version": int64(1),
		"status": "deployed", "chartName": chart, "chartVersion": version, "configDigest": digestOf(string(text)),
		"firstDeployed": now(), "lastDeployed": now(),
	}
	if len(history) > 0 {
		last := history[0].(map[string]any)
		entry["version"], entry["firstDeployed"] = at[int64](last, "version")+1, last["firstDeployed"]
		last["status"] = "superseded"
	}
	history = append([]any{entry}, history...)
	limit := int64(5) // helm-controller's default
	if n := o.number("spec", "maxHistory"); n > 0 {
		limit = n
	}
	o.set(history[:min(int64(len(history)), limit)], "history")
	return entry
}

func targetNamespace(o object) string {
	if n := o.text("spec", "targetNamespace"); n != "" {
		return n
	}
	return o.GetNamespace()
}

func releaseName(o object) string {
	if n := o.text("spec", "releaseName"); n != "" {
		return n
	}
	if n := o.text("spec", "targetNamespace"); n != "" {
		return n + "-" + o.GetName()
	}
	return o.GetName()
}
