package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// refused says what a type is that has no stand-in, if it is one.
func refused(typ tokens.Type) string {
	module, kind, _ := strings.Cut(strings.TrimPrefix(string(typ), "kubernetes:"), ":")
	switch {
	case strings.HasPrefix(module, "helm.sh/"), strings.HasPrefix(module, "yaml"), strings.HasPrefix(module, "kustomize"):
		return "charts and YAML files"
	case strings.HasSuffix(kind, "Patch"):
		return "patches of objects that others made"
	case strings.HasSuffix(kind, "List"):
		return "lists of objects"
	}
	return ""
}

// Check holds an object against what every object has. The API server judges the rest.
func (p *provider) Check(ctx context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	if p.settings.skipUnreachable && p.cluster == nil && req.Olds != nil {
		p.engine.Warn(ctx, req.URN, "left as it was, since its cluster cannot be reached: "+p.settings.unreachable)
		return plugin.CheckResponse{Properties: req.Olds}, nil
	}
	var failures []plugin.CheckFailure
	fail := func(key resource.PropertyKey, format string, args ...any) {
		failures = append(failures, plugin.CheckFailure{Property: key, Reason: fmt.Sprintf(format, args...)})
	}
	if what := refused(req.Type); what != "" {
		fail("", "%s: the rehearsal's stand-in for the kubernetes plug-in has no %s", req.Type, what)
	}
	for _, key := range []resource.PropertyKey{"apiVersion", "kind"} {
		if plug.Text(req.News, key) == "" {
			fail(key, "got none, want that of the object")
		}
	}
	if name, ok := metadata(req.News, "name"); ok && name == "" {
		fail("metadata.name", "got none, want a name: the stand-in makes up none")
	}
	if waits, ok := annotations(req.News); ok {
		if _, err := parseWaits(waits[annotationWait]); err != nil {
			fail("metadata.annotations", "%v", err)
		}
		if _, err := patience(waits, 0); err != nil {
			fail("metadata.annotations", "%v", err)
		}
	}
	inputs := resource.PropertyMap{}
	for key, v := range req.News {
		if !v.IsNull() && !strings.HasPrefix(string(key), "__") {
			inputs[key] = v
		}
	}
	return plugin.CheckResponse{Properties: inputs, Failures: failures}, nil
}

// annotations are those of an object's properties; ok is false while they are not known.
func annotations(in resource.PropertyMap) (map[string]string, bool) {
	m := plug.Plain(in["metadata"])
	if !m.IsObject() {
		return nil, false
	}
	a := plug.Plain(m.ObjectValue()["annotations"])
	if a.ContainsUnknowns() {
		return nil, false
	}
	out := map[string]string{}
	if a.IsObject() {
		for key := range a.ObjectValue() {
			out[string(key)] = plug.Text(a.ObjectValue(), key)
		}
	}
	return out, true
}
