package simulation

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const healthy = "Cluster in healthy state"

// databaseActors stand in for CloudNativePG's operator and for what it runs in its instances.
// Source: https://github.com/cloudnative-pg/cloudnative-pg/tree/v1.30.1/internal
var databaseActors = []*actor{{
	kind: "Cluster", manager: "cloudnative-pg", resource: cnpg("clusters"), follows: []string{"StorageClass", "Secret"},
	ready: func(_ *Simulation, o object) bool {
		return o.isTrue("Ready") && o.text("status", "phase") == healthy &&
			o.number("status", "readyInstances") == o.number("spec", "instances") && o.text("status", "image") == o.text("spec", "imageName")
	},
	missing: func(s *Simulation, o object) *trouble {
		if name := o.text("spec", "storage", "storageClass"); name != "" {
			if _, found := s.find("StorageClass", "", name); !found {
				return lack("ClusterIsNotReady", "Cluster Is Not Ready") // the claim of its volume is pending
			}
		}
		return nil
	},
	progress: func(o object) { unhealthy(o, *lack("ClusterIsNotReady", "Cluster Is Not Ready")) },
	fail:     unhealthy, failure: because("ClusterIsNotReady"),
	finish: func(ctx context.Context, s *Simulation, o object) error {
		if err := connect(ctx, s, o); err != nil {
			return err
		}
		instances := o.number("spec", "instances")
		primary := o.GetName() + "-1"
		var all []any
		for n := range instances {
			all = append(all, fmt.Sprintf("%s-%d", o.GetName(), n+1))
		}
		o.put(map[string]any{
			"phase": healthy, "phaseReason": "", "instances": instances, "readyInstances": instances, "instanceNames": all,
			"instancesStatus": map[string]any{"healthy": all}, "latestGeneratedNode": instances, "timelineID": int64(1),
			"currentPrimary": primary, "targetPrimary": primary, "pvcCount": instances, "healthyPVC": all,
			"writeService": o.GetName() + "-rw", "readService": o.GetName() + "-r", "image": o.text("spec", "imageName"),
		})
		o.say("Ready", "True", "ClusterIsReady", "Cluster is Ready")
		return nil
	},
}, {
	kind: "Database", manager: "cloudnative-pg", resource: cnpg("databases"), follows: []string{"Cluster", "DatabaseRole"},
	ready: func(_ *Simulation, o object) bool { return applied(o) },
	missing: func(s *Simulation, o object) *trouble {
		if t := missingCluster(s, o); t != nil {
			return t
		}
		if name := o.text("spec", "owner"); !hasRole(s, o, name) {
			return lack("", fmt.Sprintf("while creating database %q: ERROR: role %q does not exist (SQLSTATE 42704)", o.text("spec", "name"), name))
		}
		return nil
	},
	fail: refused, failure: because(""),
	finish: func(_ context.Context, _ *Simulation, o object) error {
		o.put(map[string]any{"applied": true, "message": "", "observedGeneration": o.GetGeneration()})
		return nil
	},
}, {
	kind: "DatabaseRole", manager: "cloudnative-pg", resource: cnpg("databaseroles"), follows: []string{"Cluster", "Secret"},
	ready: func(s *Simulation, o object) bool {
		secret, found := s.find("Secret", o.GetNamespace(), o.text("spec", "passwordSecret", "name"))
		return applied(o) && (!found || o.text("status", "secretResourceVersion") == secret.GetResourceVersion())
	},
	missing: func(s *Simulation, o object) *trouble {
		if t := missingCluster(s, o); t != nil {
			return t
		}
		name := o.text("spec", "passwordSecret", "name")
		secret, found := s.find("Secret", o.GetNamespace(), name)
		if name == "" {
			return nil
		}
		if !found {
			return lack("", notFound("secrets", name))
		}
		if user, there := secret.secret("username"); !there || user != o.text("spec", "name") {
			return lack("", fmt.Sprintf("while getting the role password: the username in secret %q does not match role %q", name, o.text("spec", "name")))
		}
		return nil
	},
	fail: refused, failure: because(""),
	finish: func(_ context.Context, s *Simulation, o object) error {
		o.put(map[string]any{"applied": true, "message": "", "observedGeneration": o.GetGeneration()})
		if secret, found := s.find("Secret", o.GetNamespace(), o.text("spec", "passwordSecret", "name")); found {
			o.set(secret.GetResourceVersion(), "secretResourceVersion")
		}
		return nil
	},
}}

