package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/robfig/cron/v3"
	"github.com/spf13/pflag"
)

// reader collects the problems of all options instead of stopping at the first.
type reader struct {
	flags    *pflag.FlagSet
	problems []error
}

func (r *reader) problem(name, form string, args ...any) {
	r.problems = append(r.problems, fmt.Errorf("--%s: "+form, append([]any{name}, args...)...))
}

func (r *reader) text(name string) string { return r.flags.Lookup(name).Value.String() }

func (r *reader) truth(name string) bool { return r.text(name) == "true" }

func (r *reader) number(name string) int {
	value, err := r.flags.GetInt(name)
	if err != nil {
		r.problem(name, "%w", err)
	}
	return value
}

// list returns a repeated option as it was given.
func (r *reader) list(name string) []string {
	values, err := r.flags.GetStringArray(name)
	if err != nil {
		r.problem(name, "%w", err)
	}
	return values
}

// split returns a repeated option whose values may also be joined by commas.
func (r *reader) split(name string) []string {
	var parts []string
	for _, value := range r.list(name) {
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part != "" {
				parts = append(parts, part)
			}
		}
	}
	return parts
}

func (r *reader) addresses(name string) []netip.Addr {
	var addresses []netip.Addr
	for _, value := range r.split(name) {
		address, err := netip.ParseAddr(value)
		if err != nil {
			r.problem(name, "%q is no address", value)
			continue
		}
		addresses = append(addresses, address)
	}
	return addresses
}

func (r *reader) address(name string) netip.Addr {
	if r.text(name) == "" {
		return netip.Addr{}
	}
	address, err := netip.ParseAddr(r.text(name))
	if err != nil {
		r.problem(name, "%q is no address", r.text(name))
	}
	return address
}

func (r *reader) prefixes(name, preset string) []netip.Prefix {
	values := r.split(name)
	if len(values) == 0 {
		values = []string{preset}
	}
	var prefixes []netip.Prefix
	for _, value := range values {
		prefix, err := netip.ParsePrefix(value)
		if err != nil {
			r.problem(name, "%q is no CIDR", value)
			continue
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	return prefixes
}

func (r *reader) portNumbers() ports {
	p := ports{api: r.number("https-listen-port"), advertise: r.number("advertise-port")}
	if p.advertise == 0 {
		p.advertise = p.api
	}
	if _, err := fmt.Sscanf(r.text("twin-etcd-ports"), "%d,%d,%d", &p.etcdClient, &p.etcdPeer, &p.etcdTelemetry); err != nil {
		r.problem("twin-etcd-ports", "want client,peer,metrics: %w", err)
	}
	return p
}

func (r *reader) snapshots(p paths) snapshotConfig {
	s := snapshotConfig{
		off:       r.truth("etcd-disable-snapshots"),
		name:      r.text("etcd-snapshot-name"),
		dir:       r.text("etcd-snapshot-dir"),
		retention: r.number("etcd-snapshot-retention"),
	}
	if s.dir == "" {
		s.dir = p.server("db", "snapshots")
	}
	var err error
	if s.schedule, err = cron.ParseStandard(r.text("etcd-snapshot-schedule-cron")); err != nil {
		r.problem("etcd-snapshot-schedule-cron", "%w", err)
	}
	return s
}

func (r *reader) mode() os.FileMode {
	text := r.text("write-kubeconfig-mode")
	if text == "" {
		return 0o600
	}
	mode, err := strconv.ParseUint(text, 8, 9)
	if err != nil {
		r.problem("write-kubeconfig-mode", "%q is no file mode", text)
	}
	return os.FileMode(mode)
}
