package hetzner

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

var recordName = regexp.MustCompile(`^(@|(\*|[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*)$`)

func recordTypes() []string {
	return []string{"A", "AAAA", "CAA", "CNAME", "DS", "HINFO", "HTTPS", "MX", "NS", "PTR", "RP", "SRV", "SVCB", "TLSA", "TXT"}
}

// checkSetName refuses names and types that cannot be, and a CNAME beside anything else.
func (z *zone) checkSetName(name, kind string) error {
	if !slices.Contains(recordTypes(), kind) {
		return invalid("type", "is not a record type that can be made")
	}
	if !recordName.MatchString(name) || z.withinZone(name) {
		return invalid("name", "must be @ or a name in lower case relative to the zone")
	}
	for _, other := range z.Sets {
		if other.Name == name && other.Type != kind && (kind == "CNAME" || other.Type == "CNAME") {
			return invalid("name", "a CNAME record cannot be beside other records")
		}
	}
	return nil
}

// checkRecords refuses values that do not fit the type, and values given twice.
func checkRecords(kind string, records []schema.ZoneRRSetRecord) error {
	if len(records) == 0 {
		return invalid("records", "must not be empty")
	}
	if kind == "CNAME" && len(records) > 1 {
		return invalid("records", "a CNAME has one record")
	}
	seen := map[string]bool{}
	for _, r := range records {
		if seen[r.Value] {
			return invalid("records", "value '%s' is given more than once", r.Value)
		}
		seen[r.Value] = true
		if !fits(kind, r.Value) {
			return invalid("records", "'%s' is not a value of type %s", r.Value, kind)
		}
	}
	return nil
}

func fits(kind, value string) bool {
	address, err := netip.ParseAddr(value)
	switch kind {
	case "A":
		return err == nil && address.Is4()
	case "AAAA":
		return err == nil && address.Is6()
	case "TXT":
		return len(value) >= 2 && strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`)
	default:
		return strings.TrimSpace(value) != ""
	}
}
