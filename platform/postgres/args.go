package postgres

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Args configures a Postgres.
type Args struct {
	// OperatorNamespace is the operator's own, and Namespace that of the server. Both must be there. Required.
	OperatorNamespace, Namespace string
	// OperatorVersion is that of the operator's chart. Required.
	OperatorVersion string
	// ImageName is the image of PostgreSQL, with its version and its digest. Another major version of PostgreSQL converts the
	// data, which nothing takes back. Required.
	// Range: PostgreSQL 17 or later, whose sorting rules are its own.
	ImageName string
	// StorageClass is where the data is. It must retain its volumes: the operator deletes the claim with the server. Required.
	StorageClass string
	// PriorityClass ranks both. Required.
	PriorityClass string
	// Size is what both may take. Required.
	Size Size
	// After is what must be there before anything of this: Flux, both namespaces, the storage class.
	// Default: nothing.
	After []pulumi.Resource
}

// Size is what the operator and the server may take.
type Size struct {
	Operator, Instance footprint.Resources
	// DiskGiB is the space for data and log, which share one volume: two on the same disk would only split what is free.
	// Unit: GiB. Range: at least 1.
	DiskGiB int
}

// SizeFor returns what both may take in a profile. What an instance is promised is also its limit: one that takes more than it
// was promised is the first to go when the node has no memory left, whatever its rank.
// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/
func SizeFor(p footprint.Profile) Size {
	if p == footprint.Lean {
		return Size{
			Operator: footprint.Resources{CPU: 10, Memory: 60, MemoryLimit: 160},
			Instance: footprint.Resources{CPU: 100, Memory: 190, MemoryLimit: 190}, DiskGiB: 8,
		}
	}
	return Size{
		Operator: footprint.Resources{CPU: 20, Memory: 100, MemoryLimit: 256},
		Instance: footprint.Resources{CPU: 250, Memory: 512, MemoryLimit: 512}, DiskGiB: 20,
	}
}

// Footprint is what both ask of the node and of the volume.
func (s Size) Footprint() footprint.Footprint {
	return footprint.Footprint{
		Component: "postgres",
		Parts:     []footprint.Part{{Name: "operator", Replicas: 1, Resources: s.Operator}, {Name: "instance", Replicas: 1, Resources: s.Instance}},
		Claims:    []footprint.Claim{{Name: "data", GiB: s.DiskGiB}},
	}
}

const (
	oldestMajor = 17
	// fewestConnections is what the operator needs, and three clients with a pool each.
	fewestConnections = 20
)

// Source: https://github.com/cloudnative-pg/postgres-containers#image-tags
var imageForm = regexp.MustCompile(`^[a-z0-9.-]+(?::\d+)?(?:/[a-z0-9._-]+)+:(\d+)\.\d+[A-Za-z0-9_.-]*@sha256:[0-9a-f]{64}$`)

// complete returns a checked copy of the args, or every problem at once. The release checks the chart.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *postgres.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	for _, f := range []struct{ key, name string }{
		{"operatorNamespace", a.OperatorNamespace}, {"namespace", a.Namespace}, {"storageClass", a.StorageClass},
		{"priorityClass", a.PriorityClass},
	} {
		check(naming.IsLabel(f.name), "%s: got %q, want a DNS label", f.key, f.name)
	}
	check(a.OperatorVersion != "", "operatorVersion: got none, want an exact version")
	if parts := imageForm.FindStringSubmatch(a.ImageName); parts == nil {
		check(false, "imageName: got %q, want an image with version and digest, such as registry/image:18.1-tag@sha256:…", a.ImageName)
	} else {
		major, err := strconv.Atoi(parts[1])
		check(err == nil && major >= oldestMajor, "imageName: got PostgreSQL %s, want %d or later", parts[1], oldestMajor)
	}
	i := a.Size.Instance
	check(i.Memory == i.MemoryLimit, "size: instance: got %d MiB and a limit of %d, want the same", i.Memory, i.MemoryLimit)
	check(a.Size.Connections() >= fewestConnections-reservedConnections,
		"size: instance: got %d MiB, want enough for %d connections; %d have room", i.Memory, fewestConnections, share(i.Memory).Connections)
	check(a.Size.Operator.Memory > 0, "size: operator: got no memory, want some")
	check(a.Size.DiskGiB >= 1, "size: diskGiB: got %d, want at least 1", a.Size.DiskGiB)
	return &a, errors.Join(errs...)
}
