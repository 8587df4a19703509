package workload

import (
	"slices"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

const (
	deploymentToken = "kubernetes:apps/v1:Deployment"
	serviceToken    = "kubernetes:core/v1:Service"
	identityToken   = "kubernetes:core/v1:ServiceAccount"
	namespaceToken  = "kubernetes:core/v1:Namespace"
	passwordToken   = "random:index/randomPassword:RandomPassword"
)

func valid() *Args {
	return &Args{
		Namespace: "home", Name: "lamp", Image: "ghcr.io/example/lamp:1.2.3@sha256:" + strings.Repeat("a1", 32),
		Args: []string{"--bright"}, PriorityClass: "lvs-system", User: 65532, Probe: Probe{Port: 8080, Path: "/healthz"},
		Env:   []Env{{Name: "COLOUR", Value: "red"}, {Name: "KEY", Secret: pulumi.String("lamp-key"), Key: "password"}},
		Ports: []Port{{"http", 8080}}, MetricsPort: 9090,
		Files: []File{
			{Path: "/etc/lamp", ConfigMap: pulumi.String("lamp")},
			{Path: "/etc/lamp-key", Secret: pulumi.String("lamp-key"), Keys: []string{"tls.key"}},
		},
		Scratch:   []Scratch{{Path: "/tmp", MiB: 8}, {Path: "/dev/shm", MiB: 4, Memory: true}},
		Resources: footprint.Resources{CPU: 5, Memory: 10, MemoryLimit: 32},
	}
}

func program(args *Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := New(ctx, "lamp", args)
		return err
	}
}

const (
	wantProbe = `"httpGet":{"path":"/healthz","port":8080,"scheme":"HTTP"}`
	wantPod   = `{"automountServiceAccountToken":false,"containers":[{"args":["--bright"],` +
		`"env":[{"name":"COLOUR","value":"red"},{"name":"KEY","valueFrom":{"secretKeyRef":{"key":"password","name":"lamp-key"}}}],` +
		`"image":"ghcr.io/example/lamp:1.2.3@sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1","imagePullPolicy":"IfNotPresent",` +
		`"livenessProbe":{"failureThreshold":3,` + wantProbe + `,"periodSeconds":20,"timeoutSeconds":5},"name":"lamp",` +
		`"ports":[{"containerPort":8080,"name":"http","protocol":"TCP"},{"containerPort":9090,"name":"metrics","protocol":"TCP"}],` +
		`"readinessProbe":{"failureThreshold":3,` + wantProbe + `,"periodSeconds":10,"timeoutSeconds":5},` +
		`"resources":{"limits":{"memory":"32Mi"},"requests":{"cpu":"5m","memory":"10Mi"}},` +
		`"securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"readOnlyRootFilesystem":true},` +
		`"startupProbe":{"failureThreshold":60,` + wantProbe + `,"periodSeconds":2,"timeoutSeconds":5},` +
		`"volumeMounts":[{"mountPath":"/etc/lamp","name":"files-0","readOnly":true},{"mountPath":"/etc/lamp-key","name":"files-1","readOnly":true},` +
		`{"mountPath":"/tmp","name":"scratch-0"},{"mountPath":"/dev/shm","name":"scratch-1"}]}],` +
		`"enableServiceLinks":false,"priorityClassName":"lvs-system","securityContext":{"fsGroup":65532,"fsGroupChangePolicy":"OnRootMismatch",` +
		`"runAsGroup":65532,"runAsNonRoot":true,"runAsUser":65532,"seccompProfile":{"type":"RuntimeDefault"}},"serviceAccountName":"lamp",` +
		`"volumes":[{"configMap":{"defaultMode":288,"name":"lamp"},"name":"files-0"},` +
		`{"name":"files-1","secret":{"defaultMode":288,"items":[{"key":"tls.key","path":"tls.key"}],"secretName":"lamp-key"}},` +
		`{"emptyDir":{"sizeLimit":"8Mi"},"name":"scratch-0"},{"emptyDir":{"medium":"Memory","sizeLimit":"4Mi"},"name":"scratch-1"}]}`
	wantMeta = `{"labels":{"app.kubernetes.io/name":"lamp"},"name":"lamp","namespace":"home"}`
)

