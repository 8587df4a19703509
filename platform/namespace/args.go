package namespace

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/lvs-cloud/lvs-cloud/internal/naming"
)

// Level is how much the pods of a namespace may do.
type Level string

// The levels of Pod Security.
// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
const (
	// Privileged allows everything; for what mounts disks or reads the host.
	Privileged Level = "privileged"
	// Baseline keeps pods from the host.
	Baseline Level = "baseline"
	// Restricted allows neither root nor privileges.
	Restricted Level = "restricted"
)

// Args configures a Namespace.
type Args struct {
	// Name is what it is called. Required.
	// Range: a DNS label.
	Name string
	// Level is how much its pods may do. Required.
	Level Level
	// APIServer is where its pods reach the Kubernetes API, at the address that lies behind the service: policies are
	// judged by it.
	// Default: none; they do not reach it.
	APIServer netip.AddrPort
	// From are those who may reach its pods, and To those whom its pods may reach, besides each other and the DNS.
	// Default: none.
	From, To []Edge
	// Quota is how much all its pods together may take.
	// Default: none; the namespace is the platform's own.
	Quota *Quota
}

// Edge is one way that traffic may take.
type Edge struct {
	// Name says what for, and becomes the name of its policy. Required.
	// Range: a DNS label.
	Name string
	// Peer is who is on the other end. Required.
	Peer Peer
	// Ports are TCP ports.
	// Default: all of them. Range: 1 to 65535; required with pods.
	Ports []int
}

// Peer is the other end of an edge. It is made by Pods, Range and Internet.
type Peer struct {
	namespace string
	labels    map[string]string
	network   netip.Prefix
	except    []netip.Prefix
}

// Pods are those of a namespace, all of them or those with certain labels.
func Pods(namespace string, labels map[string]string) Peer {
	return Peer{namespace: namespace, labels: labels}
}

// Range is a network outside the cluster, such as that of its nodes.
func Range(network netip.Prefix) Peer { return Peer{network: network} }

// Internet is every address but those that are private, the metadata service's among them.
func Internet() Peer {
	return Peer{network: netip.MustParsePrefix("0.0.0.0/0"), except: []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("169.254.0.0/16"),
	}}
}

// complete returns a checked copy of the args, or every problem at once.
func (args *Args) complete() (*Args, error) {
	if args == nil {
		return nil, errors.New("args: got nil, want *namespace.Args")
	}
	a := *args
	var errs []error
	if !naming.IsLabel(a.Name) {
		errs = append(errs, fmt.Errorf("name: got %q, want a DNS label", a.Name))
	}
	if a.Name == "kube-system" || a.Name == "default" {
		errs = append(errs, fmt.Errorf("name: got %q, which is Kubernetes' own; want another one", a.Name))
	}
	if levels := []Level{Privileged, Baseline, Restricted}; !slices.Contains(levels, a.Level) {
		errs = append(errs, fmt.Errorf("level: got %q, want one of %q", a.Level, levels))
	}
	seen := map[string]bool{}
	for _, e := range slices.Concat(a.From, a.To) {
		errs = append(errs, e.check()...)
		if seen[e.Name] || slices.Contains(ownPolicies, e.Name) {
			errs = append(errs, fmt.Errorf("edge %q: got a second one of the name, want each once", e.Name))
		}
		seen[e.Name] = true
	}
	if a.Quota != nil {
		errs = append(errs, a.Quota.check()...)
	}
	return &a, errors.Join(errs...)
}

func (e Edge) check() (errs []error) {
	if !naming.IsLabel(e.Name) {
		errs = append(errs, fmt.Errorf("edge %q: got a name that is no DNS label, want one", e.Name))
	}
	switch {
	case e.Peer.namespace == "" && !e.Peer.network.IsValid():
		errs = append(errs, fmt.Errorf("edge %q: got no peer, want one", e.Name))
	case e.Peer.namespace != "" && len(e.Ports) == 0:
		errs = append(errs, fmt.Errorf("edge %q: got no port, want those that are spoken to", e.Name))
	}
	for _, p := range e.Ports {
		if p < 1 || p > 65535 {
			errs = append(errs, fmt.Errorf("edge %q: got port %d, want 1 to 65535", e.Name, p))
		}
	}
	return errs
}
