package monitoring

import (
	"errors"
	"fmt"
	"net/netip"
	"path"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Args configures a Monitoring.
type Args struct {
	// Namespace is for all of it but what must see the host, which is in AgentNamespace: pods there may do everything. Both must
	// be there. Required.
	Namespace, AgentNamespace string
	// Version is that of the chart kube-prometheus-stack, and NodeExporterVersion that of prometheus-node-exporter. Required.
	Version, NodeExporterVersion string
	// Domain is the cloud's; links in messages lead to `prometheus` and `alerts` below it. Required.
	Domain string
	// NodeAddress is where the node's etcd shows its metrics. Required.
	// Range: an IPv4 address.
	NodeAddress netip.Addr
	// DataPath is where the data volume is mounted on the host, whose free space is watched. Required.
	DataPath string
	// StorageClass is where what was measured is kept. Required.
	StorageClass string
	// PriorityClass ranks the pods. Required.
	PriorityClass string
	// Size is what the pods may take. Required.
	Size Size
	// RetentionDays is for how long what was measured is kept, unless the disk is full before.
	// Unit: days. Default: 14. Range: 1 to 3650.
	RetentionDays int
	// Alerting says who is told.
	// Default: nobody; alerts are seen in the browser alone.
	Alerting Alerting
	// Inhibitions are which alerts keep which others silent.
	// Default: a critical one keeps the warning of the same name in the same namespace silent.
	Inhibitions []Inhibition
	// After is what must be there before anything of this: Flux, both namespaces, the storage class.
	// Default: nothing.
	After []pulumi.Resource
}

const (
	defaultRetentionDays, maxRetentionDays = 14, 3650
	// usablePercent is how much of the disk what is kept may take. The rest is for the block that a compaction writes before it
	// deletes those that it is made of, and for what the file system keeps to itself.
	// Source: https://prometheus.io/docs/prometheus/latest/storage/#right-sizing-retention-size
	usablePercent = 75
)

// complete returns a checked copy of the args with its defaults, or every problem at once. The releases check the charts.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *monitoring.Args")
	}
	a := *args
	var errs []error
	check := func(right bool, format string, got ...any) {
		if !right {
			errs = append(errs, fmt.Errorf(format, got...))
		}
	}
	for _, n := range []struct{ key, name string }{
		{"namespace", a.Namespace}, {"agentNamespace", a.AgentNamespace}, {"storageClass", a.StorageClass}, {"priorityClass", a.PriorityClass},
	} {
		check(naming.IsLabel(n.name), "%s: got %q, want a DNS label", n.key, n.name)
	}
	check(a.Namespace == "" || a.Namespace != a.AgentNamespace, "agentNamespace: got %q, want another one than namespace", a.AgentNamespace)
	check(a.Version != "", "version: got none, want an exact version")
	check(a.NodeExporterVersion != "", "nodeExporterVersion: got none, want an exact version")
	check(naming.IsDomain(a.Domain), "domain: got %q, want a domain such as example.com", a.Domain)
	check(a.NodeAddress.Is4(), "nodeAddress: got %v, want an IPv4 address", a.NodeAddress)
	check(path.IsAbs(a.DataPath) && path.Clean(a.DataPath) == a.DataPath && a.DataPath != "/", "dataPath: got %q, want an absolute path below /", a.DataPath)
	if a.RetentionDays == 0 {
		a.RetentionDays = defaultRetentionDays
	}
	check(a.RetentionDays >= 1 && a.RetentionDays <= maxRetentionDays, "retentionDays: got %d, want 1 to %d", a.RetentionDays, maxRetentionDays)
	if len(a.Inhibitions) == 0 {
		a.Inhibitions = []Inhibition{{[]string{`severity="critical"`}, []string{`severity="warning"`}, []string{"alertname", "namespace"}}}
	}
	errs = append(errs, a.Size.check()...)
	errs = append(errs, a.Alerting.check()...)
	return &a, errors.Join(errs...)
}

// disk is the size of the claim, and keep how much of it may be filled.
func (args *Args) disk() string { return fmt.Sprintf("%dGi", args.Size.DiskGiB) }
func (args *Args) keep() string {
	return fmt.Sprintf("%dMiB", args.Size.DiskGiB*1024*usablePercent/100)
}
