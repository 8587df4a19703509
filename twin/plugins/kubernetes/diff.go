package main

import (
	"context"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/lvs-cloud/lvs-cloud/twin/plugins/internal/plug"
)

// fixed are the fields that an object keeps for life, by kind; name and namespace are for every kind.
// Source: the API server refuses to change them ("field is immutable"), or the official plug-in does not try.
var fixed = map[string][]string{
	"Secret":                {"type"},
	"Service":               {"spec.clusterIP"},
	"StorageClass":          {"parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"},
	"PriorityClass":         {"value", "preemptionPolicy"},
	"PersistentVolumeClaim": {"spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeMode", "spec.volumeName"},
	"RoleBinding":           {"roleRef"},
	"ClusterRoleBinding":    {"roleRef"},
	"Deployment":            {"spec.selector"},
	"DaemonSet":             {"spec.selector"},
	"StatefulSet":           {"spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"},
	"Job":                   {"spec.selector", "spec.template", "spec.completions"},
}

// contents are the fields of a ConfigMap or a Secret that the official plug-in replaces it for, unless the provider is told
// that they can be changed, or the object itself says that they cannot.
// Source: https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/ (enableConfigMapMutable, enableSecretMutable)
var contents = map[string][]string{"ConfigMap": {"data", "binaryData"}, "Secret": {"data", "stringData"}}

// kept are the fields that an object keeps for life.
func (p *provider) kept(in resource.PropertyMap) []string {
	kind := plug.Text(in, "kind")
	list := slices.Concat([]string{"apiVersion", "kind", "metadata.name", "metadata.namespace"}, fixed[kind])
	immutable := plug.Plain(in["immutable"])
	if !p.settings.mutable[kind] || immutable.IsBool() && immutable.BoolValue() {
		list = append(list, contents[kind]...)
	}
	return list
}

// Diff compares an object with what the program wants now. A changed field that the object keeps for life replaces it,
// after the old one is gone, since both have the same name.
func (p *provider) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResult, error) {
	diff := req.OldInputs.Diff(req.NewInputs)
	if !diff.AnyChanges() {
		return plugin.DiffResult{Changes: plugin.DiffNone}, nil
	}
	detailed := plugin.NewDetailedDiffFromObjectDiff(diff, true)
	keep := p.kept(req.NewInputs)
	result := plugin.DiffResult{Changes: plugin.DiffSome, ChangedKeys: diff.ChangedKeys(), DetailedDiff: detailed}
	for path, d := range detailed {
		if !slices.ContainsFunc(keep, func(field string) bool { return within(path, field) }) {
			continue
		}
		switch d.Kind {
		case plugin.DiffAdd:
			d.Kind = plugin.DiffAddReplace
		case plugin.DiffDelete:
			d.Kind = plugin.DiffDeleteReplace
		default:
			d.Kind = plugin.DiffUpdateReplace
		}
		detailed[path] = d
		result.ReplaceKeys = append(result.ReplaceKeys, resource.PropertyKey(path))
	}
	slices.Sort(result.ReplaceKeys)
	before, _ := metadata(req.OldInputs, "name")
	after, known := metadata(req.NewInputs, "name")
	result.DeleteBeforeReplace = len(result.ReplaceKeys) > 0 && (!known || before == after)
	return result, nil
}

// within tells whether a path of a diff is a field or lies below it.
func within(path, field string) bool {
	return path == field || strings.HasPrefix(path, field+".") || strings.HasPrefix(path, field+"[")
}
