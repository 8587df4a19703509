package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
)

const (
	// revision is where a Deployment and its ReplicaSets say which template they are of.
	revision = "deployment.kubernetes.io/revision"
	// templateHash tells the pods of one ReplicaSet from those of another.
	templateHash = "pod-template-hash"
)

// replicaSetName is that of the ReplicaSet for a Deployment's present template.
func replicaSetName(o object) string { return o.GetName() + "-" + hashOf(o) }

func hashOf(o object) string {
	text, err := json.Marshal(o.part("spec", "template"))
	if err != nil {
		return "" // what came as JSON goes as JSON
	}
	h := fnv.New32a()
	h.Write(text) //nolint:errcheck // it never fails
	return fmt.Sprintf("%08x", h.Sum32())
}

// replicaSets returns those that a Deployment owns.
func replicaSets(ctx context.Context, s *Simulation, o object) ([]object, error) {
	selector := labels.SelectorFromSet(texts(o.part("spec", "selector", "matchLabels")))
	found, err := s.client.Resource(apps("replicasets")).Namespace(o.GetNamespace()).List(ctx, metav1.ListOptions{LabelSelector: selector.String()})
	if err != nil {
		return nil, err
	}
	var list []object
	for i := range found.Items {
		if r := (object{&found.Items[i]}); metav1.IsControlledBy(r, o) {
			list = append(list, r)
		}
	}
	return list, nil
}

func texts(m map[string]any) map[string]string {
	out := map[string]string{}
	for key, v := range m {
		out[key] = fmt.Sprint(v)
	}
	return out
}

// ensureReplicaSet makes the ReplicaSet for the present template of a Deployment, with the next revision if there is none.
func ensureReplicaSet(ctx context.Context, s *Simulation, o object) error {
	list, err := replicaSets(ctx, s, o)
	if err != nil {
		return err
	}
	newest, number := 0, 0
	for _, r := range list {
		n, err := strconv.Atoi(r.GetAnnotations()[revision])
		if err != nil {
			continue // not one of ours
		}
		newest = max(newest, n)
		if r.GetName() == replicaSetName(o) {
			number = n
		}
	}
	if number == 0 || number < newest { // a template that was left comes back as the newest
		number = newest + 1
	}
	said := strconv.Itoa(number)
	if err := s.own(ctx, o, map[string]any{revision: said}); err != nil {
		return err
	}
	if o.GetAnnotations()[revision] == said {
		return nil
	}
	// It is written with the status, as the real controller does: an annotation that is written otherwise makes another generation.
	annotations := o.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[revision] = said
	o.SetAnnotations(annotations)
	changed, err := s.client.Resource(apps("deployments")).Namespace(o.GetNamespace()).
		UpdateStatus(ctx, o.Unstructured, metav1.UpdateOptions{FieldManager: "kube-controller-manager"})
	if err != nil {
		return err
	}
	o.SetResourceVersion(changed.GetResourceVersion())
	return nil
}

// with returns a map that has more in it.
func with(m, more map[string]any) map[string]any {
	out := map[string]any{}
	maps.Copy(out, m)
	maps.Copy(out, more)
	return out
}

// own applies the ReplicaSet for the present template of a Deployment.
func (s *Simulation) own(ctx context.Context, o object, annotations map[string]any) error {
	hash := map[string]any{templateHash: hashOf(o)}
	template := o.copy().part("spec", "template")
	marked := with(at[map[string]any](template, "metadata", "labels"), hash)
	if err := unstructured.SetNestedMap(template, marked, "metadata", "labels"); err != nil {
		return err
	}
	match := with(o.part("spec", "selector", "matchLabels"), hash)
	set := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "ReplicaSet",
		"metadata": map[string]any{
			"name": replicaSetName(o), "namespace": o.GetNamespace(), "labels": marked, "annotations": annotations,
			"ownerReferences": []any{map[string]any{
				"apiVersion": "apps/v1", "kind": "Deployment", "name": o.GetName(), "uid": string(o.GetUID()), "controller": true, "blockOwnerDeletion": true,
			}},
		},
		"spec": map[string]any{"replicas": o.number("spec", "replicas"), "selector": map[string]any{"matchLabels": match}, "template": template},
	}}
	_, err := s.client.Resource(apps("replicasets")).Namespace(o.GetNamespace()).
		Apply(ctx, set.GetName(), set, metav1.ApplyOptions{FieldManager: "kube-controller-manager", Force: true})
	return err
}

// runReplicaSets has the pods of the present template run, and takes the ReplicaSets of others away: that a Deployment keeps
// some of them for a way back is of no use where nothing runs.
func runReplicaSets(ctx context.Context, s *Simulation, o object) error {
	list, err := replicaSets(ctx, s, o)
	if err != nil {
		return err
	}
	client := s.client.Resource(apps("replicasets")).Namespace(o.GetNamespace())
	for _, r := range list {
		if r.GetName() != replicaSetName(o) {
			if err := ignoreAbsent(client.Delete(ctx, r.GetName(), metav1.DeleteOptions{})); err != nil {
				return err
			}
			continue
		}
		n := o.number("spec", "replicas")
		r.put(map[string]any{
			"replicas": n, "fullyLabeledReplicas": n, "readyReplicas": n, "availableReplicas": n, "observedGeneration": r.GetGeneration(),
		})
		if _, err := client.UpdateStatus(ctx, r.Unstructured, metav1.UpdateOptions{FieldManager: "kube-controller-manager"}); err != nil {
			return err
		}
	}
	return nil
}
