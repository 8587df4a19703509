package workload

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

func TestRefusals(t *testing.T) {
	graph.CheckRefused(t, program(nil), "got nil")
	graph.CheckRefused(t, program(&Args{
		Namespace: "a.b", Name: "A", Probe: Probe{Port: 81, Path: "x"}, MetricsPort: 9090,
		Env: []Env{
			{Name: "A B"}, {Name: "ONE"}, {Name: "ONE"}, {Name: "HALF", Secret: pulumi.String("s")}, {Name: "KEY", Key: "k"},
			{Name: "BOTH", Value: "v", Secret: pulumi.String("s"), Key: "k"},
		},
		Ports: []Port{{"metrics", 8080}, {"http", 80}, {"A", 8081}, {"same", 9090}},
		Files: []File{
			{Path: "etc", ConfigMap: pulumi.String("a")}, {Path: "/none"}, {Path: "/two", ConfigMap: pulumi.String("a"), Secret: pulumi.String("b")},
			{Path: "/", Secret: pulumi.String("b"), Keys: []string{"a/b"}},
		},
		Scratch: []Scratch{{Path: "/none", MiB: 1}, {Path: "/x/../y", MiB: 0}, {Path: "/shm", MiB: 64, Memory: true}}, Resources: footprint.Resources{Memory: 64, MemoryLimit: 32},
	}), `namespace: got "a.b"`, `name: got "A"`, `priorityClass: got ""`, `image: got ""`, "user: got 0", `env: got "A B"`, `env: got "ONE"`,
		"env: HALF: got half", "env: KEY: got half", "env: BOTH: got a value and a secret", `ports: got "metrics"`, "ports: http: got 80", `ports: got "A"`,
		"metricsPort: got 9090", "probe.port: got 81", `probe.path: got "x"`, `files: got the path "etc"`, "files: /none: got not exactly one",
		"files: /two: got not exactly one", `files: got the path "/"`, `files: /: got the key "a/b"`, `scratch: got the path "/none"`,
		`scratch: got the path "/x/../y"`, "scratch: /x/../y: got 0 MiB", "scratch: got 64 MiB in memory", "resources: got 0 mCPU, 64 MiB and a limit of 32")
	graph.CheckRefused(t, program(&Args{}), "ports: got none")
}

func TestImages(t *testing.T) {
	digest := "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for _, image := range []string{
		"", "lamp", "lamp:1.2.3", "example/lamp:1.2.3", "ghcr.io/example/lamp", "ghcr.io/example/lamp:latest", "ghcr.io/example/lamp:1", "ghcr.io/example/lamp:1.2",
		"ghcr.io/example/lamp:latest" + digest, "ghcr.io/example/lamp" + digest, "ghcr.io/example/lamp:1.2.3@sha256:abc", "ghcr.io/Example/lamp:1.2.3", "ghcr.io/example/lamp:1.2.3 ",
	} {
		args := valid()
		args.Image = image
		graph.CheckRefused(t, program(args), "image: got")
	}
	for _, image := range []string{
		"ghcr.io/example/lamp:1.2.3", "ghcr.io/example/lamp:v1.2.3" + digest, "docker.io/valkey/valkey:9.0.1-alpine3.22", "registry.example.com:5000/lamp:1.2.3-rc.1" + digest,
	} {
		args := valid()
		args.Image = image
		if _, err := graph.Run(program(args), graph.Options{}); err != nil {
			t.Errorf("%s: got %v, want it taken", image, err)
		}
	}
}
