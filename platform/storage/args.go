package storage

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-command/sdk/go/command/remote"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Kind says what makes the volumes of the cluster.
type Kind string

// The kinds. A claim looks the same with either, and its data is not taken along from one to the other.
const (
	// Longhorn makes block devices that can be grown and, later, snapshot and backed up.
	Longhorn Kind = "longhorn"
	// LocalPath makes folders: next to no memory, no snapshots, and no size that is held to. It is k3s' own provisioner, which
	// must be switched on.
	LocalPath Kind = "local-path"
)

// Args configures a Storage. All but Kind and After are Longhorn's alone; with local-path they need not be set.
type Args struct {
	// Kind is what makes the volumes. Required.
	Kind Kind
	// Namespace is Longhorn's own, where pods may do everything. It must be there. Required.
	Namespace string
	// Version is Longhorn's. Required.
	Version string
	// DataPath is the folder that volumes are kept in, below MountPoint. Required. Only a new node takes up another one.
	DataPath string
	// VolumeGB is the capacity of the data volume, ReserveGiB what of it never goes to volumes of the cluster: what else is
	// kept there, and what stays free. Required. It is set aside once, in bytes: a larger volume is all for the cluster.
	// Unit: GB as Hetzner counts them, and GiB. Range: less than the volume.
	VolumeGB, ReserveGiB int
	// PriorityClass ranks the pods. Required.
	PriorityClass string
	// Size is what the pods may take. Required.
	Size Size

	// Volumes is how many there will be: each takes memory. Required. Another number holds for pods that start from then on.
	// Range: at least 1.
	Volumes int

	// Connection reaches the server, ServerID is its ID: another one is prepared anew. Required.
	Connection remote.ConnectionArgs
	ServerID   pulumi.IntInput
	// MountPoint is where the data volume is mounted. Required.
	MountPoint pulumi.StringInput
	// After is what must be there before anything in the cluster: Flux, the namespace and the priority class.
	// Default: nothing.
	After []pulumi.Resource
}

// complete returns a checked copy of the args, or every problem at once. The version is checked by the release, the
// connection by the script.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *storage.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	kinds := []Kind{Longhorn, LocalPath}
	check(slices.Contains(kinds, a.Kind), "kind: got %q, want one of %q", a.Kind, kinds)
	if a.Kind == LocalPath {
		return &a, errors.Join(errs...)
	}
	check(naming.IsLabel(a.Namespace), "namespace: got %q, want a DNS label", a.Namespace)
	check(a.Version != "", "version: got none, want an exact version")
	check(path.IsAbs(a.DataPath) && path.Clean(a.DataPath) == a.DataPath && strings.Count(a.DataPath, "/") > 1,
		"dataPath: got %q, want a folder on the data volume such as /data/longhorn", a.DataPath)
	check(a.ReserveGiB > 0 && a.ReserveGiB < a.volumeGiB(), "reserveGiB: got %d, want more than nothing and less than the %d of the volume", a.ReserveGiB, a.volumeGiB())
	check(naming.IsLabel(a.PriorityClass), "priorityClass: got %q, want a DNS label", a.PriorityClass)
	check(a.Size.isWhole(), "size: got %+v, want one of SizeFor", a.Size)
	check(a.Volumes >= 1, "volumes: got %d, want at least 1", a.Volumes)
	check(a.Connection.Host != nil && a.Connection.HostKey != nil, "connection: got no host or no host key, want both")
	check(a.ServerID != nil, "serverID: got nil, want an input")
	check(a.MountPoint != nil, "mountPoint: got nil, want an input")
	return &a, errors.Join(errs...)
}

// volumeGiB is the capacity of the volume as Longhorn counts it.
func (args *Args) volumeGiB() int { return int(int64(args.VolumeGB) * 1e9 >> 30) }

// reservedPercent is what Longhorn sets aside of the volume.
func (args *Args) reservedPercent() int {
	return (100*args.ReserveGiB + args.volumeGiB() - 1) / args.volumeGiB()
}