func TestWorkload(t *testing.T) {
	g := graph.CheckComponent(t, program(valid()))
	deployment := g.Get(t, deploymentToken, "lamp")
	want := `{"replicas":1,"revisionHistoryLimit":2,"selector":{"matchLabels":{"app.kubernetes.io/name":"lamp"}},` +
		`"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0},"type":"RollingUpdate"},` +
		`"template":{"metadata":{"labels":{"app.kubernetes.io/name":"lamp"}},"spec":` + wantPod + `}}`
	if got := deployment.JSON(t, "spec"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	service := g.Get(t, serviceToken, "lamp")
	want = `{"ports":[{"name":"http","port":8080,"protocol":"TCP","targetPort":"http"}],"selector":{"app.kubernetes.io/name":"lamp"},"type":"ClusterIP"}`
	if got := service.JSON(t, "spec"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	identity := g.Get(t, identityToken, "lamp")
	if got := identity.JSON(t, "automountServiceAccountToken"); got != "false" {
		t.Errorf("got %s, want no token for the Kubernetes API", got)
	}
	if got, want := service.JSON(t, "metadata"), `{"annotations":{"pulumi.com/skipAwait":"true"},`+wantMeta[1:]; got != want {
		t.Errorf("got %s, want %s: its endpoints are not waited for", got, want)
	}
	for _, r := range []graph.Resource{deployment, identity} {
		if got := r.JSON(t, "metadata"); got != wantMeta {
			t.Errorf("%s: got %s, want %s", r.Type, got, wantMeta)
		}
	}
}

func TestChoices(t *testing.T) {
	args := valid()
	args.Recreate, args.Command, args.Probe, args.Revision = true, []string{"/bin/lamp"}, Probe{Port: 9090}, pulumi.String("one")
	spec := graph.CheckComponent(t, program(args)).Get(t, deploymentToken, "lamp").JSON(t, "spec")
	for _, want := range []string{
		`"strategy":{"type":"Recreate"}`, `"command":["/bin/lamp"]`, `"tcpSocket":{"port":9090}`,
		`"template":{"metadata":{"annotations":{"lvs-cloud/revision":"one"},`,
	} {
		if !strings.Contains(spec, want) {
			t.Errorf("got %s, want %s", spec, want)
		}
	}
}

// TestAnswers is what others get of it: its name, and what they can wait for.
func TestAnswers(t *testing.T) {
	var host string
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		w, err := New(ctx, "lamp", valid())
		if err != nil {
			return err
		}
		w.Host.ApplyT(func(h string) string { host = h; return h })
		_, err = random.NewRandomPassword(ctx, "later", &random.RandomPasswordArgs{Length: pulumi.Int(1)}, pulumi.DependsOn(w.Ready))
		return err
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "lamp.home.svc.cluster.local"; host != want {
		t.Errorf("got %q, want %q", host, want)
	}
	got := g.Get(t, passwordToken, "later").Dependencies
	for _, want := range []string{deploymentToken + " lamp", serviceToken + " lamp"} {
		if !slices.Contains(got, want) {
			t.Errorf("got it after %q, want it after %s", got, want)
		}
	}
}

func TestOrder(t *testing.T) {
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		space, err := corev1.NewNamespace(ctx, "home", &corev1.NamespaceArgs{})
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
	for _, edge := range [][2]string{
		{identityToken, namespaceToken + " home"}, {deploymentToken, namespaceToken + " home"}, {serviceToken, namespaceToken + " home"},
		{deploymentToken, identityToken + " lamp"}, {serviceToken, deploymentToken + " lamp"},
	} {
		if got := strings.Join(g.Get(t, edge[0], "lamp").Dependencies, "|") + "|"; !strings.Contains(got, edge[1]+"|") {
			t.Errorf("%s: got it after %s, want it after %s", edge[0], got, edge[1])
		}
	}
}

func TestHash(t *testing.T) {
	hash := func(texts ...string) string {
		g, err := graph.Run(func(ctx *pulumi.Context) error {
			in := make([]pulumi.StringInput, 0, len(texts))
			for _, text := range texts {
				in = append(in, pulumi.ToSecret(pulumi.String(text)).(pulumi.StringOutput))
			}
			args := valid()
			args.Revision = Hash(in...)
			_, err := New(ctx, "lamp", args)
			return err
		}, graph.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if v := g.Get(t, deploymentToken, "lamp").Inputs["spec"]; v.ContainsSecrets() {
			t.Errorf("got a secret in %v, want the whole deployment to be seen in a preview", v)
		}
		_, after, _ := strings.Cut(g.Get(t, deploymentToken, "lamp").JSON(t, "spec"), `"lvs-cloud/revision":"`)
		revision, _, _ := strings.Cut(after, `"`)
		return revision
	}
	one := hash("ab", "c")
	if len(one) != hashLength || one != hash("ab", "c") {
		t.Errorf("got %q and then %q, want the same %d digits", one, hash("ab", "c"), hashLength)
	}
	for _, other := range [][]string{{"a", "bc"}, {"abc"}, {"ab", "d"}, {"c", "ab"}} {
		if hash(other...) == one {
			t.Errorf("got %q for %q as well, want another hash", one, other)
		}
	}
}
