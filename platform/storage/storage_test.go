package storage

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	classToken     = "kubernetes:storage.k8s.io/v1:StorageClass"
	limitsToken    = "kubernetes:core/v1:LimitRange"
	releaseToken   = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"
	sourceToken    = "kubernetes:source.toolkit.fluxcd.io/v1:HelmRepository"
	namespaceToken = "kubernetes:core/v1:Namespace"
	scriptToken    = "command:remote:Command"
)

func valid(p footprint.Profile) *Args {
	return &Args{
		Kind: Longhorn, Namespace: "longhorn-system", Version: "1.12.1", DataPath: "/data/longhorn", VolumeGB: 50, ReserveGiB: 9,
		PriorityClass: "lvs-system", Size: SizeFor(p), Volumes: 5, ServerID: pulumi.Int(7), MountPoint: pulumi.String("/data"),
		Connection: remote.ConnectionArgs{Host: pulumi.String("192.0.2.1"), HostKey: pulumi.String("ssh-ed25519 AAAA")},
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "storage", args)
		return err
	}
}

// rendered returns the values of the release as they are sent.
func rendered(t *testing.T, g *graph.Graph) string {
	t.Helper()
	var spec struct{ Values json.RawMessage }
	if err := json.Unmarshal([]byte(g.Get(t, releaseToken, "storage-longhorn").JSON(t, "spec")), &spec); err != nil {
		t.Fatal(err)
	}
	return string(spec.Values)
}

func TestLonghornValues(t *testing.T) {
	for p, c := range map[footprint.Profile]struct{ manager, controller, plugin, helper, share, limits string }{
		footprint.Lean: {
			`{"limits":{"memory":"384Mi"},"requests":{"cpu":"30m","memory":"80Mi"}}`,
			`{"requests":{"cpu":"5m","memory":"16Mi"},"limits":{"memory":"96Mi"}}`,
			`{"requests":{"cpu":"10m","memory":"28Mi"},"limits":{"memory":"256Mi"}}`,
			`{"requests":{"cpu":"5m","memory":"10Mi"},"limits":{"memory":"48Mi"}}`,
			"5", `{"cpu":"10m","memory":"67Mi"}`,
		},
		footprint.Standard: {
			`{"limits":{"memory":"512Mi"},"requests":{"cpu":"50m","memory":"128Mi"}}`,
			`{"requests":{"cpu":"10m","memory":"24Mi"},"limits":{"memory":"128Mi"}}`,
			`{"requests":{"cpu":"20m","memory":"40Mi"},"limits":{"memory":"384Mi"}}`,
			`{"requests":{"cpu":"5m","memory":"16Mi"},"limits":{"memory":"64Mi"}}`,
			"5", `{"cpu":"20m","memory":"92Mi"}`,
		},
	} {
		g := graph.CheckComponent(t, program(valid(p)))
		containers := `{"csi-attacher":` + c.controller + `,"csi-provisioner":` + c.controller + `,"csi-resizer":` + c.controller + `,"csi-snapshotter":` + c.controller +
			`,"longhorn-csi-plugin":` + c.plugin + `,"node-driver-registrar":` + c.helper + `,"longhorn-liveness-probe":` + c.helper + `}`
		want := `{"csi":{"attacherReplicaCount":1,"kubeletRootDir":"/var/lib/kubelet","provisionerReplicaCount":1,"resizerReplicaCount":1,"snapshotterReplicaCount":1},` +
			`"defaultSettings":{"allowCollectingLonghornUsageMetrics":false,"autoSalvage":true,"concurrentAutomaticEngineUpgradePerNodeLimit":1,` +
			`"concurrentReplicaRebuildPerNodeLimit":1,"defaultDataLocality":"best-effort","defaultDataPath":"/data/longhorn","defaultReplicaCount":{"v1":"1","v2":"1"},` +
			`"deletingConfirmationFlag":false,"engineImagePodLivenessProbePeriod":30,"engineImagePodLivenessProbeTimeout":15,"engineReplicaTimeout":{"v1":"30","v2":"30"},` +
			`"guaranteedInstanceManagerCPU":{"v1":"` + c.share + `","v2":"` + c.share + `"},"instanceManagerPodLivenessProbeTimeout":30,"nodeDiskHealthMonitoring":false,` +
			`"nodeDrainPolicy":"allow-if-replica-is-stopped","priorityClass":"lvs-system","snapshotDataIntegrity":{"v1":"disabled","v2":"disabled"},` +
			`"snapshotHeavyTaskConcurrentLimit":1,"snapshotMaxCount":20,"storageMinimalAvailablePercentage":10,"storageOverProvisioningPercentage":100,` +
			`"storageReservedPercentageForDefaultDisk":20,"systemManagedCSIComponentsResourceLimits":` + quote(t, containers) + `,"upgradeChecker":false,"v2DataEngine":false},` +
			`"longhornDriver":{"priorityClass":"lvs-system"},"longhornManager":{"priorityClass":"lvs-system","resources":` + c.manager + `},` +
			`"longhornUI":{"priorityClass":"lvs-system","replicas":1},"persistence":{"createStorageClass":false,"defaultClass":false},"preUpgradeChecker":{"jobEnabled":false}}`
		if got := rendered(t, g); got != want {
			t.Errorf("%s: got  %s\nwant %s", p, got, want)
		}
		want = `{"limits":[{"defaultRequest":` + c.limits + `,"type":"Container"}]}`
		if got := g.Get(t, limitsToken, "storage-defaults").JSON(t, "spec"); got != want {
			t.Errorf("%s: got %s, want %s", p, got, want)
		}
	}
}

