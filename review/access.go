package review

import (
	"cmp"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/lvs-cloud/lvs-cloud/components/firewall"
)

// AccessRole is the role of the firewall with which `lvs access` lets networks in for a while.
const AccessRole = "access"

// Grant lets one network in to SSH and the Kubernetes API.
type Grant struct {
	From netip.Prefix
	// Until is when that should end; the zero time if nobody wrote it down.
	Until time.Time
}

// Expired reports whether the grant should have ended. One without an end should not be there at all.
func (g Grant) Expired(now time.Time) bool { return !now.Before(g.Until) }

// untilMark stands between what a rule is for and when it ends. A rule and its end are one text, so that one call writes
// both: a label beside the rules would be written by another.
const untilMark = " until "

// GrantRules are the rules of a firewall that makes these grants.
func GrantRules(grants []Grant) []hcloud.FirewallRule {
	byEnd := map[time.Time][]netip.Prefix{}
	for _, g := range grants {
		end := g.Until.UTC().Truncate(time.Second)
		byEnd[end] = append(byEnd[end], g.From)
	}
	rules := []hcloud.FirewallRule{}
	for _, end := range slices.SortedFunc(maps.Keys(byEnd), time.Time.Compare) {
		for _, r := range firewall.OperatorRules(byEnd[end]) {
			rule := hcloud.FirewallRule{
				Direction: hcloud.FirewallRuleDirectionIn, Protocol: hcloud.FirewallRuleProtocol(r.Protocol), Port: new(r.Port),
				Description: new(r.Description + untilMark + end.Format(time.RFC3339)),
			}
			for _, s := range r.Sources {
				rule.SourceIPs = append(rule.SourceIPs, net.IPNet{IP: s.Addr().AsSlice(), Mask: net.CIDRMask(s.Bits(), s.Addr().BitLen())})
			}
			rules = append(rules, rule)
		}
	}
	return rules
}

// Grants reads what a firewall lets in, a line for each network, by its last end. Without a firewall it is nothing.
func Grants(fw *hcloud.Firewall) []Grant {
	if fw == nil {
		return nil
	}
	ends := map[netip.Prefix]time.Time{}
	for _, r := range fw.Rules {
		if r.Direction != hcloud.FirewallRuleDirectionIn {
			continue
		}
		end := ruleEnd(r)
		for _, source := range r.SourceIPs {
			from, err := netip.ParsePrefix(source.String())
			if err != nil {
				continue // the client has parsed it already
			}
			if known, ok := ends[from]; !ok || end.After(known) {
				ends[from] = end
			}
		}
	}
	var grants []Grant
	for from, end := range ends {
		grants = append(grants, Grant{from, end})
	}
	slices.SortFunc(grants, func(a, b Grant) int {
		return cmp.Or(a.From.Addr().Compare(b.From.Addr()), cmp.Compare(a.From.Bits(), b.From.Bits()))
	})
	return grants
}

// ruleEnd is the end in a rule's description, or the zero time.
func ruleEnd(r hcloud.FirewallRule) time.Time {
	if r.Description == nil {
		return time.Time{}
	}
	i := strings.LastIndex(*r.Description, untilMark)
	if i < 0 {
		return time.Time{}
	}
	end, err := time.Parse(time.RFC3339, (*r.Description)[i+len(untilMark):])
	if err != nil {
		return time.Time{}
	}
	return end.UTC()
}

// Extend adds grants to others and drops what has expired. Of two ends for one network the later one stays, so that
// two hands that open at once end with both.
func Extend(grants, more []Grant, now time.Time) []Grant {
	ends := map[netip.Prefix]time.Time{}
	for _, g := range slices.Concat(grants, more) {
		if !g.Expired(now) && g.Until.After(ends[g.From]) {
			ends[g.From] = g.Until
		}
	}
	var out []Grant
	for from, end := range ends {
		out = append(out, Grant{from, end})
	}
	return out
}

// Access judges who may reach SSH and the Kubernetes API of a stack: its own networks, and those that the firewall of
// `lvs access` lets in.
func Access(w Want, fw *hcloud.Firewall, now time.Time) Findings {
	const check = "access"
	var f Findings
	grants := Grants(fw)
	switch {
	case fw != nil && len(fw.AppliedTo) == 0:
		f.Warn(check, w.closeAccess(), "%s is in front of nothing: an `lvs access` was interrupted", fw.Name)
		return f
	case len(grants) == 0 && w.Networks == 0:
		f.Warn(check, w.openAccess(), "nobody reaches SSH and the Kubernetes API: there are no access.adminCIDRs, and nothing else is open")
	}
	for _, g := range grants {
		switch {
		case g.Until.IsZero():
			f.Warn(check, w.closeExpired(), "%s is let in by %s, with no end", g.From, fw.Name)
		case g.Expired(now):
			f.Warn(check, w.closeExpired(), "%s was to be let in until %s, and still is", g.From, g.Until.Format(time.RFC3339))
		default:
			f.OK(check, "%s is let in until %s", g.From, g.Until.Format(time.RFC3339))
		}
	}
	return f
}

// Closed reports whether nobody at all reaches SSH and the Kubernetes API, so that knocking says nothing.
func Closed(w Want, fw *hcloud.Firewall) bool { return w.Networks == 0 && len(Grants(fw)) == 0 }

// openAccess is the command that lets the operator in, with the API token alone.
func (w Want) openAccess() string { return "lvs access open --stack " + w.Stack }

func (w Want) closeAccess() string { return "lvs access close --stack " + w.Stack }

func (w Want) closeExpired() string { return "lvs access close --expired --stack " + w.Stack }
