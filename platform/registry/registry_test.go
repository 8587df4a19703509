package registry

import (
	"regexp"
	"strings"
	"testing"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	passwordToken  = "random:index/randomPassword:RandomPassword"
	releaseToken   = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"
	sourceToken    = "kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository"
	namespaceToken = "kubernetes:core/v1:Namespace"
	secretToken    = "kubernetes:core/v1:Secret"
	identityToken  = "kubernetes:core/v1:ServiceAccount"
	claimToken     = "kubernetes:core/v1:PersistentVolumeClaim"
)

// canary is the password that the recorder makes.
var canary = strings.Repeat("a-password", 7)

func valid() *Args {
	return &Args{
		Namespace: "registry", Version: "v2.1.21", ChartVersion: "0.1.122", Domain: "cloud.example.com", StorageClass: "standard",
		PriorityClass: "lvs-database", Size: SizeFor(footprint.Lean), ScanNamespace: "flux-system",
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		accounts, err := NewAccounts(ctx, "accounts")
		if err != nil {
			return err
		}
		args.Accounts = accounts
		_, err = New(ctx, "registry", args)
		return err
	}
}

const wantConfig = `{"distSpecVersion":"1.1.1","storage":{"rootDirectory":"/srv/registry/images","dedupe":true,"commit":true,"gc":true,` +
	`"gcDelay":"6h0m0s","gcInterval":"6h0m0s","retention":{"dryRun":false,"delay":"24h0m0s","policies":[` +
	`{"repositories":["**"],"deleteReferrers":true,"deleteUntagged":true,"keepTags":[` + wantRules + `]}]}},` +
	`"http":{"address":"0.0.0.0","port":"5000","readTimeout":"0s","writeTimeout":"0s","realm":"registry","compat":["docker2s2"],` +
	`"auth":{"htpasswd":{"path":"/etc/registry-accounts/htpasswd"}},"accessControl":{"repositories":{"**":{"policies":[` +
	`{"users":["push"],"actions":["read","create","update"]},{"users":["pull"],"actions":["read"]}]}}}},"log":{"level":"info"}}`

const wantRules = `{"patterns":["^v?\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$"],"mostRecentlyPushedCount":20,"mostRecentlyPulledCount":20,` +
	`"pulledWithin":"720h0m0s","pushedWithin":"720h0m0s"},` +
	`{"mostRecentlyPushedCount":5,"mostRecentlyPulledCount":5,"pulledWithin":"168h0m0s","pushedWithin":"168h0m0s"}`

