package logs

import (
	"errors"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Args configures a Logs.
type Args struct {
	// Namespace is where Loki lives, and AgentNamespace where the agents do, which read files of the node: it must allow
	// privileged pods. Both must be there. Required.
	Namespace, AgentNamespace string
	// LokiChartVersion and AlloyChartVersion are those of the charts, which bring the versions of the programs along. Required.
	LokiChartVersion, AlloyChartVersion string
	// StorageClass is where the lines are kept. Required.
	StorageClass string
	// PriorityClass ranks the pods. Required.
	PriorityClass string
	// Size is what the pods may take. Required.
	Size Size
	// RetentionDays is for how long a line is kept.
	// Unit: days. Default: 7. Range: 1 to 365.
	RetentionDays int
	// After is what must be there before anything of this: Flux, the storage, and both namespaces.
	// Default: nothing.
	After []pulumi.Resource
}

// Size is what the logs may take.
type Size struct {
	// Loki and Alloy are what each of their pods may take. Loki is one pod, Alloy one on each node.
	Loki, Alloy footprint.Resources
	// DiskGiB is the disk for the lines. It can grow, and not shrink.
	// Unit: GiB.
	DiskGiB int
}

const (
	defaultDiskGiB       = 5
	defaultRetentionDays = 7
	// leastMemoryLimit is what Loki needs for its caches, for the chunks in memory, and for a query over them.
	// Unit: MiB.
	leastMemoryLimit = 192
)

// SizeFor returns what the logs may take in a profile.
//
// Loki holds 115 MiB at rest and 165 with 20,000 lines of fifty containers in memory and questions asked about them; 90 of them
// are its program, which the system takes back when it must and reads again. So the promise holds what it needs, and the limit
// is for a question over days, and for the lines of two hours if they are many. Alloy is said to hold 80 to 120 at rest, most of
// it its program as well, and 12 more for each 100 KiB of lines a second; its queue ends at 10. Both hardly use the
// processor but for a question, which is kept to one core.
//
// Fifty quiet containers are reckoned to write 30 lines a second: packed, 60 MiB a day, or half a GiB in a week. The disk is for
// ten times as much.
func SizeFor(p footprint.Profile) Size {
	if p == footprint.Lean {
		return Size{
			Loki:    footprint.Resources{CPU: 20, CPULimit: 1000, Memory: 150, MemoryLimit: 256},
			Alloy:   footprint.Resources{CPU: 20, CPULimit: 500, Memory: 90, MemoryLimit: 160},
			DiskGiB: defaultDiskGiB,
		}
	}
	return Size{
		Loki:    footprint.Resources{CPU: 50, CPULimit: 2000, Memory: 256, MemoryLimit: 512},
		Alloy:   footprint.Resources{CPU: 50, CPULimit: 1000, Memory: 128, MemoryLimit: 256},
		DiskGiB: defaultDiskGiB,
	}
}

// Footprint is what the logs ask of a node.
func (s Size) Footprint() footprint.Footprint {
	return footprint.Footprint{
		Component: "logs",
		Parts: []footprint.Part{
			{Name: "loki", Replicas: 1, Resources: s.Loki},
			{Name: "alloy", Replicas: 1, Resources: s.Alloy},
		},
		Claims: []footprint.Claim{{Name: "logs", GiB: s.DiskGiB}},
	}
}

// complete returns a checked copy of the args with its defaults, or every problem at once. Chart versions are checked by the
// releases too, but only once something is registered.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *logs.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	for _, n := range []struct{ key, name string }{
		{"namespace", a.Namespace}, {"agentNamespace", a.AgentNamespace},
		{"storageClass", a.StorageClass}, {"priorityClass", a.PriorityClass},
	} {
		check(naming.IsLabel(n.name), "%s: got %q, want a DNS label", n.key, n.name)
	}
	check(a.Namespace == "" || a.Namespace != a.AgentNamespace,
		"agentNamespace: got %q, want another one than Loki's, which is no place for privileged pods", a.AgentNamespace)
	check(chartForm.MatchString(a.LokiChartVersion), "lokiChartVersion: got %q, want an exact version such as 1.2.3", a.LokiChartVersion)
	check(chartForm.MatchString(a.AlloyChartVersion), "alloyChartVersion: got %q, want an exact version such as 1.2.3", a.AlloyChartVersion)
	for _, part := range a.Size.Footprint().Parts {
		check(part.Memory >= 1 && part.MemoryLimit >= part.Memory,
			"size.%s: got %d MiB and a limit of %d, want both, and the limit no less", part.Name, part.Memory, part.MemoryLimit)
	}
	check(a.Size.Loki.MemoryLimit >= leastMemoryLimit, "size.loki: got a limit of %d MiB, want at least %d", a.Size.Loki.MemoryLimit, leastMemoryLimit)
	check(a.Size.DiskGiB >= 1, "size: got a disk of %d GiB, want at least 1", a.Size.DiskGiB)
	if a.RetentionDays == 0 {
		a.RetentionDays = defaultRetentionDays
	}
	check(a.RetentionDays >= 1 && a.RetentionDays <= 365, "retentionDays: got %d, want 1 to 365", a.RetentionDays)
	return &a, errors.Join(errs...)
}

// retention is for how long a line is kept, as both programs read it.
func (args *Args) retention() string {
	return fmt.Sprintf("%.0fh", (time.Duration(args.RetentionDays) * 24 * time.Hour).Hours())
}