func quote(t *testing.T, s string) string {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A release that holds data is never uninstalled or taken back by a machine.
func TestLonghornIsOneVersionAndStays(t *testing.T) {
	g := graph.CheckComponent(t, program(valid(footprint.Lean)))
	spec := g.Get(t, releaseToken, "storage-longhorn").JSON(t, "spec")
	for _, want := range []string{
		`"chart":"longhorn"`, `"version":"1.12.1"`, `"timeout":"15m0s"`, `"install":{"crds":"CreateReplace","strategy":{"name":"RetryOnFailure"`,
		`"upgrade":{"crds":"CreateReplace","strategy":{"name":"RetryOnFailure"`,
	} {
		if !strings.Contains(spec, want) {
			t.Errorf("got %s, want %s in it", spec, want)
		}
	}
	if strings.Contains(spec, "remediation") {
		t.Errorf("got %s, want no remediation", spec)
	}
	if got := g.Get(t, sourceToken, "storage-longhorn-source").JSON(t, "spec"); !strings.Contains(got, `"url":"https://charts.longhorn.io"`) {
		t.Errorf("got %s, want Longhorn's repository", got)
	}
}

func TestClass(t *testing.T) {
	const policies = `"reclaimPolicy":"Retain","volumeBindingMode":"WaitForFirstConsumer"}`
	const head = `"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"annotations":{"storageclass.kubernetes.io/is-default-class":"true"},"name":"standard"},`
	for kind, want := range map[Kind]string{
		Longhorn: `{"allowVolumeExpansion":true,` + head + `"parameters":{"dataLocality":"best-effort","fsType":"ext4","numberOfReplicas":"1","staleReplicaTimeout":"30"},` +
			`"provisioner":"driver.longhorn.io",` + policies,
		LocalPath: `{` + head + `"provisioner":"rancher.io/local-path",` + policies,
	} {
		for _, p := range []footprint.Profile{footprint.Lean, footprint.Standard} {
			args := valid(p)
			args.Kind = kind
			class := graph.CheckComponent(t, program(args)).Get(t, classToken, "storage-class")
			if got := class.JSON(t, ""); got != want {
				t.Errorf("%s, %s: got  %s\nwant %s", kind, p, got, want)
			}
			if !class.DeleteFirst {
				t.Errorf("%s: got the new class made first, want the name free for it", kind)
			}
		}
	}
}

func TestLocalPathIsAClassAlone(t *testing.T) {
	g := graph.CheckComponent(t, program(&Args{Kind: LocalPath}))
	for _, r := range g.Resources {
		if r.Custom && r.Type != classToken {
			t.Errorf("got %s %s, want the class alone", r.Type, r.Name)
		}
	}
}

// TestOrder names what must be there before what: the host before Longhorn, defaults before the pods that get them.
func TestOrder(t *testing.T) {
	for _, kind := range []Kind{Longhorn, LocalPath} {
		g, err := graph.Run(func(ctx *pulumi.Context) error {
			space, err := corev1.NewNamespace(ctx, "longhorn-system", &corev1.NamespaceArgs{})
			if err != nil {
				return err
			}
			args := valid(footprint.Lean)
			args.Kind, args.After = kind, []pulumi.Resource{space}
			_, err = New(ctx, "storage", args)
			return err
		}, graph.Options{})
		if err != nil {
			t.Fatal(err)
		}
		edges := [][4]string{{classToken, "storage-class", namespaceToken, "longhorn-system"}}
		if kind == Longhorn {
			edges = [][4]string{
				{limitsToken, "storage-defaults", namespaceToken, "longhorn-system"},
				{sourceToken, "storage-longhorn-source", namespaceToken, "longhorn-system"},
				{releaseToken, "storage-longhorn", namespaceToken, "longhorn-system"},
				{releaseToken, "storage-longhorn", limitsToken, "storage-defaults"},
				{releaseToken, "storage-longhorn", scriptToken, "storage-host"},
				{classToken, "storage-class", releaseToken, "storage-longhorn"},
			}
		}
		for _, edge := range edges {
			if got := strings.Join(g.Get(t, edge[0], edge[1]).Dependencies, "|") + "|"; !strings.Contains(got, edge[2]+" "+edge[3]+"|") {
				t.Errorf("%s: got it after %s, want it after %s %s", edge[1], got, edge[2], edge[3])
			}
		}
	}
}

func TestFootprint(t *testing.T) {
	for _, c := range []struct {
		profile              footprint.Profile
		volumes, cpu, memory int
	}{
		{footprint.Lean, 2, 210, 392}, {footprint.Lean, 5, 210, 527}, {footprint.Standard, 2, 400, 576}, {footprint.Standard, 5, 400, 756},
	} {
		s := SizeFor(c.profile)
		containers, unlimited, cpu, memory := 0, 0, 0, 0
		for _, part := range s.Footprint(Longhorn, c.volumes).Parts {
			containers += part.Replicas
			cpu += part.Replicas * part.CPU
			memory += part.Replicas * part.Memory
			if part.MemoryLimit == 0 {
				unlimited += part.Replicas * part.Memory
			}
		}
		// The manager's pod has two, the plugin's three; deployer, engine image, user interface, instance manager and four
		// controllers one each.
		if containers != 2+3+4+4 {
			t.Errorf("%s: got %d containers, want those that run on one node", c.profile, containers)
		}
		if cpu != c.cpu || memory != c.memory {
			t.Errorf("%s, %d volumes: got %d m and %d MiB, want %d and %d", c.profile, c.volumes, cpu, memory, c.cpu, c.memory)
		}
		if want := 108 + c.volumes*s.Volume; unlimited < want {
			t.Errorf("%s, %d volumes: got %d MiB for what has no limit, want at least %d", c.profile, c.volumes, unlimited, want)
		}
		if got := s.Footprint(LocalPath, c.volumes).Parts; len(got) != 1 || got[0].Memory > 20 || got[0].CPU > 0 {
			t.Errorf("%s: got %+v, want one small pod", c.profile, got)
		}
		s.Volume = 1 // what five share is rounded up
		if got, want := s.each(1), s.Default.Memory+1; got.Memory != want || got.MemoryLimit != 0 {
			t.Errorf("%s: got %+v each, want %d MiB and no limit", c.profile, got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{Kind: "nfs"}), `kind: got "nfs"`, `namespace: got ""`, "version: got none", `dataPath: got ""`,
		"reserveGiB: got 0, want more than nothing and less than the 0 of the volume", `priorityClass: got ""`, "size: got", "volumes: got 0", "connection: got no host",
		"serverID: got nil", "mountPoint: got nil")
	for name, c := range map[string]struct {
		spoil func(*Args)
		want  string
	}{
		"not absolute":         {func(a *Args) { a.DataPath = "longhorn" }, `dataPath: got "longhorn"`},
		"the mount point":      {func(a *Args) { a.DataPath = "/data" }, `dataPath: got "/data"`},
		"not clean":            {func(a *Args) { a.DataPath = "/data/../longhorn" }, `dataPath: got "/data/../longhorn"`},
		"nothing reserved":     {func(a *Args) { a.ReserveGiB = 0 }, "reserveGiB: got 0"},
		"all reserved":         {func(a *Args) { a.ReserveGiB = 46 }, "reserveGiB: got 46"},
		"limit below":          {func(a *Args) { a.Size.Manager.MemoryLimit = 1 }, "size: got"},
		"limited engines":      {func(a *Args) { a.Size.Default.MemoryLimit = 512 }, "size: got"},
		"engines without time": {func(a *Args) { a.Size.Engines = 0 }, "size: got"},
		"free volumes":         {func(a *Args) { a.Size.Volume = 0 }, "size: got"},
		"engines take half":    {func(a *Args) { a.Size.Engines = 1000 }, "size: got"},
	} {
		t.Run(name, func(t *testing.T) {
			args := valid(footprint.Lean)
			c.spoil(args)
			graph.CheckRefused(t, program(args), c.want)
		})
	}
}
