package k3s

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/components/script"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func validDefinitions() *Definitions {
	return &Definitions{
		Names: []string{"lamps.example.com", "rooms.example.com"}, Chart: "house", Version: "1.2.3", Connection: validArgs().Connection,
	}
}

func await(args *Definitions) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := AwaitDefinitions(ctx, "house-definitions", args)
		return err
	}
}

func TestAwaitDefinitions(t *testing.T) {
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		chart, err := corev1.NewConfigMap(ctx, "chart", &corev1.ConfigMapArgs{})
		if err != nil {
			return err
		}
		args := validDefinitions()
		args.After = []pulumi.Resource{chart}
		return await(args)(ctx)
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	gate := g.Get(t, commandToken, "house-definitions")
	for name, want := range map[string]string{"DEFINITIONS": "lamps.example.com rooms.example.com", "CHART": "house", "VERSION": "1.2.3"} {
		if got, ok := script.Setting(gate.Inputs, name); got != want || !ok {
			t.Errorf("%s: got %q, want %q, which runs the gate again when it changes", name, got, want)
		}
	}
	if got := strings.Join(gate.Dependencies, "|"); !strings.Contains(got, "kubernetes:core/v1:ConfigMap chart") {
		t.Errorf("got it after %s, want it after the chart", got)
	}
}

func TestDefinitionsRefusals(t *testing.T) {
	graph.CheckRefused(t, await(nil), "got nil")
	graph.CheckRefused(t, await(&Definitions{}), "names: got none", `chart: got ""`)
	graph.CheckRefused(t, await(&Definitions{Names: []string{"lamps", "a b.c", "Lamps.example.com"}, Chart: "a.b"}),
		`names: got "lamps"`, `names: got "a b.c"`, `names: got "Lamps.example.com"`, `chart: got "a.b"`)
	args := validDefinitions()
	args.Connection.HostKey = nil
	graph.CheckRefused(t, await(args), "connection: got no host or no host key")
}

// kubectl plays one whose API server serves these definitions, and whose k3s has a failing job; the first call fails as
// if the API server were restarting. It looks into the folder crd. What it is asked is kept in the file asked.
const kubectl = `#!/bin/bash
printf '%s\n' "$*" >>asked
[[ -e called ]] || { touch called; echo "connection refused" >&2; exit 1; }
case "$*" in
wait*) [[ -e "${*: -1}" ]] || { echo "error: timed out waiting for the condition on ${*: -1}" >&2; exit 1; } ;;
*helmchart/house*) printf 'JobCreated is True Applying HelmChart from ...\n' ;;
*"get job,pod"*) printf 'job.batch/helm-install-house   Running   0/1   9s   9s\npod/helm-install-house-x   0/1   ImagePullBackOff   0   9s\n' ;;
*logs*) echo "waiting to start: trying and failing to pull image" >&2; exit 1 ;;
esac
`

func runGate(t *testing.T, patience string, served ...string) (string, []string, int) {
	t.Helper()
	dir := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "kubectl"), []byte(kubectl), 0o755), os.Mkdir(filepath.Join(dir, "crd"), 0o755)); err != nil {
		t.Fatal(err)
	}
	for _, name := range served {
		if err := os.WriteFile(filepath.Join(dir, "crd", name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := script.Text(map[string]string{"DEFINITIONS": "lamps.example.com rooms.example.com", "CHART": "house", "VERSION": "1.2.3"}, definitionsScript)
	cmd := exec.Command("bash", "-s", "--", "up")
	// The lock is that of a machine's scripts; this machine's own are not waited for.
	cmd.Stdin, cmd.Dir = strings.NewReader(strings.Replace(text, "\none_at_a_time\n", "\n", 1)), dir
	cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "PATIENCE=" + patience}
	out, err := cmd.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	asked, err := os.ReadFile(filepath.Join(dir, "asked"))
	if err != nil {
		t.Fatal(err)
	}
	return string(out), strings.Split(strings.TrimSpace(string(asked)), "\n"), cmd.ProcessState.ExitCode()
}

func TestGateOpens(t *testing.T) {
	got, asked, status := runGate(t, "30", "lamps.example.com", "rooms.example.com")
	if want := "definitions: served: lamps.example.com rooms.example.com\n"; got != want || status != 0 {
		t.Errorf("got status %d and %q, want %q", status, got, want)
	}
	// The first is asked twice: an API server that restarts is no reason to give up.
	for i, want := range []string{"create crd/lamps", "create crd/lamps", "condition=Established crd/lamps", "create crd/rooms", "condition=Established crd/rooms"} {
		condition, name, _ := strings.Cut(want, " ")
		if i >= len(asked) || !strings.HasPrefix(asked[i], "wait --for="+condition+" --timeout=10s "+name) {
			t.Fatalf("got %q, want %q at %d", asked, want, i)
		}
	}
}

func TestGateSaysWhatIsMissing(t *testing.T) {
	got, _, status := runGate(t, "2", "lamps.example.com")
	want := "error: definition rooms.example.com: not served after 2 s (error: timed out waiting for the condition on crd/rooms.example.com); " +
		"the chart house that brings it: JobCreated is True Applying HelmChart from ...;job.batch/helm-install-house Running 0/1 9s 9s;" +
		"pod/helm-install-house-x 0/1 ImagePullBackOff 0 9s;waiting to start: trying and failing to pull image\n"
	if got != want || status == 0 {
		t.Errorf("got status %d and  %q\nwant a failure and %q", status, got, want)
	}
}