func cnpg(resource string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "postgresql.cnpg.io", Version: "v1", Resource: resource}
}

func unhealthy(o object, t trouble) {
	if o.text("status", "phase") == "" {
		o.put(map[string]any{"phase": "Setting up primary", "phaseReason": "Creating primary instance " + o.GetName() + "-1"})
	}
	if t.reason != "ClusterIsNotReady" || t.status != "False" {
		o.set(t.message, "phaseReason")
	}
	o.set(int64(0), "readyInstances")
	o.say("Ready", t.status, t.reason, t.message)
}

func applied(o object) bool {
	return o.flag("status", "applied") && o.number("status", "observedGeneration") == o.GetGeneration()
}

func refused(o object, t trouble) { o.put(map[string]any{"applied": false, "message": t.message}) }

// missingCluster waits for the cluster of a database or a role. It says nothing of it: what would say so runs in the
// cluster's primary.
func missingCluster(s *Simulation, o object) *trouble {
	if cluster, found := s.find("Cluster", o.GetNamespace(), o.text("spec", "cluster", "name")); !found || !cluster.isTrue("Ready") {
		return &trouble{said: false}
	}
	return nil
}

// hasRole tells whether a role is there in the cluster of a database.
func hasRole(s *Simulation, database object, name string) bool {
	cluster, found := s.find("Cluster", database.GetNamespace(), database.text("spec", "cluster", "name"))
	if !found || name == "postgres" || name == owner(cluster) {
		return found
	}
	for _, r := range cluster.list("spec", "managed", "roles") {
		if at[string](r.(map[string]any), "name") == name {
			return true
		}
	}
	for _, r := range s.all("DatabaseRole") {
		if r.GetNamespace() == database.GetNamespace() && r.text("spec", "cluster", "name") == cluster.GetName() &&
			r.text("spec", "name") == name && applied(r) {
			return true
		}
	}
	return false
}

// owner is who owns the database that a cluster begins with.
func owner(cluster object) string {
	if name := cluster.text("spec", "bootstrap", "initdb", "owner"); name != "" {
		return name
	}
	if name := cluster.text("spec", "bootstrap", "initdb", "database"); name != "" {
		return name
	}
	return "app"
}

// connect makes what clients of a cluster need: its services, and the secret of the owner of its first database.
func connect(ctx context.Context, s *Simulation, o object) error {
	owned := []any{map[string]any{
		"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "name": o.GetName(), "uid": string(o.GetUID()), "controller": true,
	}}
	meta := func(name string) map[string]any {
		return map[string]any{
			"name": name, "namespace": o.GetNamespace(), "ownerReferences": owned,
			"labels": map[string]any{"cnpg.io/cluster": o.GetName()},
		}
	}
	made := map[schema.GroupVersionResource][]map[string]any{}
	for ending, selector := range map[string]string{"-rw": "cnpg.io/instanceRole", "-ro": "cnpg.io/instanceRole", "-r": "cnpg.io/podRole"} {
		value := map[string]string{"-rw": "primary", "-ro": "replica", "-r": "instance"}[ending]
		made[services] = append(made[services], map[string]any{
			"apiVersion": "v1", "kind": "Service", "metadata": meta(o.GetName() + ending),
			"spec": map[string]any{
				"type": "ClusterIP", "selector": map[string]any{"cnpg.io/cluster": o.GetName(), selector: value},
				"ports": []any{map[string]any{"name": "postgres", "port": int64(5432), "targetPort": int64(5432), "protocol": "TCP"}},
			},
		})
	}
	if o.text("spec", "bootstrap", "initdb", "secret", "name") == "" && o.part("spec", "bootstrap", "recovery") == nil {
		made[secrets] = append(made[secrets], map[string]any{
			"apiVersion": "v1", "kind": "Secret", "metadata": meta(o.GetName() + "-app"), "type": "kubernetes.io/basic-auth",
			"data": map[string]any{
				"username": base64.StdEncoding.EncodeToString([]byte(owner(o))), "password": base64.StdEncoding.EncodeToString([]byte(rand.Text())),
			},
		})
	}
	for resource, list := range made {
		for _, m := range list {
			_, err := s.client.Resource(resource).Namespace(o.GetNamespace()).
				Create(ctx, &unstructured.Unstructured{Object: m}, metav1.CreateOptions{FieldManager: "cloudnative-pg"})
			if err != nil && !apierrors.IsAlreadyExists(err) {
				return err
			}
		}
	}
	return nil
}
