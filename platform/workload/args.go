package workload

import (
	"errors"
	"fmt"
	"path"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Args configures a Workload.
type Args struct {
	// Namespace is where it runs. It must be there. Required.
	Namespace string
	// Name is that of its objects, of its container, and of its service. Required.
	// Range: a DNS label.
	Name string
	// Image is what runs: a host, a name, an exact version, and best a digest behind it. Required.
	Image string
	// Command and Args take the place of the image's own entry point and its arguments.
	// Default: the image's own.
	Command, Args []string
	// Env is the environment of the container.
	// Default: empty.
	Env []Env
	// Ports are those of the service, by which others reach it. Required.
	Ports []Port
	// MetricsPort is where Prometheus reads; it is a port of the pod called MetricsPortName, and none of the service.
	// Default: none.
	MetricsPort int
	// Files are what the container reads, and Scratch where it writes: the rest of its file system cannot be written.
	// Default: none.
	Files   []File
	Scratch []Scratch
	// Probe is how the kubelet finds out that it has started, takes requests and is alive. Required.
	Probe Probe
	// PriorityClass ranks the pod. Required.
	PriorityClass string
	// Resources are what the container may take. Required.
	Resources footprint.Resources
	// User is the number of the user and of the group that it runs as. Required.
	// Range: not root.
	User int
	// Recreate ends the old pod before the new one starts. Otherwise both run for a moment, and the node must have room for it.
	Recreate bool
	// Revision starts the pod anew whenever it changes: what it has mounted or in its environment is mostly read at its start
	// alone. Hash makes one.
	// Default: none.
	Revision pulumi.StringInput
	// After is what must be there before anything of this: the namespace, and what the pod mounts.
	// Default: nothing.
	After []pulumi.Resource
}

// Env is one variable: a plain value, or a key of a secret in the same namespace.
type Env struct {
	// Name is what it is called. Required.
	Name string
	// Value is what it is, and no secret.
	Value string
	// Secret and Key are where it stands instead.
	Secret pulumi.StringInput
	Key    string
}

// Port is one port of the container.
type Port struct {
	// Name is what it is called. Required.
	// Range: at most 15 lower-case letters, digits and dashes.
	Name string
	// Number is where the container listens. Required.
	// Range: 1024 to 65535, since it is not root.
	Number int
}

// File is a folder with the content of a ConfigMap or of a secret, which the container can read.
type File struct {
	// Path is where the folder is. Required.
	Path string
	// ConfigMap or Secret is the name of what it holds; one of them is required.
	ConfigMap, Secret pulumi.StringInput
	// Keys are those that become files.
	// Default: all.
	Keys []string
}

// Scratch is an empty folder that ends with the pod.
type Scratch struct {
	// Path is where it is. Required.
	Path string
	// MiB is how much it may hold; a pod that writes more is evicted. Required.
	// Unit: MiB.
	MiB int
	// Memory keeps it off the disk; what it holds counts as the container's memory.
	Memory bool
}

// Probe is a request that is answered when all is well.
type Probe struct {
	// Port is the number of the port that is asked. Required.
	Port int
	// Path is what is fetched by HTTP.
	// Default: nothing; the port must take a connection.
	Path string
}

var (
	// The version is exact: three numbers, and what a publisher adds to tell one build from another.
	imageForm = regexp.MustCompile(`^[a-z0-9.-]+\.[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)+:v?\d+\.\d+\.\d+([-._][0-9A-Za-z._-]*)?(@sha256:[0-9a-f]{64})?$`)
	envForm   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	// Source: RFC 6335, section 5.1.
	portForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$`)
)

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *workload.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	for _, n := range []struct{ key, name string }{{"namespace", a.Namespace}, {"name", a.Name}, {"priorityClass", a.PriorityClass}} {
		check(naming.IsLabel(n.name), "%s: got %q, want a DNS label", n.key, n.name)
	}
	check(imageForm.MatchString(a.Image), "image: got %q, want host, name and exact version, such as ghcr.io/example/lamp:1.2.3@sha256:…", a.Image)
	check(a.User > 0, "user: got %d, want another one than root", a.User)
	seen := map[string]bool{}
	for _, e := range a.Env {
		check(envForm.MatchString(e.Name) && !seen[e.Name], "env: got %q, want a name, once", e.Name)
		check((e.Secret == nil) == (e.Key == ""), "env: %s: got half of a secret's key, want the secret and the key", e.Name)
		check(e.Secret == nil || e.Value == "", "env: %s: got a value and a secret, want one of them", e.Name)
		seen[e.Name] = true
	}
	a.checkPorts(check)
	a.checkFolders(check)
	m := a.Resources
	check(m.CPU >= 1 && m.Memory >= 1 && m.MemoryLimit >= m.Memory,
		"resources: got %d mCPU, %d MiB and a limit of %d MiB, want all three, and the limit no less", m.CPU, m.Memory, m.MemoryLimit)
	return &a, errors.Join(errs...)
}

func (args *Args) checkPorts(check func(bool, string, ...any)) {
	check(len(args.Ports) > 0, "ports: got none, want those of the service")
	names, numbers := map[string]bool{MetricsPortName: true}, map[int]bool{}
	number := func(key string, n int) {
		check(n >= 1024 && n <= 65535 && !numbers[n], "%s: got %d, want 1024 to 65535, once", key, n)
		numbers[n] = true
	}
	for _, p := range args.Ports {
		check(portForm.MatchString(p.Name) && !names[p.Name], "ports: got %q, want a name of lower-case letters, digits and dashes, once", p.Name)
		number("ports: "+p.Name, p.Number)
		names[p.Name] = true
	}
	if args.MetricsPort != 0 {
		number("metricsPort", args.MetricsPort)
	}
	check(numbers[args.Probe.Port], "probe.port: got %d, want one of the ports", args.Probe.Port)
	check(args.Probe.Path == "" || path.IsAbs(args.Probe.Path), "probe.path: got %q, want one that begins with /, or none", args.Probe.Path)
}

func (args *Args) checkFolders(check func(bool, string, ...any)) {
	seen := map[string]bool{"/": true}
	folder := func(key, p string) {
		check(path.IsAbs(p) && path.Clean(p) == p && !seen[p], "%s: got the path %q, want a folder below /, once", key, p)
		seen[p] = true
	}
	for _, f := range args.Files {
		folder("files", f.Path)
		check((f.ConfigMap == nil) != (f.Secret == nil), "files: %s: got not exactly one of ConfigMap and secret, want one", f.Path)
		for _, k := range f.Keys {
			check(k != "" && path.Base(k) == k, "files: %s: got the key %q, want a file name", f.Path, k)
		}
	}
	memory := 0
	for _, s := range args.Scratch {
		folder("scratch", s.Path)
		check(s.MiB >= 1, "scratch: %s: got %d MiB, want at least 1", s.Path, s.MiB)
		if s.Memory {
			memory += s.MiB
		}
	}
	check(memory == 0 || memory < args.Resources.MemoryLimit, "scratch: got %d MiB in memory, want less than the limit of %d", memory, args.Resources.MemoryLimit)
}