func TestRegistry(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	release := g.Get(t, releaseToken, "registry")
	want := `"values":{"configFiles":{"config.json":` + quoted(wantConfig) + `},` +
		`"externalSecrets":[{"mountPath":"/etc/registry-accounts","secretName":"registry-accounts"}],` +
		`"extraVolumeMounts":[{"mountPath":"/srv/registry","name":"images"}],` +
		`"extraVolumes":[{"name":"images","persistentVolumeClaim":{"claimName":"registry-images"}}],"fullnameOverride":"registry",` +
		`"image":{"repository":"ghcr.io/project-zot/zot-minimal","tag":"v2.1.21"},` +
		`"ingress":{"annotations":{"traefik.ingress.kubernetes.io/router.entrypoints":"websecure"},"className":"traefik","enabled":true,` +
		`"hosts":[{"host":"registry.cloud.example.com","paths":[{"path":"/"}]}],"pathtype":"Prefix","tls":[{"hosts":["registry.cloud.example.com"]}]},` +
		`"mountConfig":true,"persistence":false,"podSecurityContext":{"fsGroup":65532,"fsGroupChangePolicy":"OnRootMismatch","runAsGroup":65532,` +
		`"runAsNonRoot":true,"runAsUser":65532,"seccompProfile":{"type":"RuntimeDefault"}},"priorityClassName":"lvs-database",` +
		`"resources":{"limits":{"cpu":"1000m","memory":"128Mi"},"requests":{"cpu":"10m","memory":"40Mi"}},` +
		`"securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"readOnlyRootFilesystem":true},` +
		`"service":{"clusterIP":"10.43.0.50","port":5000,"type":"ClusterIP"},"serviceAccount":{"create":false,"name":"registry"},` +
		`"startupProbe":{"failureThreshold":60,"initialDelaySeconds":1,"periodSeconds":5},"strategy":{"type":"Recreate"}}`
	spec := release.JSON(t, "spec")
	if !strings.Contains(spec, want) {
		t.Errorf("got  %s\nwant %s", spec, want)
	}
	if !strings.Contains(spec, `"upgrade":{"crds":"CreateReplace","strategy":{"name":"RetryOnFailure"`) {
		t.Errorf("got %s, want a release that is never taken back: an older zot may not read what a newer one wrote", spec)
	}
	if got, want := g.Get(t, sourceToken, "registry-source").JSON(t, "spec"), `"url":"oci://ghcr.io/project-zot/helm-charts/zot"`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	claim := g.Get(t, claimToken, "registry-images")
	want = `{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"8Gi"}},"storageClassName":"standard"}`
	if got := claim.JSON(t, "spec"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want = `{"annotations":{"pulumi.com/skipAwait":"true"},"name":"registry-images","namespace":"registry"}`
	if got := claim.JSON(t, "metadata"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := g.Get(t, identityToken, "registry").JSON(t, "automountServiceAccountToken"); got != "false" {
		t.Errorf("got %s, want a pod without a token for the Kubernetes API", got)
	}
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func TestOrder(t *testing.T) {
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		space, err := corev1.NewNamespace(ctx, "registry", &corev1.NamespaceArgs{})
		if err != nil {
			return err
		}
		args := valid()
		args.After = []pulumi.Resource{space}
		return program(args)(ctx)
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, edge := range [][4]string{
		{secretToken, "registry-accounts", namespaceToken, "registry"},
		{secretToken, "registry-scan", namespaceToken, "registry"},
		{identityToken, "registry", namespaceToken, "registry"},
		{claimToken, "registry-images", namespaceToken, "registry"},
		{sourceToken, "registry-source", namespaceToken, "registry"},
		{releaseToken, "registry", namespaceToken, "registry"},
		{releaseToken, "registry", secretToken, "registry-accounts"},
		{releaseToken, "registry", identityToken, "registry"},
		{releaseToken, "registry", claimToken, "registry-images"},
	} {
		if got := strings.Join(g.Get(t, edge[0], edge[1]).Dependencies, "|") + "|"; !strings.Contains(got, edge[2]+" "+edge[3]+"|") {
			t.Errorf("%s %s: got it after %s, want it after %s %s", edge[0], edge[1], got, edge[2], edge[3])
		}
	}
	// The nodes are told their password before there is a cluster.
	for _, user := range []string{PushUser, PullUser} {
		if got := g.Get(t, passwordToken, "accounts-"+user).Dependencies; len(got) > 0 {
			t.Errorf("%s: got the password after %q, want it after nothing", user, got)
		}
	}
}

func TestPinnedTagsStay(t *testing.T) {
	args := valid()
	args.ScanNamespace = ""
	args.Retention = Retention{Pinned: []Tag{{"shop/web", "1.0.0"}, {"lamp", "2.0.0"}, {"shop/web", "1.4.0-rc.1"}}}
	g := graph.CheckComponent(t, program(args))
	one := func(repository, pinned string) string {
		return `{"repositories":["` + repository + `"],"deleteReferrers":true,"deleteUntagged":true,"keepTags":[` + pinned + wantRules + `]}`
	}
	want := `"policies":[` + one("shop/web", `{"patterns":["^1\\.0\\.0$","^1\\.4\\.0-rc\\.1$"]},`) + `,` +
		one("lamp", `{"patterns":["^2\\.0\\.0$"]},`) + `,` + one("**", "") + `]`
	want = strings.Trim(quoted(want), `"`)
	if got := g.Get(t, releaseToken, "registry").JSON(t, "spec"); !strings.Contains(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, err := g.Find(secretToken, "registry-scan"); err == nil {
		t.Error("got a pull secret for Flux, want none without a namespace for it")
	}
}

// TestVersionTags tells the tags that git names from those that come and go with builds.
func TestVersionTags(t *testing.T) {
	form := regexp.MustCompile(versionTags)
	for tag, want := range map[string]bool{
		"1.2.3": true, "v1.2.3": true, "10.0.1-rc.1": true, "0.1.0-20261125.1": true,
		"latest": false, "main": false, "1.2": false, "1.2.3.4": false, "x1.2.3": false, "sha-1.2.3": false, "pr-7": false, "1.2.3_a": false,
	} {
		if got := form.MatchString(tag); got != want {
			t.Errorf("%s: got a version %t, want %t", tag, got, want)
		}
	}
}

func TestFootprint(t *testing.T) {
	for p, disk := range map[footprint.Profile]int{footprint.Lean: 8, footprint.Standard: 20} {
		f := SizeFor(p).Footprint()
		if len(f.Parts) != 1 || f.Parts[0].Resources != SizeFor(p).Registry || f.Parts[0].Replicas != 1 {
			t.Errorf("%s: got %+v, want the pod once", p, f.Parts)
		}
		if len(f.Claims) != 1 || f.Claims[0].GiB != disk {
			t.Errorf("%s: got %+v, want a claim of %d GiB", p, f.Claims, disk)
		}
	}
	if got := SizeFor(footprint.Lean).Registry.Memory; got > 40 {
		t.Errorf("got %d MiB, want at most the 40 that a node of 4 GB has for it", got)
	}
}

func TestRefusals(t *testing.T) {
	bare := func(args *Args) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			_, err := New(ctx, "registry", args)
			return err
		}
	}
	graph.CheckRefused(t, bare(nil), "got nil")
	graph.CheckRefused(t, bare(&Args{
		Namespace: "a.b", ScanNamespace: "c.d", Version: "latest", Domain: "localhost", Size: Size{footprint.Resources{Memory: 2, MemoryLimit: 1}, -1},
		Retention: Retention{Versions: 4, Within: time.Hour, Pinned: []Tag{{"registry.example.com:5000/a", "1"}, {"a", "b c"}, {"d", "1"}, {"d", "1"}}},
	}), `namespace: got "a.b"`, `scanNamespace: got "c.d"`, `storageClass: got ""`, `priorityClass: got ""`, `version: got "latest"`, `chartVersion: got ""`,
		`domain: got "localhost"`, "accounts: got none", "size: got 2 MiB and a limit of 1", "size: got a disk of -1 GiB", "retention.versions: got 4",
		"retention.within: got 1h0m0s", `retention.pinned: got "registry.example.com:5000/a:1"`, `retention.pinned: got "a:b c"`, `retention.pinned: got "d:1" twice`)
	own := valid()
	own.ScanNamespace = own.Namespace
	graph.CheckRefused(t, bare(own), `scanNamespace: got "registry", want another one`)
}
