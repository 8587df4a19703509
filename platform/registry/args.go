package registry

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/footprint"
	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Args configures a Registry.
type Args struct {
	// Namespace is the registry's own. It must be there. Required.
	Namespace string
	// Version is zot's, and ChartVersion that of its chart, which lags behind it. Required.
	Version, ChartVersion string
	// Domain is the cloud's; the registry is at `registry` below it. Required.
	Domain string
	// Accounts are those who may come in. Required.
	Accounts *Accounts
	// StorageClass is where the images are kept. Required.
	StorageClass string
	// PriorityClass ranks the pod. Required.
	PriorityClass string
	// Size is what the registry may take. Required.
	Size Size
	// Retention is what is kept.
	// Default: see there.
	Retention Retention
	// ScanNamespace is where Flux looks for new tags; it gets a pull secret. It must be there.
	// Default: none.
	ScanNamespace string
	// After is what must be there before anything of this: Flux, the storage, and both namespaces.
	// Default: nothing.
	After []pulumi.Resource
}

// Retention is what is kept of each image, whatever else is pushed. A tag goes when no rule keeps it.
type Retention struct {
	// Versions is how many tags that are a version stay: as many that were pushed last, and as many that were pulled last.
	// Default: 20. Range: 5 to 1000.
	Versions int
	// Within is for how long a version stays that was pushed or pulled.
	// Default: 30 days. Range: at least a day.
	Within time.Duration
	// Pinned are tags that stay until they are taken out of here.
	// Default: none.
	Pinned []Tag
}

// Tag is one tag of an image.
type Tag struct {
	// Repository is the name of the image without a host, such as shop/web. Required.
	Repository string
	// Tag is the tag. Required.
	Tag string
}

// ParseTag reads a tag as `repository:tag`.
//
// Errors: a text of another form.
func ParseTag(text string) (Tag, error) {
	repository, tag, _ := strings.Cut(text, ":")
	if !repositoryForm.MatchString(repository) || !tagForm.MatchString(tag) {
		return Tag{}, fmt.Errorf("got %q, want an image without its host, and a tag, such as shop/web:1.0.3", text)
	}
	return Tag{repository, tag}, nil
}

// Size is what the registry may take.
type Size struct {
	// Registry is what its pod may take.
	Registry footprint.Resources
	// DiskGiB is the disk for the images. It can grow, and not shrink.
	// Unit: GiB.
	DiskGiB int
}

// SizeFor returns what the registry may take in a profile. It holds 20 MiB, at rest as well as with three uploads of 300 MiB
// at once, since a layer goes straight to the disk; some 20 more are the part of its program that is in use. The rest of the
// limit is for files that the system would cache again. Each request has a password hashed, which takes a core for 70 ms:
// the limit keeps somebody who guesses passwords from the other cores.
func SizeFor(p footprint.Profile) Size {
	if p == footprint.Lean {
		return Size{footprint.Resources{CPU: 10, CPULimit: 1000, Memory: 40, MemoryLimit: 128}, 8}
	}
	return Size{footprint.Resources{CPU: 20, CPULimit: 2000, Memory: 64, MemoryLimit: 256}, 20}
}

// Footprint is what the registry asks of the node.
func (s Size) Footprint() footprint.Footprint {
	return footprint.Footprint{
		Component: "registry",
		Parts:     []footprint.Part{{Name: "registry", Replicas: 1, Resources: s.Registry}},
		Claims:    []footprint.Claim{{Name: "images", GiB: s.DiskGiB}},
	}
}

const (
	defaultVersions = 20
	defaultWithin   = 30 * 24 * time.Hour
)

var (
	// versionForm is how zot names its images, and chartForm how it numbers its charts.
	versionForm, chartForm = regexp.MustCompile(`^v\d+\.\d+\.\d+$`), regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	// Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
	repositoryForm = regexp.MustCompile(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$`)
	tagForm        = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$`)
)

// complete returns a checked copy of the args with its defaults, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *registry.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	for _, n := range []struct{ key, name string }{
		{"namespace", a.Namespace}, {"storageClass", a.StorageClass}, {"priorityClass", a.PriorityClass},
	} {
		check(naming.IsLabel(n.name), "%s: got %q, want a DNS label", n.key, n.name)
	}
	check(a.ScanNamespace == "" || naming.IsLabel(a.ScanNamespace), "scanNamespace: got %q, want a DNS label, or none", a.ScanNamespace)
	check(a.ScanNamespace == "" || a.ScanNamespace != a.Namespace, "scanNamespace: got %q, want another one than the registry's", a.ScanNamespace)
	check(versionForm.MatchString(a.Version), "version: got %q, want an exact version such as v1.2.3", a.Version)
	check(chartForm.MatchString(a.ChartVersion), "chartVersion: got %q, want an exact version such as 1.2.3", a.ChartVersion)
	check(naming.IsDomain(a.Domain), "domain: got %q, want a domain such as example.com", a.Domain)
	check(a.Accounts != nil, "accounts: got none, want those of NewAccounts")
	m := a.Size.Registry
	check(m.Memory >= 1 && m.MemoryLimit >= m.Memory, "size: got %d MiB and a limit of %d, want both, and the limit no less", m.Memory, m.MemoryLimit)
	check(a.Size.DiskGiB >= 1, "size: got a disk of %d GiB, want at least 1", a.Size.DiskGiB)
	retention, problems := a.Retention.complete()
	a.Retention = retention
	return &a, errors.Join(append(errs, problems...)...)
}

func (r Retention) complete() (Retention, []error) {
	var errs []error
	if r.Versions == 0 {
		r.Versions = defaultVersions
	}
	if r.Within == 0 {
		r.Within = defaultWithin
	}
	if r.Versions < 5 || r.Versions > 1000 {
		errs = append(errs, fmt.Errorf("retention.versions: got %d, want 5 to 1000", r.Versions))
	}
	if r.Within < 24*time.Hour {
		errs = append(errs, fmt.Errorf("retention.within: got %v, want at least a day", r.Within))
	}
	for i, p := range r.Pinned {
		if !repositoryForm.MatchString(p.Repository) || !tagForm.MatchString(p.Tag) {
			errs = append(errs, fmt.Errorf("retention.pinned: got %q, want an image without its host, and a tag", p.Repository+":"+p.Tag))
		}
		if slices.Contains(r.Pinned[:i], p) {
			errs = append(errs, fmt.Errorf("retention.pinned: got %q twice, want it once", p.Repository+":"+p.Tag))
		}
	}
	return r, errs
}
