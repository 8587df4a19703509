package postgres

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	clusterToken   = "kubernetes:postgresql.cnpg.io/v1:Cluster"
	releaseToken   = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"
	sourceToken    = "kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository"
	namespaceToken = "kubernetes:core/v1:Namespace"
	secretToken    = "kubernetes:core/v1:Secret"

	testImage = "ghcr.io/cloudnative-pg/postgresql:18.6-202608170814-minimal-trixie@sha256:eb7979e4bd7fccaec0369b550b9649eec1f014de04621fac6e653244e75cca46"
)

func valid() *Args {
	return &Args{
		OperatorNamespace: "postgres-operator", Namespace: "postgres", OperatorVersion: "0.29.1", ImageName: testImage,
		StorageClass: "standard", PriorityClass: "lvs-database", Size: SizeFor(footprint.Lean),
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "postgres", args)
		return err
	}
}

func TestPostgres(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	cluster := g.Get(t, clusterToken, "postgres")
	want := `{"bootstrap":{"initdb":{"builtinLocale":"C.UTF-8","dataChecksums":true,"database":"unused","encoding":"UTF8","localeProvider":"builtin","owner":"unused"}},` +
		`"enablePDB":false,"enableSuperuserAccess":false,"imageName":"` + testImage + `","instances":1,` +
		`"postgresql":{"parameters":{"autovacuum_max_workers":"2","autovacuum_work_mem":"4MB","checkpoint_timeout":"15min","effective_cache_size":"95MB",` +
		`"hash_mem_multiplier":"1","idle_in_transaction_session_timeout":"10min","jit":"off","log_lock_waits":"on","log_min_duration_statement":"1s",` +
		`"log_parameter_max_length":"0","log_temp_files":"8MB","maintenance_work_mem":"9MB","max_connections":"25","max_parallel_maintenance_workers":"0",` +
		`"max_parallel_workers_per_gather":"0","max_slot_wal_keep_size":"1024MB","max_wal_size":"512MB","max_worker_processes":"8","min_wal_size":"128MB",` +
		`"random_page_cost":"1.1","shared_buffers":"30MB","temp_buffers":"1MB","wal_compression":"lz4","wal_keep_size":"0","work_mem":"1024kB"},` +
		`"pg_hba":["host all postgres,unused all reject","hostssl sameuser all all scram-sha-256","host all all all reject"]},` +
		`"primaryUpdateMethod":"restart","primaryUpdateStrategy":"unsupervised","priorityClassName":"lvs-database",` +
		`"resources":{"limits":{"memory":"190Mi"},"requests":{"cpu":"100m","memory":"190Mi"}},"smartShutdownTimeout":0,"startDelay":600,"stopDelay":120,` +
		`"storage":{"resizeInUseVolumes":true,"size":"8Gi","storageClass":"standard"},"switchoverDelay":120}`
	if got := cluster.JSON(t, "spec"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	want = `{"annotations":{"cnpg.io/skipWalArchiving":"enabled","pulumi.com/waitFor":"condition=Ready"},"name":"shared","namespace":"postgres"}`
	if got := cluster.JSON(t, "metadata"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	want = `{"chartRef":{"kind":"OCIRepository","name":"cloudnative-pg"},"driftDetection":{"mode":"enabled"},` +
		`"install":{"crds":"CreateReplace","strategy":{"name":"RetryOnFailure","retryInterval":"1m0s"}},"interval":"30m0s","maxHistory":3,` +
		`"releaseName":"cloudnative-pg","timeout":"10m0s","upgrade":{"crds":"CreateReplace","strategy":{"name":"RetryOnFailure","retryInterval":"1m0s"}},` +
		`"values":{"config":{"data":{"WATCH_NAMESPACE":"postgres"}},"priorityClassName":"lvs-database",` +
		`"resources":{"limits":{"memory":"160Mi"},"requests":{"cpu":"10m","memory":"60Mi"}}}}`
	if got := g.Get(t, releaseToken, "postgres-operator").JSON(t, "spec"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	source := g.Get(t, sourceToken, "postgres-operator-source")
	for _, want := range []string{`"url":"oci://ghcr.io/cloudnative-pg/charts/cloudnative-pg"`, `"tag":"0.29.1"`} {
		if got := source.JSON(t, "spec"); !strings.Contains(got, want) {
			t.Errorf("got %s, want %s in it", got, want)
		}
	}
}

// before is what comes after what, by type and name.
type before struct{ token, name, earlierToken, earlier string }

func checkOrder(t *testing.T, run pulumi.RunFunc, edges ...before) {
	t.Helper()
	g, err := graph.Run(run, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edges {
		if got := g.Get(t, e.token, e.name).Dependencies; !slices.Contains(got, e.earlierToken+" "+e.earlier) {
			t.Errorf("%s %s: got it after %q, want it after %s %s", e.token, e.name, got, e.earlierToken, e.earlier)
		}
	}
}

func TestOrder(t *testing.T) {
	checkOrder(t, func(ctx *pulumi.Context) error {
		space, err := corev1.NewNamespace(ctx, "postgres", &corev1.NamespaceArgs{})
		if err != nil {
			return err
		}
		args := valid()
		args.After = []pulumi.Resource{space}
		_, err = New(ctx, "postgres", args)
		return err
	},
		before{sourceToken, "postgres-operator-source", namespaceToken, "postgres"},
		before{releaseToken, "postgres-operator", namespaceToken, "postgres"},
		before{clusterToken, "postgres", namespaceToken, "postgres"},
		before{clusterToken, "postgres", releaseToken, "postgres-operator"},
	)
}

// TestRules holds what the rules must do, whatever they are: theirs is the last word, for everybody, and without TLS there is no
// way in. That they do it, a real server shows.
func TestRules(t *testing.T) {
	if got, want := rules[len(rules)-1], "host all all all reject"; got != want {
		t.Errorf("got %q last, want %q: the operator's own next rule lets everybody in", got, want)
	}
	for _, rule := range rules {
		if !strings.HasPrefix(rule, "hostssl ") && !strings.HasSuffix(rule, " reject") {
			t.Errorf("got %q, want nothing allowed without TLS", rule)
		}
	}
}

func TestFootprint(t *testing.T) {
	for _, p := range []footprint.Profile{footprint.Lean, footprint.Standard} {
		s := SizeFor(p)
		want := fmt.Sprintf("{postgres [{operator 1 %v} {instance 1 %v}] [{data %d}]}", s.Operator, s.Instance, s.DiskGiB)
		if got := fmt.Sprint(s.Footprint()); got != want {
			t.Errorf("%s: got %s, want %s", p, got, want)
		}
	}
	if s := SizeFor(footprint.Lean); s.Operator.Memory+s.Instance.Memory > 250 || s.DiskGiB > 8 {
		t.Errorf("lean: got %+v, want it within 250 MiB and 8 GiB", s)
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{
		OperatorNamespace: "a.b", ImageName: "ghcr.io/cloudnative-pg/postgresql:18.6-minimal-trixie", Size: Size{Instance: footprint.Resources{Memory: 150, MemoryLimit: 200}},
	}), `operatorNamespace: got "a.b"`, `namespace: got ""`, `storageClass: got ""`, `priorityClass: got ""`, "operatorVersion: got none",
		`imageName: got "ghcr.io/cloudnative-pg/postgresql:18.6-minimal-trixie"`, "size: instance: got 150 MiB and a limit of 200, want the same",
		"size: instance: got 150 MiB, want enough for 20 connections; 16 have room", "size: operator: got no memory", "size: diskGiB: got 0")
	old := valid()
	old.ImageName = strings.Replace(testImage, ":18.6", ":16.15", 1)
	graph.CheckRefused(t, program(old), "imageName: got PostgreSQL 16, want 17 or later")
	small := valid()
	small.Size = Size{}
	graph.CheckRefused(t, program(small), "got 0 MiB, want enough for 20 connections; 0 have room")
}
